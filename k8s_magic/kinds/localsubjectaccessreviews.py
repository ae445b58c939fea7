"""LocalSubjectAccessReview: may this user do that in this namespace? Posted, answered by `apiserver.reviews`, and never stored."""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(
    kind="LocalSubjectAccessReview",
    plural="localsubjectaccessreviews",
    group="authorization.k8s.io",
    singular="localsubjectaccessreview",
    verbs=("create",),
)
