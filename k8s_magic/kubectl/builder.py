"""Which objects a command is about: from files, by TYPE NAME, by selector. Models cli-runtime's resource.Builder.

A `Query` says what was asked for; `select` checks it and gives a `Result`, which visits the objects one by one. A file is
read before the first object is visited, but its documents are decoded as they come, so that a bad one spoils nothing before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from k8s_magic.apiserver.client import TableObjects
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import paths
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Aggregate, UserError, quoted
from k8s_magic.kubectl.resources import Mapping
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import selectors
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

NOTHING_NAMED = """You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'"""


@dataclass(frozen=True)
class Query:
    """What the command line asks for, and how the verb wants to have it."""

    args: Sequence[str] = ()
    filenames: Sequence[str] = ()
    kustomize: str = ""
    recursive: bool = False
    selector: str = ""
    field_selector: str = ""
    all: bool = False
    all_namespaces: bool = False
    namespace: str = ""
    enforce_namespace: bool = False
    """Objects in files must not name another namespace: -n was given."""
    allow_empty_selector: bool = False
    """TYPE alone means all of that type."""
    continue_on_error: bool = True
    latest: bool = False
    """Read anew from the server what files name."""
    flatten: bool = True
    """Give the items of lists one by one; without it a list of the server is one Info."""
    require_object: bool = True
    local: bool = False
    single_type: bool = False
    subresource: str = ""
    table: TableObjects | None = None
    """Ask the server for tables, whose rows hold this much of the object."""
    limit: int = 0
    validate: bool = False
    """Check kind and apiVersion in files first, as --validate=strict does."""


@dataclass
class Info:
    """One object that a command is about. `obj` is None until it is read."""

    mapping: Mapping
    name: str
    namespace: str = ""
    obj: Obj = field(default_factory=dict)
    source: str = ""
    subresource: str = ""

    @property
    def shown(self) -> str:
        """As messages name it: "deployment.apps/web"."""
        return f"{self.mapping.kind_shown}/{self.name}"

    def refresh(self, obj: Obj) -> None:
        """Take over what the server answered."""
        metadata = obj.get("metadata") or {}
        self.obj, self.name, self.namespace = obj, metadata.get("name", ""), metadata.get("namespace", "")


Visitor = Callable[[Info], None]


@dataclass
class Result:
    """The objects of a Query, yet to be visited."""

    call: Call
    query: Query
    source: Callable[[], Iterator[Info | Exception]]
    single_item: bool = False
    targets_single: bool = True
    """Each object was named, by NAME or in a file."""
    ignored: Callable[[Exception], bool] | None = None

    def visit(self, act: Visitor) -> None:
        """Call `act` for each object; with continue_on_error failures are raised at the end, together."""
        errors: list[Exception] = []
        at_source: list[Exception] = []
        for item in self.source():
            if isinstance(item, Exception):
                if not self.query.continue_on_error:
                    raise item
                at_source.append(item)
                continue
            try:
                self._complete(item)
                act(item)
            except UserError as error:
                if not self.query.continue_on_error:
                    raise
                errors.append(error)
        self._raise(errors, at_source)

    def _raise(self, errors: list[Exception], at_source: list[Exception]) -> None:
        """Errors of reading come as one Aggregate behind those of acting, as Go's visitors nest."""
        several = len(errors) + bool(at_source) > 1
        if self.ignored is not None:
            errors = [e for e in errors if not self.ignored(e)]
            at_source = [e for e in at_source if not self.ignored(e)]
        whole = errors + ([Aggregate(at_source)] if at_source else [])
        if len(whole) == 1 and not several:
            raise whole[0]
        if whole:
            raise Aggregate(whole)

    def infos(self) -> tuple[list[Info], Exception | None]:
        """All objects that can be had, and what failed."""
        found: list[Info] = []
        try:
            self.visit(found.append)
        except UserError as error:
            return found, error
        return found, None

    def all(self) -> list[Info]:
        """All objects; any failure is raised."""
        found, error = self.infos()
        if error is not None:
            raise error
        return found

    def _complete(self, info: Info) -> None:
        _set_namespace(info, self.query)
        is_old = self.query.latest and bool(info.source) and bool(info.name)
        if self.query.require_object and (is_old or not info.obj) and not self.query.local:
            fetch(self.call, info, self.query.table)


def fetch(call: Call, info: Info, table: TableObjects | None = None) -> None:
    """Read the object from the server; a missing Namespace is told instead of a missing object in it."""
    try:
        got = call.client.get(info.mapping.resource, info.name, info.namespace, subresource=info.subresource, table=table or "")
    except ApiError as error:
        if error.reason == "NotFound" and info.namespace not in ("", "default"):
            call.client.get("namespaces", info.namespace)
        raise error
    info.obj = got


