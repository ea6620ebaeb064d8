"""`manage.py standby`: does the work that no other process does, until it is stopped."""

import signal
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand

from apps.core.loading import freeze_loaded
from apps.events.services.standing_by import Standby


class Command(BaseCommand):
    # After a kill every second counts; bin/check and the deploy check look at all of it.
    requires_system_checks: list[str] = []
    help = (
        "Do what is due and nobody has worked on for five seconds: clocks, events, messages and all "
        "that beat would call for. Needs no broker. Ends on SIGTERM or Ctrl-C."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        current_app.loader.import_default_modules()
        standby = Standby()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: standby.stop())
        freeze_loaded()
        standby.start()
        self.stdout.write("standing by")
        standby.stopping.wait()
        standby.join()
