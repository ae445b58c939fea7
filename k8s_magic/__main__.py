"""`python -m k8s_magic` is `k8s-magic`."""

import sys

from k8s_magic.cli import main

sys.exit(main())
