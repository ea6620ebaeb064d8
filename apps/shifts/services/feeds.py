"""The calendar link of a person's shifts."""

from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction

from apps.accounts.models import User
from apps.events.services import record
from apps.shifts.models import ShiftFeed


def hash_of(token: str) -> str:
    """Tokens are long and random, so a plain hash finds them."""
    return sha256(token.encode()).hexdigest()


@transaction.atomic
def make_feed(*, by: User, at: datetime) -> str:
    """A new link for ``by``; the one before ends. Returns the token, which is shown this once."""
    _revoke(by, at)
    token = token_urlsafe(32)
    feed = ShiftFeed.objects.create(user=by, token_hash=hash_of(token), made_at=at)
    record("shiftfeed.made", feed, by=by, at=at)
    return token


@transaction.atomic
def revoke_feed(*, by: User, at: datetime) -> int:
    """The link of ``by`` gives nothing any more; how many there were."""
    return _revoke(by, at)


def _revoke(user: User, at: datetime) -> int:
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    feeds = list(ShiftFeed.objects.filter(user=user, revoked_at__isnull=True))
    for feed in feeds:
        feed.revoked_at, feed.revoked_by = at, user
        feed.save(update_fields=["revoked_at", "revoked_by"])
        record("shiftfeed.revoked", feed, by=user, at=at)
    return len(feeds)
