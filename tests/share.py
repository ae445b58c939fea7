"""How much of the long tests is run: all on a machine of one's own, a share (K8S_MAGIC_SLOW_SHARE) in CI, which has not the time."""

import os

SHARE = float(os.environ.get("K8S_MAGIC_SLOW_SHARE", "1"))


def share(number: int) -> int:
    """So many of `number` examples; a handful at least."""
    return max(5, round(number * SHARE))
