"""Read the inquiry mailbox and send the replies once, now: for trying out the settings."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.inquiries.services.mailbox import is_configured, read_mailbox
from apps.inquiries.services.replying import send_replies


class Command(BaseCommand):
    help = "Read the inquiry mailbox and send the replies once."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_configured():
            raise CommandError("INQUIRY_IMAP_HOST is not set")
        taken = read_mailbox(at=timezone.now())
        sent = send_replies(at=timezone.now())
        self.stdout.write(
            f"{taken.taken} taken in, {taken.left_alone} not to be answered,"
            f" {taken.unreadable} unreadable, {sent} replies sent"
        )
