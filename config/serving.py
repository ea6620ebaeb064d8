"""The web server's worker. It differs in one thing: what is too long for an address gets a page of
ours instead of the server's bare 414."""

import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from gunicorn.http.errors import LimitRequestLine  # type: ignore[import-untyped]
from gunicorn.workers.sync import SyncWorker  # type: ignore[import-untyped]

_PAGE = (Path(__file__).parent / "too_long.html").read_bytes()
_ANSWER = b"".join(
    (
        b"HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n",
        b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
        f"Content-Length: {len(_PAGE)}\r\n\r\n".encode(),
        _PAGE,
    )
)
# Of what is still on its way: read so much, and wait so long for it, so that closing does not cut
# the answer off.
_MOST_DRAINED, _SECONDS = 256 * 1024, 1.0


class Worker(SyncWorker):
    """A sync worker that answers an address of more than ``limit_request_line`` bytes in words."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("An address too long to be read, from %s", addr[0] if addr else "?")
        with suppress(OSError):
            client.sendall(_ANSWER)
            client.shutdown(socket.SHUT_WR)
            client.settimeout(_SECONDS)
            left = _MOST_DRAINED
            while left > 0 and (got := client.recv(65536)):
                left -= len(got)
