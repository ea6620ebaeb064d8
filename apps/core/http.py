"""One request to somewhere outside, with the answers that matter for doing a thing there once.

No redirects, one deadline over everything, answers cut at a size, and the address that was
checked is the address that is connected to. What failed before a byte of the request left is
``NotSent``; after that nobody knows, which is ``PerhapsSent``.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from apps.core import request_ids
from apps.core.networks import may_reach

MAX_ANSWER = 64 * 1024


class NotSent(Exception):
    """Nothing reached the other side; it may be tried again."""


class AddressRefused(NotSent):
    """The name leads to a place inside, or is no address at all."""


class PerhapsSent(Exception):
    """The request left and no whole answer came back."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def retry_after(self) -> float | None:
        """Seconds; dates are not understood and count as not given."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None


@dataclass(frozen=True)
class Rules:
    """``inside``: networks that may be reached although they are not public. ``check_address``
    is off for companies the operator configured itself."""

    timeout: float = 10.0
    check_address: bool = True
    allow_http: bool = False
    inside: Sequence[str] = ()
    most: int = MAX_ANSWER


def request(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    rules: Rules = Rules(),  # frozen
    begin: Callable[[], None] = lambda: None,
) -> Answer:
    """Raises NotSent, PerhapsSent, and whatever ``begin`` raises: it is called when the connection
    stands and before a byte of the request leaves."""
    deadline = time.monotonic() + rules.timeout
    parts = urlsplit(url)
    host, port = _place(parts.hostname, parts.scheme, parts.port, rules)
    address = _resolve(host, port, rules)
    connection = _connect(parts.scheme, host, port, address, deadline)
    try:
        begin()
    except BaseException:
        connection.close()
        raise
    # A reader that drips one byte a second never times out by itself.
    watchdog = threading.Timer(max(0.01, deadline - time.monotonic()), _cut, [connection])
    watchdog.daemon = True
    watchdog.start()
    try:
        target = parts.path or "/"
        if parts.query:
            target = f"{target}?{parts.query}"
        connection.request(method, target, body=body, headers=_with_id(headers))
        response = connection.getresponse()
        content = response.read(rules.most)
        if deadline - time.monotonic() <= 0:
            raise PerhapsSent("timeout")
        given = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, content, given)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise PerhapsSent(_name(error)) from error
    finally:
        watchdog.cancel()
        connection.close()


def _with_id(headers: Mapping[str, str] | None) -> dict[str, str]:
    """By which our log and theirs can be compared."""
    request_id = request_ids.current()
    return {**({request_ids.HEADER: request_id} if request_id else {}), **(headers or {})}


def _place(host: str | None, scheme: str, port: int | None, rules: Rules) -> tuple[str, int]:
    if not host or scheme not in ("http", "https"):
        raise AddressRefused("bad_url")
    if scheme == "http" and rules.check_address and not rules.allow_http:
        raise AddressRefused("https_only")
    return host, port or (443 if scheme == "https" else 80)


def _resolve(host: str, port: int, rules: Rules) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent("unknown_host") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise NotSent("unknown_host")
    if rules.check_address:
        for address in addresses:
            if not may_reach(address, rules.inside):
                raise AddressRefused("private_address")
    return addresses[0]


def _connect(
    scheme: str, host: str, port: int, address: str, deadline: float
) -> http.client.HTTPConnection:
    left = max(0.01, deadline - time.monotonic())
    connection: http.client.HTTPConnection
    try:
        wire = socket.create_connection((address, port), left)
        if scheme == "https":
            context = ssl.create_default_context()
            wire.settimeout(max(0.01, deadline - time.monotonic()))
            wire = context.wrap_socket(wire, server_hostname=host)
    except (OSError, ssl.SSLError) as error:
        raise NotSent(_name(error)) from error
    wire.settimeout(max(0.01, deadline - time.monotonic()))
    if scheme == "https":
        connection = http.client.HTTPSConnection(host, port)
    else:
        connection = http.client.HTTPConnection(host, port)
    connection.sock = wire
    return connection


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _name(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    return _NAMES.get(type(error), type(error).__name__.lower()[:60])


_NAMES: dict[type[Exception], str] = {
    ConnectionRefusedError: "connection_refused",
    ConnectionResetError: "connection_reset",
    http.client.RemoteDisconnected: "connection_closed",
    ssl.SSLCertVerificationError: "bad_certificate",
}
