"""SubjectAccessReview: may this user do that? It is only ever posted, answered by `apiserver.reviews`, and never stored."""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(
    kind="SubjectAccessReview",
    plural="subjectaccessreviews",
    group="authorization.k8s.io",
    singular="subjectaccessreview",
    namespaced=False,
    verbs=("create",),
)
