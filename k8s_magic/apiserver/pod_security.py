"""The Pod Security Standards: what `baseline` and `restricted` forbid in a pod, in the words of Kubernetes.

Models staging/src/k8s.io/pod-security-admission/policy. Not modelled: older versions of the checks; every version is the latest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from k8s_magic.objects.meta import Obj, get_in

LEVELS = ("privileged", "baseline", "restricted")


class Violation(NamedTuple):
    """What a check found: in short, and in detail."""

    reason: str
    detail: str


Check = Callable[[Obj], Violation | None]
DEFAULT_CAPABILITIES = {
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID"),
    *("SETPCAP", "SETUID", "SYS_CHROOT"),
}
SELINUX_TYPES = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
SYSCTLS = {
    *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range"),
    *("net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time"),
    *("net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem"),
    "net.ipv4.tcp_wmem",
}
FREE_VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"),
}
PROFILES = ("RuntimeDefault", "Localhost")


def violations(level: str, pod: Obj) -> list[Violation]:
    """What of a pod (or a template: metadata and spec) the level forbids, in upstream's order."""
    checks: Iterable[Check] = () if level == "privileged" else BASELINE
    if level == "restricted":
        checks = [*(check for check in BASELINE if check not in OVERRIDDEN), *RESTRICTED]
    return [found for check in checks if (found := check(pod)) is not None]


def described(found: Iterable[Violation]) -> str:
    """In detail: `host namespaces (hostNetwork=true), privileged (container "c" must ...)`."""
    return ", ".join(f"{v.reason} ({v.detail})" if v.detail else v.reason for v in found)


# --- Words ---


def _quoted(items: Iterable[str]) -> str:
    return ", ".join(f'"{item}"' for item in items)


def _some(word: str, items: list[str]) -> str:
    return f"{word}{'' if len(items) == 1 else 's'} {_quoted(items)}"


def _setters(pod_is_bad: bool, containers: list[str]) -> str:
    return " and ".join([*(["pod"] if pod_is_bad else []), *([_some("container", containers)] if containers else [])])


def _containers(pod: Obj) -> Iterator[Obj]:
    for field in ("initContainers", "containers", "ephemeralContainers"):
        yield from pod["spec"].get(field) or ()


def _security(of: Obj, *path: str) -> Any:
    return get_in(of, "securityContext", *path)


def _names(pod: Obj, is_bad: Callable[[Obj], bool]) -> list[str]:
    return [c["name"] for c in _containers(pod) if is_bad(c)]


def _is_windows(pod: Obj) -> bool:
    return bool(get_in(pod, "spec", "os", "name") == "windows")


def _has_own_users(pod: Obj) -> bool:
    return pod["spec"].get("hostUsers") is False


# --- Baseline ---


def _app_armor(pod: Obj) -> Violation | None:
    def bad(of: Obj) -> str | None:
        profile = _security(of, "appArmorProfile", "type")
        return profile if profile is not None and profile not in PROFILES else None

    prefix = "container.apparmor.security.beta.kubernetes.io/"
    annotations = pod["metadata"].get("annotations") or {}
    free = ("", "runtime/default")
    written = [k for k, v in annotations.items() if k.startswith(prefix) and v not in free and not v.startswith("localhost/")]
    values = sorted({value for of in (pod["spec"], *_containers(pod)) if (value := bad(of))})
    values += sorted(f'{key}="{annotations[key]}"' for key in written)
    if not values:
        return None
    setters = _setters(bool(bad(pod["spec"])), _names(pod, lambda c: bool(bad(c))))
    setters = " and ".join(filter(None, [setters, "annotation" + ("s" if len(written) > 1 else "") if written else ""]))
    reason = "forbidden AppArmor profile" + ("" if len(values) == 1 else "s")
    return Violation(reason, f"{setters} must not set AppArmor profile type to {_quoted(values)}")


def _capabilities_baseline(pod: Obj) -> Violation | None:
    def bad(container: Obj) -> set[str]:
        return set(_security(container, "capabilities", "add") or ()) - DEFAULT_CAPABILITIES

    names = _names(pod, lambda c: bool(bad(c)))
    if not names:
        return None
    what = sorted(set().union(*map(bad, _containers(pod))))
    detail = f"{_some('container', names)} must not include {_quoted(what)} in securityContext.capabilities.add"
    return Violation("non-default capabilities", detail)


