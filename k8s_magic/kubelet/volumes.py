"""Volumes of a Pod as files: what is in them, who shares them, and why one cannot be mounted.

ConfigMaps and Secrets are read again a minute later at the soonest, so that a change reaches a running Pod late, as
it does in a real cluster. Models pkg/volume.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, MutableMapping

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.kubelet import downward
from k8s_magic.kubelet.files import Volume
from k8s_magic.network import Network
from k8s_magic.objects.meta import Obj, name, namespace, uid

REFRESH_S = 60.0
HOUR_S = 3600
OPTIONAL_FOR_ALL = "kube-root-ca.crt"
"""A namespace gets this ConfigMap a moment after its birth; no Pod is held up for it."""


class MountError(Exception):
    """A volume cannot be mounted yet; the text is the event's."""


class Snapshot(Volume):
    """Files that the API holds; read-only, and looked up again when they are a minute old."""

    def __init__(self, fetch: Callable[[], dict[str, bytes]], now: Callable[[], float]) -> None:
        self._fetch = fetch
        self._now = now
        self._fetched_at = now()
        self._files: dict[str, bytes] | None = None

    def _current(self) -> dict[str, bytes]:
        if self._files is None or self._now() - self._fetched_at >= REFRESH_S:
            try:
                self._files = self._fetch()
                self._fetched_at = self._now()
            except MountError:
                self._files = self._files or {}  # What was mounted stays when its source goes.
        return self._files

    def __getitem__(self, path: str) -> bytes:
        return self._current()[path]

    def __setitem__(self, path: str, content: bytes) -> None:
        raise OSError(30, "Read-only file system", path)

    def __delitem__(self, path: str) -> None:
        raise OSError(30, "Read-only file system", path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._current())

    def __len__(self) -> int:
        return len(self._current())


