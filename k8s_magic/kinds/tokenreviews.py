"""TokenReview: whose token is this? It is only ever posted, answered by `apiserver.reviews`, and never stored."""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(
    kind="TokenReview",
    plural="tokenreviews",
    group="authentication.k8s.io",
    singular="tokenreview",
    namespaced=False,
    verbs=("create",),
)
