"""kubectl completion: a script that teaches a shell kubectl's words. Models kubectl/pkg/cmd/completion.

The scripts are ours and short: they know commands, not the cluster's objects.
"""

from __future__ import annotations

from k8s_magic.kubectl import verb
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb

_BASH = """# Completion of kubectl for bash.
__k8s_magic_kubectl() {{
    COMPREPLY=($(compgen -W "{words}" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F __k8s_magic_kubectl kubectl
"""
_ZSH = "#compdef kubectl\n# Completion of kubectl for zsh.\n_arguments '1:command:({words})' '*:file:_files'\n"
_FISH = "# Completion of kubectl for fish.\ncomplete -c kubectl -n __fish_use_subcommand -f -a '{words}'\n"
_POWERSHELL = """# Completion of kubectl for PowerShell.
Register-ArgumentCompleter -Native -CommandName kubectl -ScriptBlock {{
    param($word)
    '{words}'.Split(' ') | Where-Object {{ $_ -like "$word*" }}
}}
"""
_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL}


async def run(call: Call) -> int | None:
    """Print the script of the shell that was named."""
    if not call.args:
        raise call.usage_error("Shell not specified.")
    if len(call.args) > 1:
        raise call.usage_error("Too many arguments. Expected only the shell type.")
    shell = call.args[0]
    if shell not in _SCRIPTS:
        raise call.usage_error(f"Unsupported shell type {quoted(shell)}.")
    call.out(_SCRIPTS[shell].format(words=" ".join(verb.children(()))))
    return None


VERB = Verb("completion", "Print a script that completes commands in a shell.", run, examples=("source <(kubectl completion bash)",))
