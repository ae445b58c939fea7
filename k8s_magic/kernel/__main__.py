"""What the kernelspec starts: `python -m k8s_magic.kernel -f FILE`; `… install [--user|--prefix P]` where no wheel put the spec."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp


class K8sKernel(IPythonKernel):
    """IPython's kernel; keeps its widgets, completion and debugger, and its language stays Python."""

    implementation = "k8s_magic"
    banner = "Kubernetes v1.36, simulated in this kernel. Try: kubectl get nodes"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        assert self.shell is not None
        self.shell.run_line_magic("load_ext", "k8s_magic")


def install(arguments: list[str]) -> None:
    """Copy the kernelspec to where Jupyter looks, for an installation that is not from a wheel."""
    from jupyter_client.kernelspec import KernelSpecManager

    prefix = arguments[arguments.index("--prefix") + 1] if "--prefix" in arguments else None
    user = "--user" in arguments
    place = KernelSpecManager().install_kernel_spec(
        str(Path(__file__).parent / "spec"), "k8s-magic", user=user, prefix=prefix or (None if user else sys.prefix)
    )
    print(f"Installed the kernelspec in {place}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["install"]:
        install(sys.argv[2:])
    else:
        IPKernelApp.launch_instance(kernel_class=K8sKernel)
