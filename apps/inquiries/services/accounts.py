"""Kuaidi100 credentials and subscriptions, as staff keep them."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.crypto import blind_index
from apps.core.errors import RuleBroken
from apps.customers.models import Customer
from apps.events.services import record
from apps.inquiries.enums import AccountKind, Monitor
from apps.inquiries.models import Kuaidi100Account, Kuaidi100Subscription
from apps.inquiries.services.kuaidi100 import KEY_PURPOSE
from apps.inquiries.states import MONITOR_MOVES

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def create_account(
    *,
    kind: AccountKind,
    name: str,
    by: "User",
    at: datetime,
    customer: Customer | None = None,
    expires_at: datetime | None = None,
) -> Kuaidi100Account:
    """Fresh credentials; the key can be looked at again by ``reveal_key``."""
    if (kind == AccountKind.MERCHANT) != (customer is not None):
        raise RuleBroken(
            _("A merchant's credentials belong to a customer, an aggregator's to none."),
            code="bad_customer",
            field="customer",
        )
    key = _new_key()
    account = Kuaidi100Account.objects.create(
        kind=kind,
        customer=customer,
        name=name,
        code=secrets.token_hex(16).upper(),
        key=key,
        key_index=blind_index(key, KEY_PURPOSE),
        expires_at=expires_at,
        created_by=by,
    )
    record("kuaidi100account.created", account, by=by, at=at, data={"kind": str(kind)})
    return account


@transaction.atomic
def change_account(
    account: Kuaidi100Account,
    *,
    name: str,
    is_active: bool,
    expires_at: datetime | None,
    by: "User",
    at: datetime,
) -> Kuaidi100Account:
    found = Kuaidi100Account.objects.select_for_update().get(pk=account.pk)
    found.name, found.is_active, found.expires_at = name, is_active, expires_at
    found.save(update_fields=["name", "is_active", "expires_at"])
    record("kuaidi100account.changed", found, by=by, at=at, data={"is_active": is_active})
    return found


@transaction.atomic
def renew_key(*, account_id: int, by: "User", at: datetime) -> str:
    """A new key; the old one is void at once. The new one is shown to whoever asked for it."""
    found = Kuaidi100Account.objects.select_for_update().get(pk=account_id)
    key = _new_key()
    found.key, found.key_index = key, blind_index(key, KEY_PURPOSE)
    found.save(update_fields=["key", "key_index"])
    record("kuaidi100account.key_renewed", found, by=by, at=at)
    return key


@transaction.atomic
def reveal_key(*, account_id: int, by: "User", at: datetime) -> str:
    found = Kuaidi100Account.objects.get(pk=account_id)
    record("kuaidi100account.revealed", found, by=by, at=at)
    return str(found.key)


@transaction.atomic
def stop_subscription(*, subscription_id: int, by: "User", at: datetime) -> Kuaidi100Subscription:
    """Push nothing more; the merchant is refused when it subscribes again."""
    found = Kuaidi100Subscription.objects.select_for_update().get(pk=subscription_id)
    MONITOR_MOVES.check(Monitor(found.monitor), Monitor.STOPPED)
    found.monitor, found.due_at, found.lease_until = Monitor.STOPPED, None, None
    found.stopped_at, found.stopped_by = at, by
    found.save()
    record("kuaidi100subscription.stopped", found, by=by, at=at)
    return found


@transaction.atomic
def resume_subscription(*, subscription_id: int, by: "User", at: datetime) -> Kuaidi100Subscription:
    found = Kuaidi100Subscription.objects.select_for_update().get(pk=subscription_id)
    if found.monitor != Monitor.STOPPED:
        raise RuleBroken(_("It is followed already."), code="illegal_move", field="monitor")
    MONITOR_MOVES.check(Monitor.STOPPED, Monitor.POLLING)
    found.monitor, found.due_at, found.attempts = Monitor.POLLING, at, 0
    found.stopped_at = found.stopped_by = None
    found.save()
    record("kuaidi100subscription.made", found, by=by, at=at, data={"number": found.number})
    return found


def _new_key() -> str:
    """Letters and digits only: it goes into forms and configuration files of other houses."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
    return "".join(secrets.choice(alphabet) for _n in range(24))
