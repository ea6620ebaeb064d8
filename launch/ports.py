"""Free ports on this machine."""

import errno
import secrets
import socket

from launch.say import Trouble

LOCAL = "127.0.0.1"
QUIET = range(20_000, 32_000)
_given: set[int] = set()
# "Listen on all addresses" → where to reach it from here.
EVERYWHERE = {"0.0.0.0": LOCAL, "::": "::1"}  # noqa: S104 - the person chooses it with HOST


def address(host: str, port: int) -> str:
    """Of a server, as a browser takes it."""
    shown = EVERYWHERE.get(host, host)
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"


def listen(host: str, wanted: int, tries: int = 50) -> socket.socket:
    """A listening socket on the wanted port or the next free one.

    The socket is handed to the web server, so nobody can take the port in between.
    """
    for port in range(wanted, min(wanted + tries, 65536)):
        server = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((host, port))
            server.listen(512)
        except OSError as refused:
            server.close()
            if isinstance(refused, socket.gaierror) or refused.errno == errno.EADDRNOTAVAIL:
                raise Trouble(f"HOST is {host!r}; this machine has no such address.") from None
            if refused.errno == errno.EACCES:
                raise Trouble(
                    f"Only root may listen on port {port}; set PORT to 1024 or more."
                ) from None
            continue
        return server
    raise Trouble(f"No free port from {wanted} on; set PORT to another one.")


def free_port(remembered: int = 0) -> int:
    """The remembered port when it is still free, or any other.

    Rather none of those that the system gives to outgoing connections: between now and the moment
    when a server takes it, anybody's connection might have it. None that was given before.
    """
    quiet = [port for port in secrets.SystemRandom().sample(QUIET, 50) if port not in _given]
    for port in (*([remembered] if remembered else []), *quiet, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOCAL, port))
            except OSError:
                continue
            chosen: int = probe.getsockname()[1]
            _given.add(chosen)
            return chosen
    raise Trouble("This machine has no free port left.")
