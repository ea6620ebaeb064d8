import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings
from django.utils import timezone

from apps.core.database import without_savepoints
from apps.desk.demo.parts import further_parts
from apps.desk.demo.week import PER_DAY, make_week
from apps.desk.queries import is_empty

# What is said to have been told went out long ago.
NO_CHANNELS = {"EMAIL_HOST": "", "SMS_URL": "", "WECHAT_APP_ID": ""}


class Command(BaseCommand):
    help = "Fill an empty database with a believable week at a courier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same week")
        parser.add_argument(
            "--key-file", type=Path, help="keep the API key there, not on the screen"
        )
        parser.add_argument("--per-day", type=int, default=PER_DAY, help="orders per day")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_empty():
            raise CommandError(
                "The database holds customers already; demo data needs an empty one."
            )
        with without_savepoints(), override_settings(**NO_CHANNELS):
            made = make_week(options["seed"], options["per_day"])
            for make in further_parts():
                make(seed=options["seed"], now=timezone.now())
        self.stdout.write(
            f"{made.customers} customers, {made.shipments} shipments on the road or delivered"
        )
        keep = options["key_file"]
        if keep is None:
            self.stdout.write(f"API key of 云裳服饰 (shown once): {made.api_key}")
            return
        with os.fdopen(os.open(keep, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(f"{made.api_key}\n")
        self.stdout.write(f"API key of 云裳服饰: in {keep}")
