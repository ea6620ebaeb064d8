"""Let the sealed rows of a table go, because a rule of retention does: with a person and a reason, on record."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.safety import services


class Command(BaseCommand):
    help = "Record that the rows of TABLE that are sealed by now may be deleted or dropped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", help="a table, or one partition of one")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--by", required=True, help="sign-in name of the person who decided it")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.people().active().filter(username=options["by"]).first()
        if by is None:
            raise CommandError(f"nobody signs in as {options['by']!r}")
        try:
            seal = services.release_rows(
                table=options["table"], reason=options["reason"], by=by, at=timezone.now()
            )
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"released: {seal.table} up to row {seal.to_id}")
