"""Rules for IP addresses, which validation of many kinds shares."""

from __future__ import annotations

import ipaddress

from k8s_magic.kinds.errors import invalid
from k8s_magic.kinds.kind import FieldError

LINK_LOCAL_MULTICAST = (ipaddress.ip_network("224.0.0.0/24"), ipaddress.ip_network("ff02::/16"))


def ip_address(value: str, path: str) -> list[FieldError]:
    """Models apimachinery validation.IsValidIPForLegacyField."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return [invalid(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    return []


def cidr_block(value: str, path: str) -> list[FieldError]:
    """Models apimachinery validation.IsValidCIDRForLegacyField."""
    try:
        ipaddress.ip_network(value if "/" in value else "", strict=False)
    except ValueError:
        return [invalid(path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
    return []


def endpoint_ip(value: str, path: str) -> list[FieldError]:
    """Addresses that no endpoint can have. Models ValidateEndpointIP."""
    try:
        ip = ipaddress.ip_address(value)
    except ValueError:
        return [invalid(path, value, "must be a valid IP address")]
    texts = {
        f"may not be unspecified ({value})": ip.is_unspecified,
        "may not be in the loopback range (127.0.0.0/8, ::1/128)": ip.is_loopback,
        "may not be in the link-local range (169.254.0.0/16, fe80::/10)": ip.is_link_local,
        "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)": any(ip in each for each in LINK_LOCAL_MULTICAST),
    }
    return [invalid(path, value, text) for text, is_so in texts.items() if is_so]
