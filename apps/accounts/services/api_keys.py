"""Keys of the outside API."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import ApiScope, UserKind
from apps.accounts.models import ApiKey, User
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record

# No vowels, so no words; no look-alikes, since people read prefixes to each other.
PREFIX_LETTERS = "23456789bcdfghjkmnpqrstvwxz"
PREFIX_LENGTH = 8
USE_NOTED_EVERY = timedelta(minutes=1)


def hash_key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def create_api_key(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    by: User,
    expires_at: datetime | None = None,
    at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Return the key's row and its text; the text is never to be had again."""
    at = at or timezone.now()
    scopes = sorted(set(scopes))
    if user.kind != UserKind.SERVICE or not user.is_active:
        raise RuleBroken(
            _("An API key belongs to an active service user. Create one first."),
            code="service_user_only",
            field="user",
            rule="STF-3",
        )
    if not scopes or not set(scopes) <= set(ApiScope.values):
        raise BadInput(_("Choose at least one of the scopes."), code="bad_scopes", field="scopes")
    if expires_at is not None and expires_at <= at:
        raise BadInput(_("Choose an expiry in the future."), code="past", field="expires_at")
    prefix = "".join(secrets.choice(PREFIX_LETTERS) for _n in range(PREFIX_LENGTH))
    text = f"ypk_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        user=user,
        name=name.strip(),
        prefix=prefix,
        hash=hash_key(text),
        scopes=scopes,
        expires_at=expires_at,
        created_by=by,
    )
    data = {"prefix": prefix, "scopes": scopes, "user": user.username}
    record("apikey.created", key, by=by, at=at, data=data)
    return key, text


@transaction.atomic
def revoke_api_key(*, key: ApiKey, by: User, at: datetime | None = None) -> ApiKey:
    """Works from the next request on; revoking twice changes nothing."""
    at = at or timezone.now()
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by = at, by
        key.save(update_fields=["revoked_at", "revoked_by"])
        record("apikey.revoked", key, by=by, at=at, data={"prefix": key.prefix})
    return key


def note_api_key_use(*, key: ApiKey, at: datetime) -> None:
    """At most one write a minute and key, however many requests there are."""
    if key.last_used_at is None or at - key.last_used_at >= USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk, last_used_at=key.last_used_at).update(last_used_at=at)