def _set_namespace(info: Info, query: Query) -> None:
    """Give the object the command's namespace where it names none. Models SetNamespace, RequireNamespace and FilterNamespace."""
    if query.local:
        return  # Without discovery nobody knows which kinds live in a namespace.
    if not info.mapping.namespaced:
        info.namespace = ""
        return
    if not info.namespace:
        info.namespace = query.namespace
        if info.obj and info.source and query.namespace:
            info.obj = set_in(info.obj, ["metadata", "namespace"], query.namespace)
    elif query.enforce_namespace and query.namespace and info.namespace != query.namespace:
        raise UsageError(
            f'the namespace from the provided object "{info.namespace}" does not match the namespace "{query.namespace}". '
            f"You must pass '--namespace={info.namespace}' to perform this operation."
        )


def query_of(call: Call, args: Sequence[str] | None = None, **more: object) -> Query:
    """The Query that the usual flags (-f -k -R -l --field-selector --all -A -n) make of `args`, the call's where not given."""
    flags = call.flags
    query = Query(
        args=call.args if args is None else args,
        filenames=flags.get("filename") or (),
        kustomize=flags.get("kustomize") or "",
        recursive=bool(flags.get("recursive")),
        selector=flags.get("selector") or "",
        field_selector=flags.get("field-selector") or "",
        all=bool(flags.get("all")),
        all_namespaces=bool(flags.get("all-namespaces")),
        namespace="" if flags.get("all-namespaces") else call.namespace,
        enforce_namespace=call.explicit_namespace and not flags.get("all-namespaces"),
        local=bool(flags.get("local")),
    )
    return replace(query, **more)  # type: ignore[arg-type]  # Names are checked by dataclasses.replace.


def select(call: Call, query: Query) -> Result:
    """Check what was asked for and say which objects that is; every mistake on the line is raised here."""
    if query.filenames or query.kustomize:
        return _by_paths(call, query)
    errors: list[Exception] = []
    if query.all and (query.selector.strip() or query.field_selector.strip()):
        errors.append(UsageError("setting 'all' parameter but found a non empty selector. "))
    tuples, types, names = _arguments(call, query, errors)
    if errors:
        raise Aggregate(errors)
    alone = query.allow_empty_selector and len(types) > 0 and not names
    if query.all or query.selector.strip() or query.field_selector.strip() or alone:
        return _by_selector(call, query, tuples, types, names)
    if tuples:
        return _by_name(call, query, tuples)
    if names:
        if len(types) > 1:
            raise UsageError("you must specify only one resource")
        return _by_name(call, query, [(types[0], name) for name in names])
    for text in types:
        call.mapper.by_type(text)
    raise UsageError("resource(s) were provided, but no name was specified" if types else NOTHING_NAMED)


def _by_paths(call: Call, query: Query) -> Result:
    try:
        streams = paths.streams(call, query.filenames, query.kustomize, query.recursive)
    except UsageError as error:
        if not query.kustomize or query.filenames:
            raise
        found: Exception = error  # A folder is built only when its objects are visited.
        return Result(call, query, lambda: iter([found]))
    tuples, types, names = _arguments(call, query, [])
    if types and not names:
        raise UsageError("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well")
    if names:
        raise UsageError("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well")
    if tuples:
        raise UsageError("resource/name arguments cannot be provided when a path is specified")
    single = len(streams) == 1 and streams[0].source != paths.STDIN
    return Result(call, query, lambda: _documents(call, query, streams), single_item=single)


def _documents(call: Call, query: Query, streams: list[paths.Stream]) -> Iterator[Info | Exception]:
    labels = selectors.parse(query.selector) if query.selector.strip() else None
    for stream in streams:
        for document in stream.documents(call, query.validate, query.local):
            if isinstance(document, Exception):
                yield document
                continue
            mapping, obj = document
            metadata = obj.get("metadata") or {}
            info = Info(mapping, metadata.get("name") or "", metadata.get("namespace") or "", obj, stream.source, query.subresource)
            if labels is not None and not labels.matches(metadata.get("labels") or {}):
                continue
            yield info


def _by_selector(call: Call, query: Query, tuples: list[tuple[str, str]], types: list[str], names: list[str]) -> Result:
    if names:
        raise UsageError("name cannot be provided when a selector is specified")
    if tuples:
        raise UsageError("selectors and the all flag cannot be used when passing resource/name arguments")
    if not types:
        raise UsageError("at least one resource must be specified to use a selector")
    if query.subresource:
        raise UsageError("subresource cannot be used when bulk resources are specified")
    mappings = _mappings(call, query, types)
    return Result(call, query, lambda: _lists(call, query, mappings), targets_single=False)


