"""What a mongod says when it cannot do what it is asked, and the names and numbers that go with it."""

from __future__ import annotations

from typing import Any

STATES = {"STARTUP": 0, "PRIMARY": 1, "SECONDARY": 2, "(not reachable/healthy)": 8}
NOT_YET: dict[str, Any] = {
    "info": "run rs.initiate(...) if not yet done for the set",
    "ok": 0,
    "errmsg": "no replset config has been received",
    "code": 94,
    "codeName": "NotYetInitialized",
}
NOT_MASTER: dict[str, Any] = {"ok": 0, "errmsg": "not master", "code": 10107, "codeName": "NotMaster"}
NO_SET: dict[str, Any] = {"ok": 0, "errmsg": "not running with --replSet", "code": 76, "codeName": "NoReplicationEnabled"}
NO_SLAVE_OK: dict[str, Any] = {"ok": 0, "errmsg": "not master and slaveOk=false", "code": 13435, "codeName": "NotMasterNoSlaveOk"}


def version(image: str) -> str:
    """The server's version, by the image's tag."""
    tag = image.rpartition(":")[2].split("-")[0] if ":" in image.rsplit("/", 1)[-1] else ""
    return tag if tag.count(".") == 2 else f"{tag}.0" if tag.count(".") == 1 else "8.0.14"


def host_of(name: str) -> str:
    """The host of `HOST:PORT`."""
    return name.rpartition(":")[0] or name