class Part(MutableMapping[str, bytes]):
    """The files below one directory of a larger store: a node's disk, a server's export."""

    def __init__(self, store: dict[str, bytes], root: str) -> None:
        self._store = store
        self._root = root.rstrip("/")

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def __getitem__(self, path: str) -> bytes:
        return self._store[self._path(path)]

    def __setitem__(self, path: str, content: bytes) -> None:
        self._store[self._path(path)] = content

    def __delitem__(self, path: str) -> None:
        del self._store[self._path(path)]

    def __iter__(self) -> Iterator[str]:
        prefix = self._root + "/"
        if self._root in self._store:
            yield ""
        yield from [path[len(prefix) :] for path in self._store if path.startswith(prefix)]

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Mounter:
    """Makes the volumes of Pods on one node."""

    def __init__(self, client: LocalClient, network: Network, disk: dict[str, bytes]) -> None:
        self._client = client
        self._network = network
        self._disk = disk

    def mount(self, pod: Obj, addresses: Callable[[], downward.Addresses]) -> dict[str, Volume]:
        """The Pod's volumes by name; `MountError` for the first that is not to be had yet."""
        return {volume["name"]: self._volume(pod, volume, addresses) for volume in pod["spec"].get("volumes") or ()}

    def _volume(self, pod: Obj, volume: Obj, addresses: Callable[[], downward.Addresses]) -> Volume:
        if "hostPath" in volume:
            return Part(self._disk, volume["hostPath"]["path"])
        if "nfs" in volume:
            return self._export(f"nfs://{volume['nfs']['server']}{volume['nfs']['path']}")
        if "persistentVolumeClaim" in volume:
            return self._claimed(namespace(pod), volume["persistentVolumeClaim"]["claimName"])
        if "ephemeral" in volume:
            return self._claimed(namespace(pod), f"{name(pod)}-{volume['name']}")
        kind = next((k for k in ("configMap", "secret", "projected", "downwardAPI") if k in volume), "")
        if not kind:
            return {}
        sources = volume["projected"].get("sources") or [] if kind == "projected" else [{kind: volume[kind]}]

        try:
            for source in sources:
                self._check(pod, source)
        except MountError as error:
            raise MountError(f'MountVolume.SetUp failed for volume "{volume["name"]}" : {error}') from None

        def fetch() -> dict[str, bytes]:
            return {path: data for source in sources for path, data in self._source(pod, source, addresses).items()}

        return Snapshot(fetch, self._client.now)

    def _check(self, pod: Obj, source: Obj) -> None:
        """What is mounted must be there; its content is only made when somebody reads it."""
        if "configMap" in source or "secret" in source:
            self._source(pod, source, lambda: downward.Addresses("", "", "0", "0"))

    def _export(self, place: str) -> Volume:
        return self._network.exports.setdefault(place, {})

    def _claimed(self, space: str, claim_name: str) -> Volume:
        claim = self._client.peek("persistentvolumeclaims", claim_name, space)
        if claim is None:
            raise MountError(f'persistentvolumeclaim "{claim_name}" not found')
        volume_name = claim["spec"].get("volumeName", "")
        volume = self._client.peek("persistentvolumes", volume_name) if volume_name else None
        if volume is None:
            raise MountError(f'unbound immediate PersistentVolumeClaims: "{claim_name}"')
        spec = volume["spec"]
        if "nfs" in spec:
            return self._export(f"nfs://{spec['nfs']['server']}{spec['nfs']['path']}")
        for local in ("hostPath", "local"):
            if local in spec:
                return Part(self._disk, spec[local]["path"])
        return self._export(f"pv/{volume_name}")

    def _source(self, pod: Obj, source: Obj, addresses: Callable[[], downward.Addresses]) -> dict[str, bytes]:
        if "configMap" in source:
            return self._keys(pod, "configmaps", "configmap", source["configMap"], source["configMap"].get("name", ""))
        if "secret" in source:
            wanted = source["secret"]
            return self._keys(pod, "secrets", "secret", wanted, wanted.get("secretName") or wanted.get("name", ""))
        if "downwardAPI" in source:
            items = source["downwardAPI"].get("items") or ()
            return {item["path"]: downward.item(pod, item, addresses()).encode() for item in items}
        if "serviceAccountToken" in source:
            return {source["serviceAccountToken"]["path"]: self._token(pod, source["serviceAccountToken"]).encode()}
        return {}

    def _token(self, pod: Obj, source: Obj) -> str:
        """A token for the pod's account, which dies with the pod."""
        request = _token_request(pod)
        request["spec"] |= {"audiences": [source["audience"]] if source.get("audience") else []}
        request["spec"] |= {"expirationSeconds": source.get("expirationSeconds") or HOUR_S}
        account = pod["spec"].get("serviceAccountName") or "default"
        try:
            answer = self._client.create("serviceaccounts", request, namespace(pod), name=account, subresource="token")
        except ApiError as error:
            raise MountError(f"failed to fetch token: {error}") from error
        return str(answer["status"]["token"])

    def _keys(self, pod: Obj, resource: str, word: str, wanted: Obj, source_name: str) -> dict[str, bytes]:
        found = self._client.peek(resource, source_name, namespace(pod))
        optional = wanted.get("optional") or source_name == OPTIONAL_FOR_ALL
        if found is None:
            if optional:
                return {}
            raise MountError(f'{word} "{source_name}" not found')
        data = contents(found)
        if not wanted.get("items"):
            return data
        missing = next((item["key"] for item in wanted["items"] if item["key"] not in data), None)
        if missing is not None and not optional:
            raise MountError(f"references non-existent {'config' if word == 'configmap' else 'secret'} key: {missing}")
        return {item["path"]: data[item["key"]] for item in wanted["items"] if item["key"] in data}


def contents(source: Obj) -> dict[str, bytes]:
    """The bytes that a ConfigMap or Secret holds, by key."""
    if source["kind"] == "Secret":
        return {key: base64.b64decode(value) for key, value in (source.get("data") or {}).items()}
    plain = {key: str(value).encode() for key, value in (source.get("data") or {}).items()}
    return plain | {key: base64.b64decode(value) for key, value in (source.get("binaryData") or {}).items()}


def _token_request(pod: Obj) -> Obj:
    bound = {"kind": "Pod", "apiVersion": "v1", "name": name(pod), "uid": uid(pod)}
    return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"boundObjectRef": bound}}
