"""SelfSubjectReview: who am I? It is only ever posted, answered by `apiserver.reviews`, and never stored."""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(
    kind="SelfSubjectReview",
    plural="selfsubjectreviews",
    group="authentication.k8s.io",
    singular="selfsubjectreview",
    namespaced=False,
    verbs=("create",),
)
