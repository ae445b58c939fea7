"""SelfSubjectRulesReview: all that I may do in a namespace. It is only ever posted, answered by `apiserver.reviews`, and never stored."""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(
    kind="SelfSubjectRulesReview",
    plural="selfsubjectrulesreviews",
    group="authorization.k8s.io",
    singular="selfsubjectrulesreview",
    namespaced=False,
    verbs=("create",),
)
