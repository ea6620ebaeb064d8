"""Following one shipment: asked for, confirmed by code, ended by one link (TRK-9)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.queries import public_user
from apps.core.errors import BadInput
from apps.core.notice_types import Notice
from apps.core.opaque import Id, hide, unhide_signed
from apps.events.services import record
from apps.notifications.addresses import clean, index_of, label_of
from apps.notifications.enums import (
    Audience,
    ChannelName,
    CodeAnswer,
    CodePurpose,
    SubscriptionState,
)
from apps.notifications.models import Delivery, OneTimeCode, Preference, Subscription
from apps.notifications.services.codes import (
    CODE_LIFE,
    NewCode,
    issue_code,
    refusal_of,
    try_code,
)
from apps.notifications.services.queueing import notify
from apps.notifications.stop_links import delivery_named_by
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User

OFFERED = (ChannelName.SMS, ChannelName.EMAIL)
SALT = "notifications.subscription"
CONFIRMED_SALT = "notifications.confirmed"


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked to follow, and the code that was sent for it."""

    subscription: Subscription
    code_id: int


@transaction.atomic
def request_subscription(
    *, waybill: Waybill, address: str, channel: str, client: str, language: str, at: datetime
) -> Asked:
    """Send a code to ``address`` (a mobile number or an e-mail address); ``client`` is the network
    address that asks.

    Raises BadInput for an address that cannot be written to and RuleBroken (``too_many_codes``)
    beyond the limits. Whoever follows already gets a code as well: whether an address follows a
    shipment is revealed only to whoever reads what is sent there.
    """
    if channel not in OFFERED:
        raise BadInput(_("Choose SMS or e-mail."), code="bad_channel", field="channel")
    address = clean(channel, address)
    index = index_of(address)
    with connection.cursor() as cursor:
        # One at a time per address, so that it follows a shipment once.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [index])
    subscription = (
        Subscription.objects.select_for_update()
        .filter(waybill=waybill, channel=channel, address_index=index)
        .exclude(state=SubscriptionState.ENDED)
        .first()
    )
    if subscription is None:
        subscription = Subscription.objects.create(
            waybill=waybill,
            channel=channel,
            address=address,
            address_index=index,
            address_label=label_of(channel, address),
            language=language,
        )
    new = NewCode(
        purpose=CodePurpose.FOLLOW,
        about=str(subscription.pk),
        channel=channel,
        address=address,
        asker=client,
        number=waybill.number,
    )
    row, code = issue_code(new, at=at)
    _send_code(subscription, row, code, language, at)
    record("subscription.requested", subscription, by=public_user(), at=at)
    return Asked(subscription, row.pk)


