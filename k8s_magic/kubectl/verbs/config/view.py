"""kubectl config view."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers import printer_for
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Print the file, without secrets."""
    if call.args:
        raise call.usage_error(f"unexpected arguments: [{' '.join(call.args)}]")
    printer = printer_for(
        call.flags["output"] if call.flags.changed("output") or not call.flags["template"] else "",
        template=call.flags["template"],
        allow_missing=call.flags["allow-missing-template-keys"],
        show_managed_fields=True,
        typed=True,
        files=call.environment.files,
    )
    if call.flags.changed("merge") and not call.flags["merge"] and not call.flags["kubeconfig"]:
        raise UsageError("if merge==false a precise file must be specified")
    config = configfile.load(call)
    if call.flags["minify"]:
        config.current = call.flags["context"] or config.current
        config = configfile.minified(config)
    if call.flags["flatten"]:
        config = configfile.flattened(config, call.environment.files.read)
    elif not call.flags["raw"]:
        config = configfile.redacted(config)
    printer.write(config.as_object(), call.out)
    return None


VERB = Verb("view", "Print the kubeconfig.", run, examples=("kubectl config view", "kubectl config view --minify"))
