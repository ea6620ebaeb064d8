"""Several messages to one person become one that names every one of them."""

from datetime import datetime
from uuid import uuid4

from django.core import signing
from django.db import connection, transaction
from django.db.models.functions import Now

from apps.core.database import database_now
from apps.core.opaque import Id, hide, unhide_signed
from apps.core.public_links import public_link
from apps.notifications.enums import DeliveryState
from apps.notifications.models import Delivery
from apps.notifications.services.chain import next_links
from apps.notifications.services.rows import NewDelivery, insert

# Fits an e-mail of well under a megabyte; a storm of ten thousand makes two.
MOST = 5_000
GROUPS = 50
SALT = "notifications.digest"
DIGEST = "digest"


def gather(groups: int = GROUPS) -> int:
    """Close the groups whose first message is due; how many messages were dealt with."""
    done = 0
    for _group in range(groups):
        gathered = _gather_one()
        if not gathered:
            break
        done += gathered
    return done


@transaction.atomic
def _gather_one() -> int:
    head = (
        Delivery.objects.waiting()
        .on_its_own()
        .exclude(digest_key="")
        .filter(due_at__lte=Now())
        .order_by("due_at")
        .first()
    )
    if head is None or not _is_ours(head.digest_key):
        return 0
    rows = list(
        Delivery.objects.waiting()
        .on_its_own()
        .filter(digest_key=head.digest_key)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("pk")
        .values_list("pk", flat=True)[:MOST]
    )
    if not rows:
        return 0
    if len(rows) < 2:
        Delivery.objects.filter(pk=rows[0]).update(digest_key="")
        return 1
    carrier = _carrier(head, len(rows), database_now())
    Delivery.objects.filter(pk__in=rows).update(
        carried_by=carrier, state=DeliveryState.QUEUED, state_reason="in_digest"
    )
    return len(rows)


def _is_ours(digest_key: str) -> bool:
    """Two sweepers on one group would make two digests of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [digest_key])
        return bool(cursor.fetchone()[0])


def _carrier(head: Delivery, count: int, now: datetime) -> int:
    quiet = None
    if head.quiet_from is not None and head.quiet_until is not None:
        quiet = (head.quiet_from, head.quiet_until)
    new = NewDelivery(
        cause=f"digest:{uuid4().hex}",
        topic=DIGEST,
        audience=head.audience,
        channel=head.channel,
        address=head.address,
        recipient=head.recipient,
        label=head.recipient_label,
        language=head.language,
        policy_id=head.policy_id,
        customer_id=head.customer_id,
        data={"count": count},
        quiet=quiet,
        fallback_minutes=head.fallback_minutes,
        chain=next_links(head),
        due_at=now,
    )
    (carrier_id,) = insert([new])
    link = public_link("portal:digest", digest_token(carrier_id))
    Delivery.objects.filter(pk=carrier_id).update(link=link)
    return carrier_id


def digest_token(delivery_id: int) -> str:
    return signing.dumps(hide(Id.DIGEST, delivery_id), salt=SALT)


def digest_of(token: str) -> Delivery | None:
    """The digest behind a link, for 90 days."""
    try:
        pk = unhide_signed(Id.DIGEST, signing.loads(token, salt=SALT, max_age=90 * 86_400))
    except signing.BadSignature:
        return None
    return Delivery.objects.filter(pk=pk or 0, topic=DIGEST).first()
