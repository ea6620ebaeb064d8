"""Serve live updates: ``manage.py serve_streams`` (one process is enough for thousands)."""

from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand

from apps.inquiries.streams.app import StreamApp


class Command(BaseCommand):
    # bin/check and the deploy check look at all of it; here it would load every page.
    requires_system_checks: list[str] = []
    help = "Serve live updates of shipments (Server-Sent Events)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8001)

    def handle(self, *args: Any, **options: Any) -> None:
        uvicorn.run(
            StreamApp(),
            host=options["host"],
            port=options["port"],
            access_log=False,
            log_level="warning",
            lifespan="on",
            workers=1,  # WEB_CONCURRENCY, where it is set for all, is the web server's
            server_header=False,
            # Listeners come back by themselves; a restart does not wait for them.
            timeout_graceful_shutdown=3,
            backlog=4096,
        )
