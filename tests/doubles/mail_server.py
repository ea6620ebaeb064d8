"""A real SMTP server (aiosmtpd) that can refuse with 450 or 550, take a mail and then hang up
instead of acknowledging it, and hold whoever comes to RCPT or has handed over DATA."""

import asyncio
import email
import logging
import socket
import time
from collections import deque
from collections.abc import Callable
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.waiting import LIMIT

# It tells every line of every mail otherwise.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class MailServer:
    """``mail.plan("450", "drop")`` uses one fault per mail; ``mail.fault`` decides for each."""

    def __init__(self) -> None:
        self.accepted: list[Message] = []
        self.recipients: list[str] = []
        self.moments: list[float] = []  # when each was accepted
        self.handed_over: list[str] = []  # whose whole content came, acknowledged or not
        self.hold = ""  # "RCPT" or "DATA": nobody there is answered as long as it says so
        self.held: list[str] = []  # who came to that point
        self.planned: deque[str] = deque()
        self.fault: Callable[[str], str] = lambda _recipient: ""
        self.refused_recipients: dict[str, str] = {}
        self._faults: dict[int, str] = {}
        self._controller = Controller(self, hostname="127.0.0.1", port=0, ready_timeout=LIMIT)

    def plan(self, *faults: str) -> None:
        self.planned.extend(faults)

    @property
    def port(self) -> int:
        server = self._controller.server
        assert server is not None
        return int(server.sockets[0].getsockname()[1])

    def __enter__(self) -> "MailServer":
        # The controller probes the port it was given; ours is whatever was free.
        self._controller._trigger_server = self._greet  # type: ignore[method-assign]
        self._controller.start()
        return self

    def _greet(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), LIMIT) as wire:
            wire.recv(200)

    def __exit__(self, *_args: Any) -> None:
        self._controller.stop(no_assert=True)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        await self._hold("RCPT", address)
        if address in self.refused_recipients:
            return self.refused_recipients[address]
        fault = self.planned.popleft() if self.planned else self.fault(address)
        self._faults[id(envelope)] = fault
        if fault == "450":
            return "450 4.2.0 mailbox busy, try later"
        if fault == "550":
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self._faults.pop(id(envelope), "")
        self.handed_over += envelope.rcpt_tos
        await self._hold("DATA", *envelope.rcpt_tos)
        if fault == "drop_before":
            self._hang_up(server)
            return "421 4.3.0 going away"
        content = envelope.content
        assert isinstance(content, bytes)
        self.accepted.append(email.message_from_bytes(content))
        self.recipients += envelope.rcpt_tos
        self.moments.append(time.time())
        if fault == "drop":
            self._hang_up(server)
            await asyncio.sleep(0)
        return "250 2.0.0 queued"

    async def _hold(self, verb: str, *addresses: str) -> None:
        if self.hold == verb:
            self.held += addresses
        while self.hold == verb:
            await asyncio.sleep(0.01)

    def _hang_up(self, server: SMTP) -> None:
        if server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined]
