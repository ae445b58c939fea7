"""The cluster's network: who answers when a program connects to an address or a name.

Not modelled: UDP, latency, IPv6, network policies, the API server's own port, the world outside.
"""

from k8s_magic.network.errors import NetworkError
from k8s_magic.network.network import Network
from k8s_magic.network.pipe import Socket

__all__ = ["Network", "NetworkError", "Socket"]
