"""Reads for the staff pages."""

from typing import TYPE_CHECKING

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from apps.inquiries.models import (
    Attachment,
    InboundMessage,
    Kuaidi100Account,
    Kuaidi100Subscription,
)
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User


def shipment_to_tell(number: str, *, user: "User") -> Waybill | None:
    return Waybill.objects.visible_to(user).filter(number=number).first()


def accounts(user: "User") -> QuerySet[Kuaidi100Account]:
    return Kuaidi100Account.objects.visible_to(user).select_related("customer", "created_by")


def subscriptions(user: "User") -> QuerySet[Kuaidi100Subscription]:
    return Kuaidi100Subscription.objects.visible_to(user).select_related("account", "stopped_by")


def attachments(message: InboundMessage) -> QuerySet[Attachment]:
    return message.attachments.all()


def read_attachment(message_id: int, attachment_id: int) -> tuple[Attachment, bytes] | None:
    found = Attachment.objects.filter(pk=attachment_id, message=message_id).exclude(path="").first()
    if found is None:
        return None
    with default_storage.open(found.path) as file:
        content: bytes = file.read()
    return found, content
