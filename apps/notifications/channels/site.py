"""A word to everybody on the public pages."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from apps.accounts.queries import system_user
from apps.notifications.channels.base import Channel, Message, Outcome
from apps.notifications.enums import ChannelName, Effect
from apps.notifications.models import Announcement
from apps.notifications.queries.words import render

if TYPE_CHECKING:
    from apps.notifications.models import Delivery

SHOWN_FOR = timedelta(days=7)


class SiteChannel(Channel):
    name = ChannelName.SITE
    label = _("Site announcement")
    idempotent = True
    concurrency = 1

    def prepare(self, delivery: "Delivery") -> Any:
        return {
            name: render(delivery, frozenset(), language)
            for name, language in (("zh", "zh-hans"), ("en", "en"))
        }

    def send(self, message: Message) -> Outcome:
        return Outcome(Effect.DELIVERED, "published")

    def settle(self, delivery: "Delivery", outcome: Outcome) -> None:
        self.publish(delivery, timezone.now())

    def publish(self, delivery: "Delivery", at: datetime, **more: Any) -> None:
        """Once for each message; one that was withdrawn in advance stays so."""
        words = self.prepare(delivery)
        Announcement.objects.get_or_create(
            delivery=delivery,
            defaults={
                "title_zh": words["zh"].subject[:80],
                "title_en": words["en"].subject[:120],
                "body_zh": words["zh"].text,
                "body_en": words["en"].text,
                "urgent": delivery.urgent,
                "starts_at": at,
                "ends_at": _shown_until(delivery, at),
                "created_by": system_user("notifier"),
                **more,
            },
        )


def _shown_until(delivery: "Delivery", now: datetime) -> datetime:
    """Until the instant that the news names as ``shown_until`` (ISO, aware), else for a week."""
    named = parse_datetime(str(delivery.data.get("shown_until") or ""))
    return named if named is not None and named > now else now + SHOWN_FOR