def _host_namespaces(pod: Obj) -> Violation | None:
    shared = [f"{field}=true" for field in ("hostNetwork", "hostPID", "hostIPC") if pod["spec"].get(field)]
    return Violation("host namespaces", ", ".join(shared)) if shared else None


def _host_path_volumes(pod: Obj) -> Violation | None:
    names = [v["name"] for v in pod["spec"].get("volumes") or () if v.get("hostPath") is not None]
    return Violation("hostPath volumes", _some("volume", names)) if names else None


def _host_ports(pod: Obj) -> Violation | None:
    def ports(container: Obj) -> list[str]:
        return [str(p["hostPort"]) for p in container.get("ports") or () if p.get("hostPort")]

    names = _names(pod, lambda c: bool(ports(c)))
    if not names:
        return None
    found = sorted({port for c in _containers(pod) for port in ports(c)})
    uses, word = "uses" if len(names) == 1 else "use", "hostPort" if len(found) == 1 else "hostPorts"
    return Violation("hostPort", f"{_some('container', names)} {uses} {word} {', '.join(found)}")


def _hosts(container: Obj) -> set[str]:
    """Hosts that its probes and hooks name."""
    handlers = [container.get(probe) for probe in ("livenessProbe", "readinessProbe", "startupProbe")]
    handlers += [get_in(container, "lifecycle", hook) for hook in ("postStart", "preStop")]
    return {host for handler in handlers for way in ("httpGet", "tcpSocket") if (host := get_in(handler, way, "host"))}


def _probe_hosts(pod: Obj) -> Violation | None:
    names = sorted(_names(pod, lambda c: bool(_hosts(c))))
    if not names:
        return None
    found = sorted(set().union(*map(_hosts, _containers(pod))))
    uses, reason = "uses" if len(names) == 1 else "use", "probe or lifecycle host"
    return Violation(reason, f"{_some('container', names)} {uses} {_some(reason, found)}")


def _privileged(pod: Obj) -> Violation | None:
    names = _names(pod, lambda c: bool(_security(c, "privileged")))
    return Violation("privileged", f"{_some('container', names)} must not set securityContext.privileged=true") if names else None


def _proc_mount(pod: Obj) -> Violation | None:
    names = _names(pod, lambda c: _security(c, "procMount") not in (None, "Default"))
    if not names:
        return None
    kinds = sorted({_security(c, "procMount") for c in _containers(pod)} - {None, "Default"})
    return Violation("procMount", f"{_some('container', names)} must not set securityContext.procMount to {_quoted(kinds)}")


def _proc_mount_baseline(pod: Obj) -> Violation | None:
    return None if _has_own_users(pod) else _proc_mount(pod)


def _selinux(pod: Obj) -> Violation | None:
    def bad(of: Obj) -> bool:
        options = _security(of, "seLinuxOptions") or {}
        return bool(options.get("type", "") not in SELINUX_TYPES or options.get("user") or options.get("role"))

    setters = _setters(bad(pod["spec"]), _names(pod, bad))
    if not setters:
        return None
    all_options = [_security(of, "seLinuxOptions") or {} for of in (pod["spec"], *_containers(pod))]
    types = sorted({options.get("type", "") for options in all_options} - SELINUX_TYPES)
    details = [_some("type", types)] if types else []
    details += [f"{field} may not be set" for field in ("user", "role") if any(options.get(field) for options in all_options)]
    return Violation("seLinuxOptions", f"{setters} set forbidden securityContext.seLinuxOptions: {'; '.join(details)}")


def _bad_seccomp(of: Obj) -> str:
    profile = _security(of, "seccompProfile")
    return str(profile.get("type", "")) if profile is not None and profile.get("type") not in PROFILES else ""


def _seccomp_baseline(pod: Obj) -> Violation | None:
    setters = _setters(bool(_bad_seccomp(pod["spec"])), _names(pod, lambda c: bool(_bad_seccomp(c))))
    if not setters:
        return None
    values = sorted({_bad_seccomp(of) for of in (pod["spec"], *_containers(pod))} - {""})
    return Violation("seccompProfile", f"{setters} must not set securityContext.seccompProfile.type to {_quoted(values)}")


