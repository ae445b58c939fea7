"""ValidatingAdmissionPolicies are told that they were seen.

Not modelled: checking the types in their expressions; mistakes there show when a request is held against them.
"""

from __future__ import annotations

from k8s_magic.controllers.controller import Controller
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Key, get_in


class ValidatingAdmissionPolicyStatus(Controller):
    """Models pkg/controller/validatingadmissionpolicystatus."""

    name = "validatingadmissionpolicy-status-controller"
    kind = "validatingadmissionpolicies.admissionregistration.k8s.io"

    def reconcile(self, key: Key) -> float | None:
        policy = self.client.peek(self.kind, key.name)
        if policy is None:
            return None
        seen = policy["metadata"].get("generation", 0)
        if get_in(policy, "status", "observedGeneration") != seen:
            self.client.write_status(self.kind, set_in(policy, ("status",), {"observedGeneration": seen, "typeChecking": {}}))
        return None
