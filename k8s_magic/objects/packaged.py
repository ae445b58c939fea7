"""Data files that lie in a package beside its modules."""

from __future__ import annotations

import json
import pkgutil
import zlib
from typing import Any

GZIP = 16 + zlib.MAX_WBITS
"""What tells zlib that the stream is a gzip file's."""


def read(package: str, path: str) -> bytes:
    """The bytes of a file. (importlib.resources would do, but takes longer to import than most of our packages.)"""
    data = pkgutil.get_data(package, path)
    assert data is not None, f"{package} is loaded by something that reads no files"
    return data


def read_json(package: str, path: str) -> Any:
    """What a file of JSON holds; one that ends in .gz is unpacked first."""
    data = read(package, path)
    return json.loads(zlib.decompress(data, GZIP) if path.endswith(".gz") else data)
