"""Field management: which manager set which field, and server-side apply.

Nobody asks most objects for their managedFields, so nothing is computed when an object is written: the ledger remembers
who wrote what, and works it out when a client reads the object or applies to it.
"""

from k8s_magic.apiserver.managed_fields.ledger import Ledger, Manager

__all__ = ["Ledger", "Manager"]
