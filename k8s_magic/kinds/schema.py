"""The schemas of Kubernetes v1.36's API and what its decoder makes of an object: one door to both."""

from __future__ import annotations

from k8s_magic.kinds.decode import DecodeResult, decode_errors, decode_metadata, zero
from k8s_magic.kinds.definitions import definitions, descriptions, documented_definitions, enumerations, has_ref, ref, type_descriptions

__all__ = [
    "DecodeResult",
    "decode_errors",
    "decode_metadata",
    "definitions",
    "descriptions",
    "documented_definitions",
    "enumerations",
    "has_ref",
    "ref",
    "type_descriptions",
    "zero",
]
