"""The answers given to forms, stored for 24 hours: a second press gets the answer of the first."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from apps.backoffice.models import FormSubmission
from apps.core.database import Statement

KEPT_FOR = timedelta(hours=24)
SWEEP_BATCH = 5_000

# Waits for whoever is at work with the same press; does nothing if they have answered it. One that
# is past keeping but not swept yet begins anew.
_CLAIM = Statement(
    "claim_form",
    """
INSERT INTO backoffice_formsubmission AS f (digest, answer, expires_at) VALUES (%s, '', %s)
ON CONFLICT (digest) DO UPDATE SET answer = '', expires_at = excluded.expires_at
WHERE f.expires_at <= %s
""",
)


def claim_submission(*, digest: str, at: datetime) -> str | None:
    """None: nobody did it, so the caller does, in the transaction that is open, and then keeps the
    answer or drops the row. Otherwise the answer that was given.

    A second caller waits here for the first; what the first rolled back or dropped, the second
    does. Raises OperationalError (LockNotAvailable) after the database's ``lock_timeout``.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the row and the work are one transaction")
    with connection.cursor() as cursor:
        _CLAIM.run(cursor, [digest, at + KEPT_FOR, at])
        if cursor.rowcount:
            return None
    return FormSubmission.objects.values_list("answer", flat=True).get(pk=digest)


def store_submission(*, digest: str, answer: str) -> None:
    """``answer`` is encrypted at rest: an address can be a key, a message can name somebody."""
    FormSubmission.objects.filter(pk=digest).update(answer=answer)


def drop_submission(*, digest: str) -> None:
    """Nothing came of it, so the same form may be sent again."""
    FormSubmission.objects.filter(pk=digest).delete()


def sweep_submissions(*, at: datetime) -> int:
    """Delete a batch of what is past keeping; return how many."""
    old = FormSubmission.objects.filter(expires_at__lte=at).order_by("expires_at")
    deleted, _by_model = FormSubmission.objects.filter(
        pk__in=old.values("pk")[:SWEEP_BATCH]
    ).delete()
    return deleted