def _sysctls(pod: Obj) -> Violation | None:
    names = [s["name"] for s in _security(pod["spec"], "sysctls") or () if s["name"] not in SYSCTLS]
    return Violation("forbidden sysctls", ", ".join(names)) if names else None


def _windows_host_process(pod: Obj) -> Violation | None:
    def bad(of: Obj) -> bool:
        return bool(_security(of, "windowsOptions", "hostProcess"))

    setters = _setters(bad(pod["spec"]), _names(pod, bad))
    return Violation("hostProcess", f"{setters} must not set securityContext.windowsOptions.hostProcess=true") if setters else None


# --- Restricted ---


def _escalation(pod: Obj) -> Violation | None:
    names = [] if _is_windows(pod) else _names(pod, lambda c: _security(c, "allowPrivilegeEscalation") is not False)
    detail = f"{_some('container', names)} must set securityContext.allowPrivilegeEscalation=false"
    return Violation("allowPrivilegeEscalation != false", detail) if names else None


def _capabilities_restricted(pod: Obj) -> Violation | None:
    if _is_windows(pod):
        return None

    def added(container: Obj) -> set[str]:
        return set(_security(container, "capabilities", "add") or ()) - {"NET_BIND_SERVICE"}

    keeping = _names(pod, lambda c: "ALL" not in (_security(c, "capabilities", "drop") or ()))
    adding = _names(pod, lambda c: bool(added(c)))
    details = [f'{_some("container", keeping)} must set securityContext.capabilities.drop=["ALL"]'] if keeping else []
    if adding:
        what = sorted(set().union(*map(added, _containers(pod))))
        details.append(f"{_some('container', adding)} must not include {_quoted(what)} in securityContext.capabilities.add")
    return Violation("unrestricted capabilities", "; ".join(details)) if details else None


def _restricted_volumes(pod: Obj) -> Violation | None:
    bad = [v for v in pod["spec"].get("volumes") or () if not FREE_VOLUMES & {k for k in v if v[k] is not None}]
    if not bad:
        return None
    names = [v["name"] for v in bad]
    kinds = sorted({next((k for k in v if k != "name"), "unknown") for v in bad})
    uses = "uses" if len(names) == 1 else "use"
    return Violation("restricted volume types", f"{_some('volume', names)} {uses} {_some('restricted volume type', kinds)}")


def _non_root(pod: Obj) -> Violation | None:
    if _has_own_users(pod):
        return None
    of_pod = _security(pod["spec"], "runAsNonRoot")
    setters = _setters(of_pod is False, _names(pod, lambda c: _security(c, "runAsNonRoot") is False))
    if setters:
        return Violation("runAsNonRoot != true", f"{setters} must not set securityContext.runAsNonRoot=false")
    silent = _names(pod, lambda c: _security(c, "runAsNonRoot") is None) if not of_pod else []
    detail = f"pod or {_some('container', silent)} must set securityContext.runAsNonRoot=true"
    return Violation("runAsNonRoot != true", detail) if silent else None


def _root_user(pod: Obj) -> Violation | None:
    def bad(of: Obj) -> bool:
        return bool(_security(of, "runAsUser") == 0)

    setters = "" if _has_own_users(pod) else _setters(bad(pod["spec"]), _names(pod, bad))
    return Violation("runAsUser=0", f"{setters} must not set runAsUser=0") if setters else None


def _seccomp_restricted(pod: Obj) -> Violation | None:
    if _is_windows(pod):
        return None
    if (found := _seccomp_baseline(pod)) is not None:
        return found
    silent = _names(pod, lambda c: _security(c, "seccompProfile") is None) if not _security(pod["spec"], "seccompProfile") else []
    wanted = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return Violation("seccompProfile", f"pod or {_some('container', silent)} {wanted}") if silent else None


BASELINE: tuple[Check, ...] = (
    *(_app_armor, _capabilities_baseline, _host_namespaces, _host_path_volumes, _host_ports, _probe_hosts, _privileged),
    *(_proc_mount_baseline, _selinux, _seccomp_baseline, _sysctls, _windows_host_process),
)
RESTRICTED: tuple[Check, ...] = (
    *(_escalation, _capabilities_restricted, _proc_mount, _restricted_volumes, _non_root, _root_user, _seccomp_restricted),
)
OVERRIDDEN = (_capabilities_baseline, _host_path_volumes, _proc_mount_baseline, _seccomp_baseline)
