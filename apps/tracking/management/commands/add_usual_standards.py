from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.tracking.services.standards import add_usual_standards


class Command(BaseCommand):
    help = "Add the usual service levels with their standard times, where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        count = add_usual_standards(by=system_user("setup"), at=timezone.now())
        self.stdout.write(f"{count} service levels added")
