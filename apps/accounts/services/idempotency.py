"""The answers given to requests that carried an Idempotency-Key, for 24 hours."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import IdempotencyRecord, User
from apps.core.errors import KeyReused

KEPT_FOR = timedelta(hours=24)
UNANSWERED = 0
SWEEP_BATCH = 5_000


def claim_idempotency_key(
    *, user: User, key: str, fingerprint: str, at: datetime
) -> IdempotencyRecord:
    """The record of this key, locked until the caller's transaction ends.

    A fresh one has ``status`` UNANSWERED: do the work and ``store_answer``. One that is answered
    holds the answer to repeat. A second request with the same key waits here for the first; if
    that one fails, its row goes with it and the second does the work. Raises KeyReused.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the key and the work are one transaction")
    _insert_unless_there(user, key, fingerprint, at)
    found = IdempotencyRecord.objects.select_for_update().get(user=user, key=key)
    if found.expires_at <= at:
        found.fingerprint, found.status, found.body = fingerprint, UNANSWERED, b""
        found.created_at, found.expires_at = at, at + KEPT_FOR
        found.save()
    if found.fingerprint != fingerprint:
        raise KeyReused(
            _("This Idempotency-Key belongs to another request. Use a new key."),
            code="idempotency_key_reused",
            field="Idempotency-Key",
        )
    return found


def _insert_unless_there(user: User, key: str, fingerprint: str, at: datetime) -> None:
    # ON CONFLICT waits for whoever is inserting the same key, then does nothing if they did.
    IdempotencyRecord.objects.bulk_create(
        [
            IdempotencyRecord(
                user=user,
                key=key,
                fingerprint=fingerprint,
                status=UNANSWERED,
                body=b"",
                content_type="",
                created_at=at,
                expires_at=at + KEPT_FOR,
            )
        ],
        ignore_conflicts=True,
    )


def store_answer(
    *, found: IdempotencyRecord, status: int, body: bytes, content_type: str, location: str
) -> None:
    found.status, found.body = status, body
    found.content_type, found.location = content_type, location
    found.save(update_fields=["status", "body", "content_type", "location"])


def sweep_expired(*, at: datetime) -> int:
    """Delete a batch of what is past keeping; return how many."""
    old = IdempotencyRecord.objects.filter(expires_at__lte=at).order_by("expires_at")
    deleted, _by_model = IdempotencyRecord.objects.filter(
        pk__in=old.values("pk")[:SWEEP_BATCH]
    ).delete()
    return deleted
