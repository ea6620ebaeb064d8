"""A threaded HTTP server on the loopback that stands for an outside company.

Faults are planned per request: ``company.plan("drop", "timeout", 503)`` uses one each, and
``company.fault = callable`` decides for every request. ``drop`` does the work and closes without
an answer; ``timeout`` does it and answers too late; ``refuse`` closes before doing anything.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    raw_query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


# A reply is given instead of doing what was asked: the company refuses in words of its own.
Fault = str | int | Reply | None


class Company:
    """Subclass and answer in ``answer``; it runs under one lock, so counts are exact."""

    slow = 1.0  # seconds that “timeout” takes

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.requests: list[Request] = []
        self.planned: deque[Fault] = deque()
        self.fault: Callable[[Request], Fault] = lambda _request: None
        self._let_go = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def plan(self, *faults: Fault) -> None:
        self.planned.extend(faults)

    def let_go(self) -> None:
        """Whoever is kept waiting by “timeout” gets its answer now."""
        self._let_go.set()
        self._let_go = threading.Event()

    def keep_waiting(self) -> None:
        self._let_go.wait(self.slow)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()

    def take(self, request: Request) -> tuple[Fault, Reply]:
        with self.lock:
            self.requests.append(request)
            fault = self.planned.popleft() if self.planned else self.fault(request)
            if isinstance(fault, Reply):
                return None, fault
            if fault == "refuse" or isinstance(fault, int):
                return fault, Reply(fault if isinstance(fault, int) else 500)
            return fault, self.answer(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed mid-request is part of the tests."""


def _handler(company: Company) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            request = Request(
                method=self.command,
                path=parts.path,
                query={k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()},
                raw_query=parts.query,
                headers={k.lower(): v for k, v in self.headers.items()},
                body=self.rfile.read(length) if length else b"",
            )
            fault, reply = company.take(request)
            if fault in ("drop", "refuse"):
                self.close_connection = True
                return
            if fault == "timeout":
                company.keep_waiting()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = True

        do_GET = do_POST = _serve  # noqa: N815  # the library's names

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
