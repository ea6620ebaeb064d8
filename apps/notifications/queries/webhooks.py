"""Reads for the webhook API: a key sees the customers its service user sees."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.customers.models import Customer
from apps.notifications.models import Delivery, WebhookEndpoint, WebhookEvent

if TYPE_CHECKING:
    from apps.accounts.models import User

MESSAGE_ID = "^msg_[0-9a-f]{32}$"
_MESSAGE_ID = re.compile(MESSAGE_ID.strip("^$"))


def endpoints(user: "User") -> QuerySet[WebhookEndpoint]:
    return (
        WebhookEndpoint.objects.visible_to(user)
        .filter(removed_at__isnull=True)
        .select_related("customer")
        .order_by("-id")
    )


def events(
    user: "User",
    *,
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[WebhookEvent]:
    found = WebhookEvent.objects.visible_to(user)
    if kind:
        found = found.filter(type=kind)
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until)
    return found.order_by("-id")


def event_id(text: str) -> UUID | None:
    """None for what is no id at all."""
    return UUID(hex=text.removeprefix("msg_")) if _MESSAGE_ID.fullmatch(text) else None


def events_by_id(user: "User", texts: Sequence[str]) -> list[WebhookEvent]:
    """In the order they happened. Raises RuleBroken for an id the key does not see."""
    ids = [event_id(text) for text in texts]
    found = list(events(user).filter(uid__in=[i for i in ids if i]).order_by("id"))
    if None in ids or len(found) != len(set(ids)):
        raise RuleBroken(_("One of these events is not known."), code="unknown_event", field="ids")
    return found


def deliveries_of(entry: WebhookEvent) -> QuerySet[Delivery]:
    """Through the event's index; a ping has no event, and is the customer's own and recent."""
    rows = Delivery.objects.filter(channel="webhook", data__webhook_event=entry.pk)
    if entry.event_id is not None:
        return rows.filter(event=entry.event_id)
    return rows.filter(customer=entry.customer_id)


def only_customer(user: "User", code: str | None) -> Customer:
    """The customer named, or the only one this key sees. Raises RuleBroken."""
    visible = Customer.objects.visible_to(user)
    found = list(visible.filter(code=code)[:1] if code else visible[:2])
    if len(found) != 1:
        message = (
            _("There is no customer %(code)s for this key.") % {"code": code}
            if code
            else _("Name the customer by its code.")
        )
        raise RuleBroken(
            message, code="unknown_customer" if code else "customer_needed", field="customer"
        )
    return found[0]
