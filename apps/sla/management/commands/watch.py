"""`manage.py watch`: the process that watches the clocks, until it is told to stop."""

import gc
import signal
from typing import Any

from django.core.management.base import BaseCommand

from apps.sla.services import Watch


class Command(BaseCommand):
    # After a kill every second counts; bin/check and the deploy check look at all of it.
    requires_system_checks: list[str] = []
    help = (
        "Tell what is due, read again what rules have changed, hand events on. Needs no broker. "
        "Ends on SIGTERM or Ctrl-C."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        watch = Watch()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: watch.stop())
        # After an hour's stop a batch makes tens of thousands of objects that live until its end; by
        # default the collector walks over all of them, and over everything loaded, again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        watch.start()
        self.stdout.write("watching")
        while not watch.stopping.wait(1.0):
            pass
        watch.join()