def _send_code(
    subscription: Subscription, row: OneTimeCode, code: str, language: str, at: datetime
) -> None:
    notify(
        [
            Notice(
                topic="subscription.code",
                cause=f"code:{row.pk}",
                at=at,
                waybill=subscription.waybill,
                customer=subscription.waybill.customer,
                data={
                    "number": subscription.waybill.number,
                    "minutes": int(CODE_LIFE.total_seconds() // 60),
                },
                personal={"code": code},
                addressee=(subscription.channel, subscription.address, language),
            )
        ]
    )


def confirm_subscription(
    asked: Asked, *, code: str, at: datetime, language: str = ""
) -> Subscription:
    """Raises RuleBroken: ``wrong_code``, ``code_expired`` or ``too_many_tries``. Tries are counted
    even when the caller's page fails afterwards. Messages come in ``language`` from now on."""
    refusal = None
    with transaction.atomic():
        subscription = Subscription.objects.select_for_update().get(pk=asked.subscription.pk)
        if subscription.state == SubscriptionState.ENDED:
            refusal = refusal_of(CodeAnswer.EXPIRED)
        else:
            refusal = refusal_of(try_code(asked.code_id, code, at=at))
        if refusal is None:
            subscription.language = language or subscription.language
            if subscription.state == SubscriptionState.PENDING:
                subscription.state, subscription.confirmed_on = SubscriptionState.ACTIVE, at
                record("subscription.confirmed", subscription, by=public_user(), at=at)
            subscription.save()
    if refusal is not None:
        raise refusal
    return subscription


def subscription_token(asked: Asked) -> str:
    """For the page that asks for the code; it shows the masked address, and says nothing more."""
    ids = hide(Id.SUBSCRIPTION, asked.subscription.pk), hide(Id.CODE, asked.code_id)
    return signing.dumps(ids, salt=SALT)


def read_subscription_token(token: str) -> Asked | None:
    try:
        named, code = signing.loads(token, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    pk, code_id = unhide_signed(Id.SUBSCRIPTION, named), unhide_signed(Id.CODE, code)
    if pk is None or code_id is None:
        return None
    found = Subscription.objects.filter(pk=pk).select_related("waybill").first()
    known = OneTimeCode.objects.filter(
        pk=code_id, purpose=CodePurpose.FOLLOW, about=str(pk)
    ).exists()
    return Asked(found, code_id) if found and known else None


def confirmed_token(subscription: Subscription) -> str:
    """For the page after the code was right."""
    return signing.dumps(hide(Id.SUBSCRIPTION, subscription.pk), salt=CONFIRMED_SALT)


def read_confirmed_token(token: str) -> Subscription | None:
    return _named_by(token, CONFIRMED_SALT)


def _named_by(token: str, salt: str) -> Subscription | None:
    try:
        pk = unhide_signed(Id.SUBSCRIPTION, signing.loads(token, salt=salt))
    except signing.BadSignature:
        return None
    return Subscription.objects.filter(pk=pk or 0).select_related("waybill").first()


@transaction.atomic
def end_subscription(*, subscription_id: int, by: "User", at: datetime) -> Subscription:
    subscription = Subscription.objects.select_for_update().get(pk=subscription_id)
    if subscription.state != SubscriptionState.ENDED:
        subscription.state, subscription.ended_on = SubscriptionState.ENDED, at
        subscription.save()
        record("subscription.ended", subscription, by=by, at=at)
    return subscription


def read_stop_token(token: str) -> Delivery | None:
    """The message whose link this is; its token never expires, as the message never does."""
    pk = delivery_named_by(token)
    return Delivery.objects.filter(pk=pk).first() if pk is not None else None


@transaction.atomic
def unsubscribe(token: str, *, at: datetime | None = None) -> Delivery | None:
    """The one link: a subscriber's subscriptions by that address to that shipment end, anyone
    else is opted out of everything that is not urgent. None for a link that is not ours."""
    at = at or timezone.now()
    delivery = read_stop_token(token)
    if delivery is None:
        return None
    if delivery.audience == Audience.SUBSCRIBER and delivery.waybill_id:
        for subscription in _subscriptions_of(delivery):
            end_subscription(subscription_id=subscription.pk, by=public_user(), at=at)
        return delivery
    set_opt_out(
        recipient=delivery.recipient,
        label=delivery.recipient_label,
        opted_out=True,
        by=public_user(),
        at=at,
    )
    return delivery


def is_stopped(delivery: Delivery) -> bool:
    """Does what the stop link of this message ends lie behind us?"""
    if delivery.audience == Audience.SUBSCRIBER and delivery.waybill_id:
        return not _subscriptions_of(delivery).exists()
    return Preference.objects.filter(recipient=delivery.recipient, opted_out=True).exists()


def _subscriptions_of(delivery: Delivery) -> Any:
    return Subscription.objects.filter(
        waybill=delivery.waybill_id,
        channel=delivery.channel,
        address_index=delivery.address_index,
        state=SubscriptionState.ACTIVE,
    )


@transaction.atomic
def set_opt_out(
    *, recipient: str, label: str, opted_out: bool, by: "User", at: datetime
) -> Preference:
    preference, _made = Preference.objects.select_for_update().get_or_create(
        recipient=recipient,
        defaults={"recipient_label": label, "changed_at": at, "changed_by": by},
    )
    preference.opted_out, preference.changed_at, preference.changed_by = opted_out, at, by
    preference.save()
    record("preference.changed", preference, by=by, at=at, data={"opted_out": opted_out})
    return preference
