"""Following one shipment: asked for, confirmed by code, ended by one link (TRK-9)."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.queries import public_user
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.notifications.addresses import clean, index_of, label_of
from apps.notifications.enums import Audience, ChannelName, SubscriptionState
from apps.notifications.models import Delivery, Preference, SendStamp, Subscription
from apps.notifications.queries.happenings import Happening
from apps.notifications.services.claiming import limit_ends
from apps.notifications.services.queueing import tell
from apps.notifications.services.rows import database_now
from apps.notifications.stop_links import delivery_named_by
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User

CODE_LIFE = timedelta(minutes=10)
TRIES = 5
# Per address, and per shipment whatever the address.
ADDRESS_LIMITS = ((60, 1), (3600, 5), (86_400, 10))
WAYBILL_LIMITS = ((3600, 10), (86_400, 20))
OFFERED = (ChannelName.SMS, ChannelName.EMAIL)
SALT = "notifications.subscription"
CONFIRMED_SALT = "notifications.confirmed"


@transaction.atomic
def request_subscription(
    *, waybill: Waybill, address: str, channel: str, language: str, at: datetime
) -> Subscription:
    """Send a code to ``address`` (a mobile number or an e-mail address).

    Raises BadInput for an address that cannot be written to and RuleBroken (``too_many_codes``)
    beyond the limits. Whoever follows already gets a code as well: whether an address follows a
    shipment is told to nobody but the one who reads what is sent there.
    """
    if channel not in OFFERED:
        raise BadInput(_("Choose SMS or e-mail."), code="bad_channel", field="channel")
    address = clean(channel, address)
    index = index_of(address)
    with connection.cursor() as cursor:
        # One at a time per address: the limits below are counted, not guessed.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [index])
    existing = (
        Subscription.objects.select_for_update()
        .filter(waybill=waybill, channel=channel, address_index=index)
        .exclude(state=SubscriptionState.ENDED)
        .first()
    )
    now = database_now()
    _count(f"code:{index}", ADDRESS_LIMITS, now)
    _count(f"code:waybill:{waybill.pk}", WAYBILL_LIMITS, now)
    code = f"{secrets.randbelow(10**6):06d}"
    subscription = existing or Subscription(
        waybill=waybill,
        channel=channel,
        address=address,
        address_index=index,
        address_label=label_of(channel, address),
    )
    subscription.language = language
    subscription.code_tries, subscription.code_expires = 0, now + CODE_LIFE
    subscription.codes_sent += 1
    subscription.save()
    subscription.code_hash = _hash(subscription, code)
    subscription.save(update_fields=["code_hash"])
    _send_code(subscription, code, at)
    record("subscription.requested", subscription, by=public_user(), at=at)
    return subscription


def _count(key: str, limits: tuple[tuple[int, int], ...], now: datetime) -> None:
    if limit_ends(key, limits, now) is not None:
        raise RuleBroken(
            _("Too many codes were asked for. Wait a while, then try again."),
            code="too_many_codes",
            field="address",
            rule="TRK-9",
        )
    SendStamp.objects.create(key=key, at=now)


def _send_code(subscription: Subscription, code: str, at: datetime) -> None:
    tell(
        [
            Happening(
                topic="subscription.code",
                cause=f"code:{subscription.pk}:{subscription.codes_sent}",
                at=at,
                waybill=subscription.waybill,
                customer=subscription.waybill.customer,
                data={
                    "number": subscription.waybill.number,
                    "minutes": int(CODE_LIFE.total_seconds() // 60),
                },
                personal={"code": code},
                addressee=(subscription.channel, subscription.address, subscription.language),
            )
        ]
    )


def confirm_subscription(*, subscription_id: int, code: str, at: datetime) -> Subscription:
    """Raises RuleBroken: ``wrong_code``, ``code_expired`` or ``too_many_tries``. Tries are counted
    even when the caller's page fails afterwards."""
    refusal = None
    with transaction.atomic():
        subscription = Subscription.objects.select_for_update().get(pk=subscription_id)
        refusal = _judge(subscription, code, at)
        if refusal is None:
            subscription.code_hash = ""
            if subscription.state == SubscriptionState.PENDING:
                subscription.state, subscription.confirmed_on = SubscriptionState.ACTIVE, at
                record("subscription.confirmed", subscription, by=public_user(), at=at)
        subscription.save()
    if refusal is not None:
        raise refusal
    return subscription


def _judge(subscription: Subscription, code: str, at: datetime) -> RuleBroken | None:
    if (
        subscription.state == SubscriptionState.ENDED
        or not subscription.code_hash
        or subscription.code_expires is None
        or subscription.code_expires <= at
    ):
        return RuleBroken(
            _("This code is no longer valid. Ask for a new one."), code="code_expired", field="code"
        )
    if subscription.code_tries >= TRIES:
        return RuleBroken(
            _("Too many wrong codes. Ask for a new one."), code="too_many_tries", field="code"
        )
    subscription.code_tries += 1
    if not hmac.compare_digest(subscription.code_hash, _hash(subscription, code.strip())):
        return RuleBroken(_("That is not the code we sent."), code="wrong_code", field="code")
    return None


def _hash(subscription: Subscription, code: str) -> str:
    key = f"{settings.BLIND_INDEX_KEY}:{subscription.pk}".encode()
    return hmac.new(key, code.encode(), hashlib.sha256).hexdigest()


def subscription_token(subscription: Subscription) -> str:
    """For a page that shows what somebody follows, or a link that ends it."""
    return signing.dumps(subscription.pk, salt=SALT)


def read_subscription_token(token: str) -> Subscription | None:
    return _named_by(token, SALT)


def confirmed_token(subscription: Subscription) -> str:
    """For the page after the code was right."""
    return signing.dumps(subscription.pk, salt=CONFIRMED_SALT)


def read_confirmed_token(token: str) -> Subscription | None:
    return _named_by(token, CONFIRMED_SALT)


def _named_by(token: str, salt: str) -> Subscription | None:
    try:
        pk = signing.loads(token, salt=salt)
    except signing.BadSignature:
        return None
    return Subscription.objects.filter(pk=pk).select_related("waybill").first()


@transaction.atomic
def end_subscription(*, subscription_id: int, by: "User", at: datetime) -> Subscription:
    subscription = Subscription.objects.select_for_update().get(pk=subscription_id)
    if subscription.state != SubscriptionState.ENDED:
        subscription.state, subscription.ended_on = SubscriptionState.ENDED, at
        subscription.code_hash = ""
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
