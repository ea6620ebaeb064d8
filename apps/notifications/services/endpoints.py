"""Merchants' webhook endpoints: added, changed, secrets renewed, switched off and on (NTF-4)."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.networks import may_reach
from apps.customers.models import Customer
from apps.events.services import record
from apps.notifications.channels.webhook import rules
from apps.notifications.enums import EndpointState
from apps.notifications.models import WebhookEndpoint
from apps.notifications.queries.notices import WEBHOOK_TYPES
from apps.notifications.standard_webhook import new_secret

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 5  # endpoints of one customer
OVERLAP = timedelta(hours=24)
MOST_URL = 500
# A host has a name: what an address would mean to somebody else's network is nobody's business.
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
CALLABLE = (
    rf"^https://({_LABEL}\.)+[A-Za-z]([A-Za-z0-9-]{{0,61}}[A-Za-z0-9])(:{_PORT})?"
    r"([/?]([A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$"
)
_CALLABLE = re.compile(CALLABLE.strip("^$"))


@transaction.atomic
def create_endpoint(
    *,
    customer: Customer,
    url: str,
    event_types: Sequence[str] = (),
    description: str = "",
    by: "User",
    at: datetime,
) -> WebhookEndpoint:
    """Its secret is in the row's ``secret``; show it once. An empty list of kinds means all of them."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    url = check_url(url)
    _check_types(event_types)
    mine = WebhookEndpoint.objects.filter(customer=customer, removed_at__isnull=True)
    if mine.count() >= MOST:
        raise RuleBroken(
            _("There are %(n)d endpoints already; remove one first.") % {"n": MOST},
            code="too_many_endpoints",
            rule="NTF-4",
        )
    with refused_as(
        RuleBroken(_("This address is an endpoint already."), code="endpoint_exists", field="url")
    ):
        endpoint = WebhookEndpoint.objects.create(
            customer=customer,
            url=url,
            event_types=sorted(set(event_types)),
            description=description.strip()[:120],
            secret=new_secret(),
            created_by=by,
        )
    record("webhookendpoint.created", endpoint, by=by, at=at, data={"url": url})
    return endpoint


def check_url(url: str) -> str:
    """Raises BadInput unless it may ever be called; names are looked up again at each sending."""
    allowed = rules()
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if not host or len(url) > MOST_URL or parts.username or parts.fragment or port == 0:
        raise BadInput(_("This is not an address we can call."), code="bad_url", field="url")
    if scheme != "https" and not (scheme == "http" and allowed.allow_http):
        raise BadInput(_("The address must begin with https://."), code="https_only", field="url")
    try:
        outside = may_reach(host, allowed.inside)
    except ValueError:
        outside = host != "localhost" and ("." in host or bool(allowed.inside))
    if not outside:
        raise BadInput(
            _("This address lies inside a private network."), code="private_address", field="url"
        )
    if not (allowed.inside or allowed.allow_http or _CALLABLE.fullmatch(url)):
        raise BadInput(_("This is not an address we can call."), code="bad_url", field="url")
    return url


def _check_types(event_types: Sequence[str]) -> None:
    unknown = sorted(set(event_types) - set(WEBHOOK_TYPES))
    if unknown:
        raise BadInput(
            _("There is no event type %(unknown)s. Known are: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(WEBHOOK_TYPES)},
            code="unknown_event_type",
            field="event_types",
        )


@transaction.atomic
def change_endpoint(
    *,
    endpoint_id: int,
    by: "User",
    at: datetime,
    url: str | None = None,
    event_types: Sequence[str] | None = None,
    description: str | None = None,
    paused: bool | None = None,
) -> WebhookEndpoint:
    """``paused=False`` also switches an endpoint on again that failures switched off."""
    endpoint = _locked(endpoint_id)
    if url is not None:
        endpoint.url = check_url(url)
    if event_types is not None:
        _check_types(event_types)
        endpoint.event_types = sorted(set(event_types))
    if description is not None:
        endpoint.description = description.strip()[:120]
    kind = "webhookendpoint.changed"
    if paused is True:
        endpoint.state, endpoint.state_reason = EndpointState.PAUSED, ""
    elif paused is False and endpoint.state != EndpointState.ACTIVE:
        endpoint.state, endpoint.state_reason = EndpointState.ACTIVE, ""
        endpoint.failing_since = None
        kind = "webhookendpoint.enabled"
    with refused_as(
        RuleBroken(_("This address is an endpoint already."), code="endpoint_exists", field="url")
    ):
        endpoint.save()
    data = {"url": endpoint.url, "state": str(endpoint.state)}
    record(kind, endpoint, by=by, at=at, data=data)
    return endpoint


@transaction.atomic
def rotate_secret(*, endpoint_id: int, by: "User", at: datetime) -> WebhookEndpoint:
    """For a day both secrets sign, so that the merchant can change over without a gap."""
    endpoint = _locked(endpoint_id)
    endpoint.previous_secret, endpoint.secret = endpoint.secret, new_secret()
    endpoint.previous_until = at + OVERLAP
    endpoint.save()
    record("webhookendpoint.secret_rotated", endpoint, by=by, at=at)
    return endpoint


@transaction.atomic
def remove_endpoint(*, endpoint_id: int, by: "User", at: datetime) -> None:
    endpoint = _locked(endpoint_id)
    endpoint.removed_at, endpoint.removed_by = at, by
    endpoint.save()
    record("webhookendpoint.removed", endpoint, by=by, at=at)


def _locked(endpoint_id: int) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update(of=("self",)).get(
        pk=endpoint_id, removed_at__isnull=True
    )
