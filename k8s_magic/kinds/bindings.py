"""Binding: that a pod runs on a node. It is only ever posted, to a pod's `binding` subresource or here, and never stored."""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(kind="Binding", plural="bindings", singular="binding", verbs=("create",))
