"""Handing recorded events to the subscribers of the floors above."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from apps.events import subscriptions
from apps.events.models import Dispatch

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
BATCH = 2_000


def relay_batch(limit: int = BATCH) -> int:
    """Deliver up to ``limit`` due dispatches, each in its own transaction; return how many.

    Any number of relays may run: a row is claimed with SKIP LOCKED and held while its handler
    works, so a killed relay gives it back at once. A failing handler is retried with a growing
    pause and never holds up the others.
    """
    done = 0
    while done < limit and _relay_one():
        done += 1
    return done


def _relay_one() -> bool:
    with transaction.atomic():
        dispatch = (
            Dispatch.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("event")
            .filter(due_at__lte=Now())
            .order_by("due_at", "id")
            .first()
        )
        if dispatch is None:
            return False
        subscription = subscriptions.find(dispatch.subscriber)
        if subscription is None:
            _postpone(dispatch, f"no subscriber is named {dispatch.subscriber!r}")
            return True
        try:
            with transaction.atomic():
                subscription.handler(dispatch.event)
        except Exception as error:  # whatever a handler raises, its event stays pending
            log.exception(
                "subscriber %s failed on event %s", dispatch.subscriber, dispatch.event_id
            )
            _postpone(dispatch, f"{type(error).__name__}: {error}")
        else:
            dispatch.delete()
        return True


def _postpone(dispatch: Dispatch, error: str) -> None:
    wait = min(FIRST_WAIT * 2 ** min(dispatch.attempts, 12), LONGEST_WAIT)
    Dispatch.objects.filter(pk=dispatch.pk).update(
        attempts=dispatch.attempts + 1, due_at=Now() + wait, last_error=error[:2000]
    )