def _mappings(call: Call, query: Query, types: list[str]) -> list[Mapping]:
    if len(types) > 1 and query.single_type:
        raise UsageError("you may only specify a single resource type")
    return list(dict.fromkeys(call.mapper.by_type(text) for text in types))


def _lists(call: Call, query: Query, mappings: list[Mapping]) -> Iterator[Info | Exception]:
    for mapping in mappings:
        namespace = query.namespace if mapping.namespaced else ""
        try:
            yield from _pages(call, query, mapping, namespace)
        except ApiError as error:
            yield error


def _pages(call: Call, query: Query, mapping: Mapping, namespace: str) -> Iterator[Info]:
    token = ""
    while True:
        page = _list(call, query, mapping, namespace, token)
        if query.flatten and query.table is None:
            for item in page["items"]:
                # Items of a list carry no kind of their own on the wire; printers and verbs rely on it.
                typed = item if "kind" in item else {"apiVersion": mapping.api_version, "kind": mapping.kind, **item}
                metadata = typed["metadata"]
                yield Info(mapping, metadata["name"], metadata.get("namespace", ""), typed)
        else:
            yield Info(mapping, "", namespace, page)
        token = (page.get("metadata") or {}).get("continue", "")
        if not token:
            return


def _list(call: Call, query: Query, mapping: Mapping, namespace: str, token: str) -> Obj:
    try:
        return call.client.list(
            mapping.resource,
            namespace,
            labels=query.selector.strip(),
            fields=query.field_selector.strip(),
            limit=query.limit,
            continue_token=token,
            table=query.table or "",
        )
    except ApiError as error:
        if error.reason not in ("BadRequest", "NotFound"):
            raise
        what = f"Unable to list {quoted(mapping.gvr)}"
        if query.selector.strip() or query.field_selector.strip():
            chosen = f"label selector {quoted(query.selector.strip())}, field selector {quoted(query.field_selector.strip())}"
            what = f"Unable to find {quoted(mapping.gvr)} that match {chosen}"
        raise ApiError(error.code, error.reason, f"{what}: {error.message}", error.details) from None


def _by_name(call: Call, query: Query, tuples: list[tuple[str, str]]) -> Result:
    mappings = {text: call.mapper.by_type(text) for text, _ in tuples}
    if query.single_type and len(set(mappings.values())) > 1:
        raise UsageError("you may only specify a single resource type")
    if not query.namespace and any(m.namespaced for m in mappings.values()):
        across = "a resource cannot be retrieved by name across all namespaces"
        raise UsageError(across if query.all_namespaces else "namespace may not be empty when retrieving a resource by name")

    def source() -> Iterator[Info | Exception]:
        for text, name in tuples:
            mapping = mappings[text]
            yield Info(mapping, name, query.namespace if mapping.namespaced else "", subresource=query.subresource)

    return Result(call, query, source, single_item=len(tuples) == 1)


def _arguments(call: Call, query: Query, errors: list[Exception]) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """(TYPE/NAME pairs, types, names) of the positional arguments. Models Builder.ResourceTypeOrNameArgs."""
    args = combine(query.args)
    try:
        if has_slash(args):
            return [split_name(arg) for arg in args], [], []
    except UsageError as error:
        errors.append(error)
        return [], [], []
    if not args:
        return [], [], []
    return [], list(dict.fromkeys(call.mapper.expand(args[0]).split(","))), list(args[1:])


def combine(args: Sequence[str]) -> list[str]:
    """`a,b x y` as a/x a/y b/x b/y."""
    types = list(dict.fromkeys(args[0].split(","))) if args else []
    if len(args) < 2 or len(types) < 2:
        return list(args)
    return [f"{text}/{name}" for text in types for name in args[1:]]


def has_slash(args: Sequence[str]) -> bool:
    """Whether all arguments are TYPE/NAME; a mistake where only some are."""
    slashes = sum("/" in arg for arg in args)
    if slashes and slashes != len(args):
        raise UsageError(
            "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form "
            "(e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'"
        )
    return slashes > 0


def has_names(args: Sequence[str]) -> bool:
    """Whether the arguments name objects and not only types. Models resource.HasNames."""
    args = combine(args)
    return has_slash(args) or len(args) > 1


def split_name(arg: str) -> tuple[str, str]:
    """TYPE/NAME taken apart."""
    parts = arg.split("/")
    if len(parts) != 2:
        raise UsageError("arguments in resource/name form may not have more than one slash")
    if not parts[0] or not parts[1] or "," in parts[0]:
        raise UsageError("arguments in resource/name form must have a single resource and name")
    return parts[0], parts[1]
