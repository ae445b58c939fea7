"""TYPE on the command line and kind in a file: which resource of the API is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.objects.meta import Obj


@dataclass(frozen=True)
class Mapping:
    """One resource in one version, as discovery lists it."""

    plural: str
    group: str
    version: str
    kind: str
    namespaced: bool = True
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    preferred: bool = True
    """Whether this is the version that the server would choose."""

    @property
    def resource(self) -> str:
        """The name by which a Client knows it: "deployments.apps", or with a version that is not preferred: "crontabs.v1beta1.x.org"."""
        return self.group_resource if self.preferred else f"{self.plural}.{self.version}.{self.group}"

    @property
    def group_resource(self) -> str:
        """The same whatever the version."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def kind_shown(self) -> str:
        """As messages name it: "deployment.apps"."""
        return self.kind.lower() + (f".{self.group}" if self.group else "")

    @property
    def gvr(self) -> str:
        """As Go prints a GroupVersionResource."""
        return f"{self.group}/{self.version}, Resource={self.plural}"

    @property
    def gvk(self) -> str:
        """As Go prints a GroupVersionKind."""
        return f"{self.group}/{self.version}, Kind={self.kind}"


class NoKindMatch(UsageError):
    """No resource of the API has this kind in this version."""

    def __init__(self, kind: str, api_version: str) -> None:
        super().__init__(f'no matches for kind "{kind}" in version "{api_version}"')


class Mapper:
    """Lookups over what discovery remembers, and once over what it finds anew.

    Models client-go's restmapper (DeferredDiscoveryRESTMapper) and its shortcut and category expanders.
    """

    def __init__(
        self, resources: Iterable[Obj], warn: Callable[[str], None] | None = None, fetch: Callable[[], Iterable[Obj]] | None = None
    ) -> None:
        self.warn = warn
        self._fetch = fetch
        self._load(resources)

    def _load(self, resources: Iterable[Obj]) -> None:
        seen: set[tuple[str, str]] = set()
        self.mappings: list[Mapping] = []
        for resource in resources:
            place = (resource["name"], resource.get("group", ""))
            if "/" not in resource["name"]:
                self.mappings.append(_mapping(resource, place not in seen))
                seen.add(place)

    def _looks_again(self) -> bool:
        """Whether there is something new to look in."""
        fetch, self._fetch = self._fetch, None
        if fetch is not None:
            self._load(fetch())
        return fetch is not None

    def by_kind(self, api_version: str, kind: str) -> Mapping:
        """The resource of an object's apiVersion and kind; `NoKindMatch` where there is none."""
        for mapping in self.mappings:
            # A kind is known by its name, and by its name in small letters, which the server then refuses.
            if kind in (mapping.kind, mapping.kind.lower()) and mapping.api_version == api_version:
                return mapping
        if self._looks_again():
            return self.by_kind(api_version, kind)
        raise NoKindMatch(kind, api_version)

    def by_type(self, text: str) -> Mapping:
        """The resource that TYPE[.VERSION][.GROUP] means: plural, singular, short name or kind."""
        name, _, qualifier = text.partition(".")
        version, _, group = qualifier.partition(".")
        if text.count(".") > 1 and (found := self._find(name, group, version)):
            return found
        if found := self._find(name, qualifier):
            return found
        if self._looks_again():
            return self.by_type(text)
        raise UsageError(f'the server doesn\'t have a resource type "{name}"')

    def _find(self, name: str, group: str = "", version: str = "") -> Mapping | None:
        short, name, pool = name, name.lower(), self.mappings
        if group:
            pool = [m for m in pool if m.group == group] or [m for m in pool if m.group.startswith(group)]
        for fits in (_is_plural, _is_singular):
            if found := [m for m in pool if fits(m, name) and version in ("", m.version)]:
                return found[0]
        # A short name's expansion forgets the version that was asked for.
        if found := [m for m in pool if _is_short(m, short)]:
            self._warn_of_others(short, found)
            return found[0]
        return None

    def _warn_of_others(self, name: str, found: list[Mapping]) -> None:
        """Say what else the short name could have meant. Models restmapper.shortcutExpander."""
        for other in dict.fromkeys(m.group_resource for m in found[1:] if m.group_resource != found[0].group_resource):
            if self.warn is not None:
                self.warn(f'short name "{name}" could also match lower priority resource {other}')

    def expand(self, text: str) -> str:
        """A comma list of types with categories ("all") replaced by their members."""
        return ",".join(",".join(self._members(part)) or part for part in text.split(","))

    def _members(self, category: str) -> list[str]:
        return list(dict.fromkeys(m.resource for m in self.mappings if m.preferred and category in m.categories))


def _mapping(resource: Obj, preferred: bool) -> Mapping:
    return Mapping(
        plural=resource["name"],
        group=resource.get("group", ""),
        version=resource["version"],
        kind=resource["kind"],
        namespaced=resource["namespaced"],
        singular=resource.get("singularName") or resource["kind"].lower(),
        short_names=tuple(resource.get("shortNames") or ()),
        categories=tuple(resource.get("categories") or ()),
        verbs=tuple(resource.get("verbs") or ()),
        preferred=preferred,
    )


def _is_plural(mapping: Mapping, name: str) -> bool:
    return mapping.plural == name


def _is_singular(mapping: Mapping, name: str) -> bool:
    return name in (mapping.singular, mapping.kind.lower())


def _is_short(mapping: Mapping, name: str) -> bool:
    return name in mapping.short_names
