"""SelfSubjectAccessReview: may I do this? It is only ever posted, answered by `apiserver.reviews`, and never stored."""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(
    kind="SelfSubjectAccessReview",
    plural="selfsubjectaccessreviews",
    group="authorization.k8s.io",
    singular="selfsubjectaccessreview",
    namespaced=False,
    verbs=("create",),
)
