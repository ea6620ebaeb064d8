from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.desk.demo.outside import mail_server, providers


class Command(BaseCommand):
    # bin/check and the deploy check look at all of it; here it would load every page.
    requires_system_checks: list[str] = []
    help = "Take in what the demonstration sends (mail, SMS, WeChat); bin/up runs it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mail", type=int, required=True, help="port of the mail server")
        parser.add_argument("--http", type=int, required=True, help="port of SMS and WeChat")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_MAILBOX:
            raise CommandError("DEMO_MAILBOX names no folder; bin/up sets it.")
        folder = Path(settings.DEMO_MAILBOX)
        mail = mail_server(folder, options["mail"])
        mail.start()
        try:
            providers(folder, options["http"]).serve_forever()
        finally:
            mail.stop()
