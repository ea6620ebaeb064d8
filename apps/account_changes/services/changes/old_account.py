"""Money that comes to an account that is over, and orders that still name one, are exceptions: each once,
at once, followed up like every other (COD-4)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.account_changes.enums import ProjectState
from apps.account_changes.models import ChangeProject, OldAccountUse
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.banking.models import BankAccount, BankLine
from apps.banking.queries import ended_accounts_named
from apps.core.database import in_callers_transaction
from apps.core.money import format_money
from apps.customers.models import Customer
from apps.events.services import record
from apps.orders.models import WorkOrder
from apps.quality.enums import ExceptionKind, FoundBy
from apps.quality.inputs import NewException
from apps.quality.services import open_exception

STARTED = (
    ProjectState.TRANSITION,
    ProjectState.CLOSED,
    ProjectState.REPORTED,
    ProjectState.ROLLED_BACK,
)


@transaction.atomic
def follow_late_money(
    *, lines: dict[int, int | None], by: User, at: datetime
) -> list[OldAccountUse]:
    """An exception for each bank line (id → the customer it seems to be of) that has none yet."""
    # Two who hear of one line at once stand in line at its file's account.
    rows = BankLine.objects.filter(pk__in=lines).select_related("account").order_by("pk")
    found = []
    for line in rows:
        _hold(line.account_id)
        if OldAccountUse.objects.filter(line=line).exists():
            continue
        customer = Customer.objects.filter(pk=lines[line.pk] or 0).first()
        amount = format_money(line.amount)
        what = _(
            "%(amount)s came in on %(day)s at %(account)s, which is not accepted any more. Find out who"
            " paid, why they still use it and who told them to; return it or have it assigned."
        ) % {"amount": amount, "day": f"{line.day:%Y-%m-%d}", "account": line.account}
        title = _("Money at an old account: %(amount)s") % {"amount": amount}
        found.append(_follow(line.account, customer, title, what, line=line, by=by, at=at))
    return found


@in_callers_transaction()
def follow_naming_orders(
    *, order_ids: Collection[int], at: datetime, by: User | None = None
) -> list[OldAccountUse]:
    """An exception for each order whose notes name an account of ours that is over; hardly any does, and
    one statement finds that out. ``by`` is the system's own user unless somebody is given."""
    rows = WorkOrder.objects.filter(pk__in=order_ids).values_list(
        "pk", "important_notes", "sign_off_instructions", "customer_reference"
    )
    texts = {pk: " \n ".join(parts) for pk, *parts in rows}
    found = []
    for pk, account in sorted(ended_accounts_named(texts, at).items()):
        order = WorkOrder.objects.select_related("customer").get(pk=pk)
        _hold(account.pk)
        if OldAccountUse.objects.filter(order=order).exists():
            continue
        what = _(
            "Order %(number)s names %(account)s, which is not accepted any more. Tell the customer the"
            " account in force by the number in the contract, and find out who told them the old one."
        ) % {"number": order.number, "account": account}
        title = _("An order names an old account: %(number)s") % {"number": order.number}
        who = by or system_user("sweeper")
        found.append(_follow(account, order.customer, title, what, order=order, by=who, at=at))
    return found


@in_callers_transaction()
def _follow(
    account: BankAccount,
    customer: Customer | None,
    title: str,
    what: str,
    *,
    line: BankLine | None = None,
    order: WorkOrder | None = None,
    by: User,
    at: datetime,
) -> OldAccountUse:
    project = _change_of(account)
    new = NewException(
        found_by=FoundBy.OWN_CHECK,
        kind=ExceptionKind.BREACH,
        title=title[:120],
        what=what,
        happened_at=_happened(line, at),
        known_at=at,
        customer=customer,
        owner=None if customer and customer.agent_id else project.created_by if project else None,
    )
    report = open_exception(new=new, by=by, at=at)
    found: OldAccountUse = OldAccountUse.objects.create(
        project=project, account=account, line=line, order=order, exception=report, at=at
    )
    if project is not None:
        data = {"exception": report.number, "account": account.pk}
        record("accountchange.old_account_used", project, by=by, at=at, data=data)
    return found


def _change_of(account: BankAccount) -> ChangeProject | None:
    """The newest change that ended it (or, rolled back, that had used it)."""
    main = account.parent_id or account.pk
    ended = Q(old_account=main) & ~Q(state=ProjectState.ROLLED_BACK)
    ended |= Q(new_account=main, state=ProjectState.ROLLED_BACK)
    return ChangeProject.objects.filter(ended, state__in=STARTED).order_by("-started_at").first()


def _happened(line: BankLine | None, at: datetime) -> datetime:
    if line is None:
        return at
    moment = timezone.make_aware(datetime.combine(line.day, line.time or datetime.min.time()))
    return min(moment, at)


def _hold(account_id: int) -> None:
    BankAccount.objects.select_for_update(of=("self",)).get(pk=account_id)
