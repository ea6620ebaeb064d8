"""Preferences, stopped addresses, linked accounts, announcements."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_phone
from apps.core.phones import ensure_e164
from apps.events.services import record
from apps.notifications.addresses import clean, index_of, label_of
from apps.notifications.enums import LinkKind, SuppressionReason
from apps.notifications.models import (
    Announcement,
    LinkedAddress,
    Preference,
    SuppressedAddress,
    TalkWindow,
)
from apps.notifications.topics import TOPICS

if TYPE_CHECKING:
    from apps.accounts.models import User

PREFERENCE_FIELDS = (
    "channels",
    "muted_topics",
    "opted_out",
    "language",
    "quiet_from",
    "quiet_until",
)


@transaction.atomic
def set_preference(
    *, recipient: str, values: Mapping[str, Any], by: "User", at: datetime, label: str = ""
) -> Preference:
    """How ``recipient`` ("contact:3", "customer:7", "phone:<index>", "user:9") wants to be notified."""
    unknown = set(values.get("muted_topics", ())) - set(TOPICS)
    if unknown:
        raise BadInput(_("There is no such topic."), code="unknown_topic", field="muted_topics")
    if (values.get("quiet_from") is None) != (values.get("quiet_until") is None):
        raise BadInput(_("Quiet hours need both ends."), code="bad_quiet", field="quiet_from")
    preference, _made = Preference.objects.select_for_update().get_or_create(
        recipient=recipient,
        defaults={"recipient_label": label[:80], "changed_at": at, "changed_by": by},
    )
    for name in PREFERENCE_FIELDS:
        if name in values:
            setattr(preference, name, values[name])
    preference.changed_at, preference.changed_by = at, by
    preference.save()
    shown = {name: str(values[name]) for name in PREFERENCE_FIELDS if name in values}
    record("preference.changed", preference, by=by, at=at, data=shown)
    return preference


@transaction.atomic
def stop_address(
    *, channel: str, address: str, reason: SuppressionReason, by: "User", at: datetime
) -> SuppressedAddress:
    """Write to this address no more; repeating it changes nothing."""
    cleaned = clean(channel, address) if channel in ("sms", "email", "phone") else address
    stopped, made = SuppressedAddress.objects.get_or_create(
        channel=channel,
        address_index=index_of(cleaned),
        lifted_at=None,
        defaults={
            "label": label_of(channel, cleaned),
            "reason": reason,
            "created_by": by,
            "created_at": at,
        },
    )
    if made:
        data = {"channel": channel, "reason": str(reason)}
        record("suppressedaddress.added", stopped, by=by, at=at, data=data)
    return stopped


@transaction.atomic
def lift_address(*, stopped_id: int, by: "User", at: datetime) -> SuppressedAddress:
    stopped = SuppressedAddress.objects.select_for_update().get(pk=stopped_id)
    if stopped.lifted_at is not None:
        raise RuleBroken(_("This address is written to again already."), code="nothing_changed")
    stopped.lifted_at, stopped.lifted_by = at, by
    stopped.save()
    record("suppressedaddress.lifted", stopped, by=by, at=at)
    return stopped


@transaction.atomic
def link_wechat(*, phone: str, openid: str, by: "User", at: datetime) -> LinkedAddress:
    """This WeChat user proved to hold this phone: what goes to the phone may go there. A link of
    the same WeChat user to another phone ends."""
    phone = ensure_e164(phone)
    index, phone_index = index_of(openid), index_of(phone)
    current = (
        LinkedAddress.objects.select_for_update()
        .filter(kind=LinkKind.WECHAT, address_index=index, ended_at__isnull=True)
        .first()
    )
    if current is not None:
        if current.phone_index == phone_index:
            return current
        current.ended_at, current.ended_by = at, by
        current.save()
    linked = LinkedAddress.objects.create(
        kind=LinkKind.WECHAT,
        address=openid,
        address_index=index,
        phone_index=phone_index,
        phone_label=mask_phone(phone),
        linked_at=at,
        linked_by=by,
    )
    record("linkedaddress.linked", linked, by=by, at=at)
    return linked


def note_wechat_message(*, openid: str, at: datetime) -> None:
    """They wrote to us: from now on for 48 hours we may answer in the conversation."""
    TalkWindow.objects.bulk_create(
        [TalkWindow(address_index=index_of(openid), last_heard=at)],
        update_conflicts=True,
        unique_fields=["address_index"],
        update_fields=["last_heard"],
    )


@transaction.atomic
def unlink_wechat(*, openid: str, by: "User", at: datetime) -> bool:
    """Whether there was a link to end."""
    linked = (
        LinkedAddress.objects.select_for_update()
        .filter(kind=LinkKind.WECHAT, address_index=index_of(openid), ended_at__isnull=True)
        .first()
    )
    if linked is None:
        return False
    linked.ended_at, linked.ended_by = at, by
    linked.save()
    record("linkedaddress.unlinked", linked, by=by, at=at)
    return True


@transaction.atomic
def publish_announcement(values: Mapping[str, Any], *, by: "User", at: datetime) -> Announcement:
    """A word to everybody, in both languages, shown from ``starts_at`` until ``ends_at``."""
    if values.get("ends_at") and values["ends_at"] <= values["starts_at"]:
        raise BadInput(_("The end lies before the beginning."), code="bad_times", field="ends_at")
    announcement = Announcement.objects.create(**values, created_at=at, created_by=by)
    record("announcement.published", announcement, by=by, at=at)
    return announcement


@transaction.atomic
def withdraw_announcement(*, announcement_id: int, by: "User", at: datetime) -> Announcement:
    announcement = Announcement.objects.select_for_update().get(pk=announcement_id)
    if announcement.withdrawn_at is not None:
        raise RuleBroken(_("It is not shown any more."), code="nothing_changed")
    announcement.withdrawn_at, announcement.withdrawn_by = at, by
    announcement.save()
    record("announcement.withdrawn", announcement, by=by, at=at)
    return announcement
