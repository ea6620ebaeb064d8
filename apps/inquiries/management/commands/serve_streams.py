"""Serve live updates: ``manage.py serve_streams`` (one process is enough for thousands)."""

import asyncio
from argparse import ArgumentParser
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand

from apps.inquiries.streams.app import StreamApp


class Server(uvicorn.Server):
    """uvicorn, but for its look ten times a second whether it shall end: it is told so. What else it
    would do then, the date in its answers, the application does."""

    async def main_loop(self) -> None:
        self._loop, self._exiting = asyncio.get_running_loop(), asyncio.Event()
        if not await self.on_tick(0):
            await self._exiting.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if hasattr(self, "_exiting"):
            self._loop.call_soon_threadsafe(self._exiting.set)


class Command(BaseCommand):
    # bin/check and the deploy check look at all of it; here it would load every page.
    requires_system_checks: list[str] = []
    help = "Serve live updates of shipments (Server-Sent Events)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8001)

    def handle(self, *args: Any, **options: Any) -> None:
        config = uvicorn.Config(
            StreamApp(),
            host=options["host"],
            port=options["port"],
            access_log=False,
            log_level="warning",
            lifespan="on",
            server_header=False,
            date_header=False,
            # Listeners come back by themselves; a restart does not wait for them.
            timeout_graceful_shutdown=3,
            backlog=4096,
        )
        server = Server(config)
        with suppress(KeyboardInterrupt):
            server.run()
        if not server.started:
            raise SystemExit(3)
