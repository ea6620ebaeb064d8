"""Who is told to pay into which account from when on.

By hand an account is assigned where nobody has said one yet, or to a sub-account of what is the answer
already. Whoever is told another account is told so by a project that two people approved (COD-2); a
trigger of the floor that keeps these projects holds the same for whoever comes past these services.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.banking.enums import AccountPurpose, AccountState
from apps.banking.models import AccountAssignment, BankAccount
from apps.banking.queries.accounts import which_account
from apps.core.database import in_callers_transaction
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.customers.models import Customer
from apps.events.services import new_event, record, record_many

if TYPE_CHECKING:
    from apps.accounts.models import User

_TICK = timedelta(microseconds=1)


def assign_account(
    *,
    account: BankAccount,
    since: datetime,
    purpose: AccountPurpose = AccountPurpose.FREIGHT,
    customer: Customer | None = None,
    by: "User",
    at: datetime,
) -> AccountAssignment:
    """From ``since`` on ``customer`` (None: everybody) pays into ``account`` for ``purpose``.

    BadInput ``since_past`` for a day before today (Asia/Shanghai), ``since_too_early`` where a later
    one is there; RuleBroken ``account_closed``, ``other_purpose``, and ``needs_project`` where they are
    told another account now (COD-1, COD-2)."""
    try:
        with transaction.atomic():
            return _assign(account, customer, purpose, since, by=by, at=at)
    except RuleBroken as refusal:
        # Who tried to redirect payments is on record also when it was refused.
        data = {"code": refusal.code, "customer": customer.pk if customer else None}
        with transaction.atomic():
            record("bankaccount.assign_refused", account, by=by, at=at, data=data)
        raise


def _assign(
    account: BankAccount,
    customer: Customer | None,
    purpose: AccountPurpose,
    since: datetime,
    *,
    by: "User",
    at: datetime,
) -> AccountAssignment:
    row = _usable(account.pk, purpose)
    if since < timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0):
        text = _("An account is assigned from today on, not for days that are over.")
        raise BadInput(text, code="since_past", field="since")
    # Two who assign to the same customer stand in line: the answer is read under this lock.
    list(
        AccountAssignment.objects.select_for_update()
        .filter(customer=customer, purpose=purpose)
        .order_by("pk")
    )
    _after_all(row, customer, purpose, since)
    current = which_account(customer, since, purpose=purpose)
    if current is not None and not _is_same_money(current, row):
        text = _("They are told to pay into %(account)s. Another account takes an account change.")
        raise RuleBroken(text % {"account": current}, code="needs_project", rule="COD-2")
    found = _put(row, customer, purpose, since, "", by)
    record("bankaccount.assigned", row, by=by, at=at, data=_event_data(found, row))
    return found


@in_callers_transaction()
def reassign(
    *,
    accounts: Mapping[int | None, BankAccount],
    instead_of: Iterable[int],
    purpose: AccountPurpose,
    accept_until: datetime,
    project: str,
    by: "User",
    at: datetime,
) -> list[AccountAssignment]:
    """From ``at`` on each customer (id; None: everybody) is told their account of ``accounts`` for the
    account change ``project``, and money at the accounts ``instead_of`` (ids) is nothing odd until
    ``accept_until``. Of one who was told the old account because everybody was, an assignment of their
    own to it ends, so that theirs alone is accepted that long. A handful of statements for any number.

    RuleBroken ``account_closed``, ``other_purpose``, ``assigned_meanwhile``."""
    old = frozenset(instead_of)
    for pk in sorted({one.pk for one in accounts.values()}):
        _usable(pk, purpose)
    newest = _newest(accounts, purpose)
    everybodys = newest.get(None)
    ends, pins, fresh = [], [], []
    for customer, account in accounts.items():
        before = newest.get(customer)
        if before is not None and before.since >= at:
            text = _("%(who)s has been assigned an account meanwhile.")
            raise RuleBroken(
                text % {"who": before.customer or _("everybody")}, code="assigned_meanwhile"
            )
        if before is not None and before.account_id in old:
            ends.append(before.pk)
        elif before is None and everybodys is not None and everybodys.account_id in old:
            pins.append(
                _new(
                    everybodys.account_id, customer, purpose, at - _TICK, project, by, accept_until
                )
            )
        fresh.append(_new(account.pk, customer, purpose, at, project, by))
    AccountAssignment.objects.filter(pk__in=ends).update(accept_until=accept_until)
    made = AccountAssignment.objects.bulk_create([*pins, *fresh])[len(pins) :]
    by_id = {one.pk: one for one in accounts.values()}
    record_many(
        new_event("bankaccount.assigned", by_id[one.account_id], by=by, at=at,
            data={"account": str(by_id[one.account_id]), "customer": one.customer_id, "purpose": purpose.value,
                "since": at.isoformat(), "project": project})
        for one in made
    )  # fmt: skip
    return made


@in_callers_transaction()
def let_accept_until(
    assignments: Sequence[AccountAssignment],
    *,
    until: datetime,
    reason: str,
    by: "User",
    at: datetime,
) -> None:
    """Until when money at accounts that are no longer the answer is nothing odd; with a reason, which
    is on record (COD-4)."""
    why = required_text(reason)
    if any(until <= one.since for one in assignments):
        raise BadInput(_("It ends before it began."), code="until_too_early", field="until")
    AccountAssignment.objects.filter(pk__in=[one.pk for one in assignments]).update(
        accept_until=until
    )
    data = {"accept_until": until.isoformat(), "reason": why}
    record_many(
        new_event("bankaccount.accepts_until", account, by=by, at=at, data=data)
        for account in {one.account for one in assignments}
    )


def _newest(
    whose: Iterable[int | None], purpose: AccountPurpose
) -> dict[int | None, AccountAssignment]:
    """Each one's newest assignment and everybody's, locked."""
    rows = AccountAssignment.objects.select_for_update(of=("self",)).filter(purpose=purpose)
    mine = [pk for pk in whose if pk is not None]
    found: dict[int | None, AccountAssignment] = {}
    for rows_of in (rows.filter(customer=None), rows.filter(customer__in=mine)):
        for one in rows_of.select_related("customer").order_by("since", "pk"):
            found[one.customer_id] = one
    return found


def _usable(account_id: int, purpose: AccountPurpose) -> BankAccount:
    row = BankAccount.objects.select_for_update().get(pk=account_id)
    if row.state != AccountState.OPEN:
        raise RuleBroken(_("The account is closed."), code="account_closed", field="account")
    if row.purpose not in (purpose, AccountPurpose.GENERAL):
        text = _("%(account)s is kept for %(purpose)s.")
        names = {"account": row, "purpose": AccountPurpose(row.purpose).label}
        raise RuleBroken(text % names, code="other_purpose", field="purpose")
    return row


def _after_all(
    account: BankAccount, customer: Customer | None, purpose: AccountPurpose, since: datetime
) -> None:
    later = AccountAssignment.objects.filter(
        customer=customer, purpose=purpose, since__gte=since
    ).exists()
    if later:
        text = _("There is a later assignment already; a new one begins after it.")
        raise BadInput(text, code="since_too_early", field="since")


def _is_same_money(current: BankAccount, account: BankAccount) -> bool:
    """An account and its sub-accounts hold the same money."""
    return (current.parent_id or current.pk) == (account.parent_id or account.pk)


def _put(
    account: BankAccount,
    customer: Customer | None,
    purpose: AccountPurpose,
    since: datetime,
    project: str,
    by: "User",
) -> AccountAssignment:
    row = _new(account.pk, customer.pk if customer else None, purpose, since, project, by)
    row.save(force_insert=True)
    return row


def _new(
    account_id: int,
    customer_id: int | None,
    purpose: AccountPurpose,
    since: datetime,
    project: str,
    by: "User",
    accept_until: datetime | None = None,
) -> AccountAssignment:
    return AccountAssignment(
        account_id=account_id,
        customer_id=customer_id,
        purpose=purpose,
        since=since,
        accept_until=accept_until,
        project=project,
        created_by_id=by.pk,
    )


def _event_data(row: AccountAssignment, account: BankAccount) -> dict[str, object]:
    return {
        "account": str(account),
        "customer": row.customer_id,
        "purpose": str(row.purpose),
        "since": row.since.isoformat(),
        "project": row.project,
    }
