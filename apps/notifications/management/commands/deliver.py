"""`manage.py deliver`: the process that sends messages, until it is told to stop."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.notifications.services import Crew


class Command(BaseCommand):
    help = (
        "Send what waits on every channel, each on threads of its own. Ends on SIGTERM or Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channels", nargs="*", help="only these channels")
        parser.add_argument("--threads", type=int, help="threads per channel")

    def handle(self, *args: Any, **options: Any) -> None:
        crew = Crew(options["channels"], threads=options["threads"])
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: crew.stop())
        crew.start()
        self.stdout.write("sending")
        for channel in crew.asleep:
            self.stdout.write(f"{channel.name}: not set up, asleep until the next start")
        while not crew.stopping.wait(1.0):
            pass
        crew.join()
