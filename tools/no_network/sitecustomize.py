"""Refuse connections to anything but this machine; Python imports this file when it starts.

`tools.isolation` puts this folder on PYTHONPATH, so notebook kernels and other child processes
are covered too.
"""

import ipaddress
import socket

_REAL = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}
_REAL_LOOKUP = socket.getaddrinfo
_LOCAL_NAMES = {None, "", "localhost", socket.gethostname()}


def is_local(host) -> bool:
    """Whether a host name or address means this machine."""
    host = host.decode() if isinstance(host, bytes) else host
    if host in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified or str(address) == own_address()


def own_address() -> str | None:
    """This machine's address among others, None where it has none; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            _REAL["connect"](probe, ("192.0.2.1", 9))  # reserved for examples, RFC 5737
        except OSError:
            return None
        return probe.getsockname()[0]


def _refuse(host):
    raise OSError(f"the network is blocked in tests: tried to reach {host}")


def _guarded(name):
    def call(self, *arguments):
        address = arguments[-1]
        if isinstance(address, tuple) and not is_local(address[0]):
            _refuse(address[0])
        return _REAL[name](self, *arguments)

    return call


def _lookup(host, *arguments, **options):
    if not is_local(host):
        _refuse(host)
    return _REAL_LOOKUP(host, *arguments, **options)


for _name in _REAL:
    setattr(socket.socket, _name, _guarded(_name))
socket.getaddrinfo = _lookup
