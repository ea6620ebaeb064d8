"""Give the application's database role what it needs and no more; run by the owner after migrate.

Append-only tables: SELECT and INSERT. Everything else: SELECT, INSERT, UPDATE, DELETE. TRUNCATE,
DDL and ownership stay with the owner.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.events.services.grants import grant_app_role


class Command(BaseCommand):
    help = "Grant the application's database role its rights; append-only tables stay append-only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", nargs="?", default="yipiao_app")

    def handle(self, *args: Any, **options: Any) -> None:
        count = grant_app_role(options["role"])
        self.stdout.write(f"{options['role']}: {count} tables are append-only")
