"""Keys of the outside API."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import ApiScope, UserKind
from apps.accounts.models import ApiKey, User
from apps.core.errors import BadInput, RuleBroken
from apps.core.requests import lies_in
from apps.events.services import record

# No vowels, so no words; no look-alikes, since people read prefixes to each other.
PREFIX_LETTERS = "23456789bcdfghjkmnpqrstvwxz"
PREFIX_LENGTH = 8
USE_NOTED_EVERY = timedelta(minutes=1)
MOST_NETWORKS = 20


class AddressRefused(RuleBroken):
    """A key comes from where it may not be used."""


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
    networks: str = "",
    at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Return the key's row and its text; the text is never to be had again. ``networks``: the
    addresses it may be used from, as ``read_networks`` takes them."""
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
        networks=read_networks(networks),
        created_by=by,
    )
    data = {"prefix": prefix, "scopes": scopes, "user": user.username}
    data |= {"networks": key.networks} if key.networks else {}
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


def read_networks(text: str) -> list[str]:
    """``203.0.113.0/24, 2001:db8::5`` as canonical networks; a lone address is one of its own.
    Empty: from anywhere. Raises BadInput."""
    found = []
    for word in re.split(r"[\s,;，；、]+", text.strip()):
        try:
            found += [str(ip_network(word))] if word else []
        except ValueError:
            raise BadInput(
                _("“%(word)s” is not an address or range such as 203.0.113.0/24.")
                % {"word": word[:60]},
                code="bad_network",
                field="networks",
            ) from None
    found = list(dict.fromkeys(found))
    if len(found) > MOST_NETWORKS:
        raise BadInput(
            _("At most %(n)d ranges; join neighbouring ones.") % {"n": MOST_NETWORKS},
            code="too_many_networks",
            field="networks",
        )
    return found


@transaction.atomic
def change_networks(*, key: ApiKey, networks: str, by: User, at: datetime | None = None) -> ApiKey:
    """Works from the next request on."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    was, key.networks = key.networks, read_networks(networks)
    if key.networks != was:
        key.save(update_fields=["networks"])
        data = {"prefix": key.prefix, "from": was, "to": key.networks}
        record("apikey.networks_changed", key, by=by, at=at or timezone.now(), data=data)
    return key


def check_address(key: ApiKey, address: IPv4Address | IPv6Address, *, at: datetime) -> None:
    """Raises AddressRefused for a key used from where it may not be; that is on record, at most
    once a minute and key."""
    if not key.networks or lies_in(address, key.networks):
        return
    if key.last_refused_at is None or at - key.last_refused_at >= USE_NOTED_EVERY:
        _note_refusal(key, str(address), at)
    raise AddressRefused(
        _("This API key may not be used from %(address)s. Ask whoever gave it to you.")
        % {"address": address},
        code="address_not_allowed",
        rule="STF-3",
    )


@transaction.atomic
def _note_refusal(key: ApiKey, address: str, at: datetime) -> None:
    mine = ApiKey.objects.filter(pk=key.pk, last_refused_at=key.last_refused_at)
    if mine.update(last_refused_at=at):
        data = {"prefix": key.prefix, "address": address}
        record("apikey.address_refused", key, by=key.user, at=at, data=data)


def note_api_key_use(*, key: ApiKey, at: datetime) -> None:
    """At most one write a minute and key, however many requests there are."""
    if key.last_used_at is None or at - key.last_used_at >= USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk, last_used_at=key.last_used_at).update(last_used_at=at)
