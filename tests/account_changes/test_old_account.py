"""After its time money at the old account, and orders that name it, are exceptions: at once, each once (COD-4)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.account_changes.enums import ChangeScope
from apps.account_changes.models import OldAccountUse
from apps.account_changes.services import changes
from apps.banking.enums import Use
from apps.banking.models import BankLine, LineUse
from apps.banking.services import post_file
from apps.events.models import Event
from apps.ledger.enums import AccountKind
from apps.ledger.inputs import Side
from apps.ledger.queries import net_of
from apps.orders.models import WorkOrder
from apps.quality.models import ExceptionReport
from tests.factories import changes as make
from tests.factories.banking import bank_account, row, taken
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import relay_all
from tests.factories.orders import confirmed_order, ready_customer

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-4")]
DAY = timedelta(days=1)
UNIDENTIFIED = Side(AccountKind.UNIDENTIFIED)


def day(n: int) -> str:
    return f"{timezone.localdate() + n * DAY}"


def test_money_after_the_close_is_unidentified_and_an_exception_once() -> None:
    who = make.staff()
    customer = CustomerFactory(code="CF95001", agent=who.service)
    project = make.closed(who)
    file = taken(
        project.old_account,
        [
            row("300.00", day=day(-35), text="CF95001 过渡期"),
            row("700.00", day=day(0), text="CF95001 迟到款"),
        ],
        opening="0.00",
    )
    assert [use.use for use in LineUse.objects.order_by("line__day")] == [Use.CUSTOMER, Use.UNKNOWN]
    assert net_of(UNIDENTIFIED) == Decimal("-700.00")
    relay_all()
    [use] = OldAccountUse.objects.all()
    report = ExceptionReport.objects.get()
    assert (use.exception, use.project, use.line.amount) == (report, project, Decimal("700.00"))  # type: ignore[union-attr]
    assert (report.customer, report.owner) == (customer, who.service), "followed up by their agent"
    assert report.number in str(Event.objects.get(kind="accountchange.old_account_used").data)
    post_file(file, by=who.finance, at=timezone.now())
    lines = {line.pk: customer.pk for line in BankLine.objects.all()}
    first = OldAccountUse.objects.get().line_id
    assert (
        changes.follow_late_money(lines={first: customer.pk}, by=who.finance, at=timezone.now())
        == []
    )  # type: ignore[dict-item]
    assert len(lines) == 2
    assert ExceptionReport.objects.count() == 1


def test_of_a_listed_customer_money_at_the_account_that_others_still_use_is_an_exception() -> None:
    who, at = make.staff(), timezone.now() - 45 * DAY
    listed, other = CustomerFactory(code="CF95002"), CustomerFactory(code="CF95003")
    project = make.prepared(who, at, scope=ChangeScope.LISTED)
    changes.list_customer(project, customer=listed, by=who.finance, at=at)
    changes.ask_change_approval(project, by=who.finance, at=at)
    make.approve(project, who.manager, at)
    make.approve(project, who.management, at)
    make.everybody_reads(project, at)
    changes.schedule_change(project, since=at + 2 * DAY, by=who.finance, at=at)
    make.notify_everyone(project, at + DAY)
    changes.start_change(project, by=who.finance, at=at + 2 * DAY)
    changes.close_change(project, by=who.finance, at=timezone.now() - 5 * DAY)
    taken(
        project.old_account,
        [row("10.00", day=day(-1), text="CF95002"), row("20.00", day=day(-1), text="CF95003")],
        opening="0.00",
    )
    relay_all()
    assert [one.line.amount for one in OldAccountUse.objects.all()] == [Decimal("10.00")]  # type: ignore[union-attr]
    assert LineUse.objects.get(use=Use.CUSTOMER).customer == other


def test_an_account_that_nobody_was_ever_told_is_nothing_odd() -> None:
    taken(bank_account(), [row("10.00", day=day(-1))], opening="0.00")
    relay_all()
    assert not OldAccountUse.objects.exists()


def test_an_order_that_names_the_old_account_is_an_exception_once() -> None:
    who = make.staff()
    project = make.closed(who)
    number = project.old_account.number
    spaced = f"{number[:4]} {number[4:]}"
    customer = ready_customer(agent=who.service)
    named = confirmed_order(customer, by=who.service, important_notes=f"货款请打 {spaced} 谢谢")
    fine = confirmed_order(
        customer,
        by=who.service,
        important_notes=f"电话 13900001111，新户 {project.new_account.number}",
    )  # type: ignore[union-attr]
    relay_all()
    [use] = OldAccountUse.objects.all()
    assert (use.order, use.account) == (named, project.old_account)
    assert not OldAccountUse.objects.filter(order=fine).exists()
    again = changes.follow_naming_orders(
        order_ids=[named.pk, fine.pk], by=who.finance, at=timezone.now()
    )
    assert again == []
    assert WorkOrder.objects.count() == 2
    assert number not in ExceptionReport.objects.get().what
