"""Refuse a database that an older first migration made; run by the owner before migrate."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.older_schema import first_difference

# What bin/up tells a person more about (launch/django.py).
OLDER = 8


class Command(BaseCommand):
    help = "Refuse a database whose tables an older version made and no migration changes."

    def handle(self, *args: Any, **options: Any) -> None:
        what = first_difference()
        if what:
            raise CommandError(
                "The data was made by an older version, whose tables no migration changes into today's"
                f" (first difference: {what}). See “Data of an older version” in docs/operations.md.",
                returncode=OLDER,
            )
