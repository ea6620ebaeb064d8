"""Frauds on payout accounts and payouts, each by its name: refused, and on record (COD-6, COD-7)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installation
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import Role
from apps.banking import services
from apps.banking.enums import CallOutcome, PayeePaperKind, PayeeState, PayoutPurpose, PayoutState
from apps.banking.models import PayeeAccount, Payout, PayoutFile
from apps.banking.queries import payee_account_for
from apps.banking.queries.links import stop_token
from apps.core.crypto import encrypt
from apps.core.errors import RuleBroken
from apps.customers.models import Contact
from apps.customers.services import change_contact
from apps.events.models import Event
from tests.factories import payees as f
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account
from tests.factories.billing import payer, sent

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6", "COD-7")]


@contextmanager
def caught(code: str, kind: str = "payee.attempt_refused") -> Iterator[None]:
    """The act is refused by this rule, and an event says so."""
    before = Event.objects.filter(kind=kind, data__code=code).count()
    with pytest.raises(RuleBroken) as refused:
        yield
    assert refused.value.code == code
    assert Event.objects.filter(kind=kind, data__code=code).count() == before + 1, "no trace"


@contextmanager
def by_sql(constraint: str) -> Iterator[Any]:
    """The application's role with all its rights, and what it declares besides, is refused by the database."""
    call_command("grant_app_role", "yipiao_app", verbosity=0)
    with (
        pytest.raises(DatabaseError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL ROLE yipiao_app")
        cursor.execute("SET LOCAL yipiao.maintenance = 'on'")
        yield cursor
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def call(payee: PayeeAccount, contact: Contact, by: Any = None) -> Any:
    return services.record_call(
        payee, contact=contact, outcome=CallOutcome.CONFIRMED, remark="已确认", by=by or UserFactory(), at=timezone.now()
    )  # fmt: skip


def state(row: Any) -> str:
    found: str = f.fresh(row).state
    return found


# --- the call-back --------------------------------------------------------------------------------


def test_phone_changed_before_the_call_back() -> None:
    payee = f.requested()
    contact = payee.customer.contacts.get()
    change_contact(contact, {"phone": "13900008888"}, by=UserFactory(), at=timezone.now())
    with caught("phone_too_new"):
        call(payee, contact)
    assert state(payee) == PayeeState.REQUESTED
    assert Event.objects.filter(kind="customer.contact_changed").exists()


def test_phone_changed_the_day_before_the_request() -> None:
    customer = f.merchant()
    contact = customer.contacts.get()
    change_contact(contact, {"phone": "13900008888"}, by=UserFactory(), at=f.ago(days=1))
    payee = f.requested(customer)
    with caught("phone_too_new"):
        call(payee, contact)


def test_new_contact_as_the_one_to_call() -> None:
    customer = f.merchant()
    accomplice = f.contact(customer, at=f.ago(days=2), name="同伙")
    with caught("phone_too_new"):
        call(f.requested(customer), accomplice)


def test_contact_of_another_customer() -> None:
    with caught("contact_of_another"):
        call(f.requested(), f.merchant().contacts.get())


def test_the_number_written_over_and_its_date_kept() -> None:
    payee = f.requested()
    contact = payee.customer.contacts.get()
    Contact.objects.filter(pk=contact.pk).update(phone="+8613900008888")
    with caught("phone_too_new"):
        call(payee, contact)


def test_the_date_of_a_number_set_back_by_sql() -> None:
    contact = f.contact(f.merchant(), at=timezone.now())
    with by_sql("contact_phone_dated|since when a contact") as cursor:
        cursor.execute(
            "UPDATE customers_contact SET phone_since = now() - interval '1 year' WHERE id = %s",
            [contact.pk],
        )


def test_whoever_enters_it_calls_back() -> None:
    clerk = UserFactory()
    payee = f.requested(by=clerk)
    with caught("caller_is_maker"):
        call(payee, payee.customer.contacts.get(), by=clerk)
    twin = UserFactory(staff_number=clerk.staff_number)
    with caught("caller_is_maker"):
        call(payee, payee.customer.contacts.get(), by=twin)


# --- the approval ---------------------------------------------------------------------------------


def test_two_logins_of_one_person() -> None:
    payee = f.called_back()
    first = f.approver()
    f.approve(payee, first)
    second = UserFactory(staff_number=first.staff_number, roles=[Role.GENERAL_MANAGER])
    with caught("approved_twice"):
        f.approve(payee, second)
    assert state(payee) == PayeeState.CALLED_BACK


def test_the_same_department_twice() -> None:
    payee = f.called_back()
    f.approve(payee, f.approver())
    with caught("not_your_turn"):
        f.approve(payee, f.approver())


def test_whoever_entered_or_called_approves() -> None:
    maker = f.approver()
    payee = f.requested(by=maker)
    caller = f.approver(Role.GENERAL_MANAGER)
    call(payee, payee.customer.contacts.get(), by=caller)
    for one in (maker, caller):
        with caught("maker_approves"):
            f.approve(payee, one)


def test_approval_replayed_on_another_account() -> None:
    seen = f.seen("banking.payee", f.called_back())
    other = f.called_back()
    with caught("approval_outdated"):
        f.approve(other, f.approver(), seen=seen)


def test_second_factor_of_this_morning() -> None:
    payee = f.called_back()
    with caught("second_factor_missing"):
        f.approve(payee, f.approver(), second_factor_at=f.ago(hours=3))


def test_account_swapped_after_approval() -> None:
    payee = f.cooling()
    for column, value in (("holder", "王老板"), ("tail", "9999"), ("number_index", "f" * 32)):
        with by_sql("payee_stays|never changed") as cursor:
            cursor.execute(
                f"UPDATE banking_payeeaccount SET {column} = %s WHERE id = %s",  # three names
                [value, payee.pk],
            )


def test_number_swapped_in_the_database_is_never_paid_to() -> None:
    payout = f.released()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE banking_payeeaccount SET number = %s WHERE id = %s",
            [encrypt("6222999999999999999"), payout.payee_id],
        )
    with caught("nothing_to_pay", "payout.attempt_refused"):
        f.filed(payout)
    assert state(payout) == PayoutState.RELEASED and not PayoutFile.objects.exists()


# --- the waiting time -----------------------------------------------------------------------------


def test_waiting_time_shortened_by_the_clock_of_a_process() -> None:
    payee = f.called_back(f.requested(at=f.ago(days=3)), at=f.ago(days=3))
    yesterday = f.ago(days=2)
    f.approve(payee, f.approver(), at=yesterday)
    f.approve(payee, f.approver(Role.GENERAL_MANAGER), at=yesterday)
    payee = f.fresh(payee)
    assert payee.cooling_until > timezone.now() + timedelta(hours=23), "by the database's clock"
    assert services.move_payees() == 0 and state(payee) == PayeeState.COOLING


def test_waiting_time_shortened_by_sql() -> None:
    payee = f.cooling()
    with by_sql("steps_stay|written once") as cursor:
        cursor.execute(
            "UPDATE banking_payeeaccount SET cooling_until = now() WHERE id = %s", [payee.pk]
        )
    with by_sql("payee_waits|not over") as cursor:
        cursor.execute(
            "UPDATE banking_payeeaccount SET state = 'active', active_at = now() WHERE id = %s", [payee.pk]
        )  # fmt: skip


def test_made_active_by_sql() -> None:
    payee = f.called_back()
    with by_sql("payee_moves|does not become") as cursor:
        cursor.execute("UPDATE banking_payeeaccount SET state = 'active', active_at = now() WHERE id = %s", [payee.pk])  # fmt: skip
    with by_sql("payee_approved_by_two|two people") as cursor:
        cursor.execute(
            "UPDATE banking_payeeaccount SET state = 'cooling', approved_at = now(),"
            " cooling_until = now() + interval '1 second' WHERE id = %s",
            [payee.pk],
        )
    with by_sql("payee_called_back|on the phone") as cursor:
        cursor.execute(
            "UPDATE banking_payeeaccount SET state = 'called_back', called_at = now() WHERE id = %s",
            [f.requested().pk],
        )
    assert payee_account_for(payee.customer, timezone.now()) is None


def test_one_put_beside_it_by_sql() -> None:
    payee = f.active()
    columns = (
        "customer_id, purpose, holder, bank, branch, cnaps, number, number_index, tail, name_check, meanwhile,"
        " requested_at, source_key, over_reason, created_at, created_by_id"
    )
    with by_sql("payee_begins|begins as asked for") as cursor:
        cursor.execute(
            f"INSERT INTO banking_payeeaccount (version, state, active_at, {columns})"  # ours
            f" SELECT 99, 'active', now(), {columns} FROM banking_payeeaccount WHERE id = %s",
            [payee.pk],
        )


def test_what_was_said_and_shown_is_not_rewritten() -> None:
    f.called_back()
    for table in ("payeecall", "payeepaper"):
        with by_sql("permission denied") as cursor:
            cursor.execute(f"DELETE FROM banking_{table}")  # two names
    with by_sql("permission denied|append-only") as cursor:
        cursor.execute("DELETE FROM banking_payeeaccount")


# --- holders --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("holder", "code"),
    [
        ("上海АBC贸易有限公司", "odd_signs"),  # a Cyrillic А
        ("上海ABC贸易\u200b有限公司", "odd_signs"),  # a blank that nobody sees
        ("上海ABC贸易有限责任公司", "holder_differs"),
        ("上海ABC货易有限公司", "holder_differs"),  # 货 for 贸
        ("上海ABC贸易有限公司北京分公司", "holder_differs"),
    ],
)
def test_holder_that_only_looks_like_the_customer(holder: str, code: str) -> None:
    customer = f.merchant(name="上海ABC贸易有限公司")
    with pytest.raises(RuleBroken) as refused:
        f.requested(customer, holder=holder)
    assert refused.value.code == code and not PayeeAccount.objects.exists()
    papers = [f.paper(), f.paper(PayeePaperKind.MANDATE)]
    if code == "odd_signs":
        with pytest.raises(RuleBroken):
            f.requested(customer, holder=holder, papers=papers)


# --- paying ---------------------------------------------------------------------------------------


def test_account_on_its_way_is_paid() -> None:
    for payee in (f.requested(), f.called_back(), f.cooling()):
        with caught("payee_not_active", "payout.attempt_refused"):
            f.draft(payee)


def test_stopped_account_is_paid() -> None:
    payout = f.released()
    services.stop_payee(payout.payee, reason="商户否认", by=UserFactory(), at=timezone.now())
    with caught("nothing_to_pay", "payout.attempt_refused"):
        f.filed(payout)
    with by_sql("payout_payee_active|not in use") as cursor:
        cursor.execute("UPDATE banking_payout SET state = 'sent' WHERE id = %s", [payout.pk])


def test_account_of_one_customer_for_what_is_owed_to_another() -> None:
    owed = sent(payer(), "60.00")
    row = owed.charges.get()
    assert row.customer_id
    with caught("payee_of_another", "payout.attempt_refused"):
        f.draft(f.active(), subject=row)


def test_account_for_refunds_is_paid_cod() -> None:
    payee = f.active(purpose=PayoutPurpose.REFUND)
    with caught("payee_not_active", "payout.attempt_refused"):
        f.draft(payee, purpose=PayoutPurpose.COD)


def test_draft_is_paid_without_release() -> None:
    payout = f.draft()
    with caught("nothing_to_pay", "payout.attempt_refused"):
        f.filed(payout)
    with by_sql("payout_moves|does not become") as cursor:
        cursor.execute("UPDATE banking_payout SET state = 'sent' WHERE id = %s", [payout.pk])
    with by_sql("payout_approved_by_two|two people") as cursor:
        cursor.execute("UPDATE banking_payout SET state = 'released' WHERE id = %s", [payout.pk])


def test_amount_or_payee_edited_after_release() -> None:
    payout, other = f.released(), f.active()
    for column, value in (
        ("amount", 9999),
        ("payee_id", other.pk),
        ("account_id", bank_account().pk),
    ):
        with by_sql("payout_stays|never changed") as cursor:
            cursor.execute(
                f"UPDATE banking_payout SET {column} = %s WHERE id = %s", [value, payout.pk]
            )  # three names
    payout.amount = Decimal("9999.00")
    with pytest.raises(DatabaseError), transaction.atomic():
        payout.save()
    assert f.fresh(payout).amount == Decimal("100.00")


def test_released_by_the_approval_of_something_else() -> None:
    one, other = f.draft(), f.draft()
    foreign = f.subject_approved(other)
    with caught("not_approved", "payout.attempt_refused"):
        services.release_payouts([one], approval=foreign, by=UserFactory(), at=timezone.now())
    cheaper = f.subject_approved(one, amount="1.00")
    with caught("not_approved", "payout.attempt_refused"):
        services.release_payouts([one], approval=cheaper, by=UserFactory(), at=timezone.now())
    swapped = f.subject_approved(f.draft(), payee="0" * 64)
    with caught("not_approved", "payout.attempt_refused"):
        services.release_payouts([one], approval=swapped, by=UserFactory(), at=timezone.now())


def test_whoever_drafted_it_releases_it() -> None:
    clerk = f.approver()
    payout = f.draft(by=clerk)
    services.ask_release(payout, by=UserFactory(), at=timezone.now())
    with caught("maker_approves", "payout.attempt_refused"):
        f.approve_release(payout, clerk)


def test_unclear_payout_is_paid_again() -> None:
    payout = f.released()
    file = f.filed(payout)
    f.answer(file, f.results((payout, "100.00", "处理中")))
    with caught("nothing_to_pay", "payout.attempt_refused"):
        f.filed(f.fresh(payout))
    for back in ("released", "draft"):
        with by_sql("does not become|written once") as cursor:
            cursor.execute("UPDATE banking_payout SET state = %s, file_id = NULL WHERE id = %s", [back, payout.pk])  # fmt: skip
    with caught("payout_known", "payout.attempt_refused"):
        subject = type(payout.payee.customer).objects.get(pk=payout.subject_id)
        f.draft(payout.payee, "100.01", subject=subject, account=payout.account)


def test_own_word_that_it_came_back() -> None:
    cashier, payout = UserFactory(), f.released()
    f.filed(payout, by=cashier)
    with caught("own_file", "payout.attempt_refused"):
        services.return_payout(payout, reason="说是退回", by=cashier, at=timezone.now())


# --- files and results ----------------------------------------------------------------------------


def test_payment_file_edited_and_its_result_imported() -> None:
    payout = f.released()
    file = f.filed(payout)
    with caught("other_account", "payoutfile.answer_refused"):
        f.answer(file, f.results((payout, "100.00", "成功", f"{file.day}", "6222000099998888")))
    with caught("other_amount", "payoutfile.answer_refused"):
        f.answer(file, f.results((payout, "10000.00", "成功")))
    assert state(payout) == PayoutState.SENT


def test_stored_payment_file_exchanged() -> None:
    file = f.filed()
    path = Path(installation.MEDIA_ROOT) / file.file.name
    other = Path(installation.MEDIA_ROOT) / f.filed().file.name
    path.write_bytes(other.read_bytes())
    with pytest.raises((RuleBroken, OSError)):
        services.open_payment_file(f.fresh(file), by=UserFactory(), at=timezone.now())
    assert not Event.objects.filter(kind="payoutfile.downloaded").exists()


def test_result_of_another_day_and_of_another_file() -> None:
    payout, other = f.released(), f.released()
    file = f.filed(payout)
    f.filed(other)
    old = f"{file.day - timedelta(days=30):%Y-%m-%d}"
    with caught("other_day", "payoutfile.answer_refused"):
        f.answer(file, f.results((payout, "100.00", "成功", old)))
    with caught("other_file", "payoutfile.answer_refused"):
        f.answer(file, f.results((other, "100.00", "成功")))


def test_result_says_paid_twice() -> None:
    payout = f.released()
    file = f.filed(payout)
    with caught("twice", "payoutfile.answer_refused"):
        f.answer(file, f.results((payout, "100.00", "成功"), (payout, "100.00", "成功")))


def test_result_turns_a_payment_into_a_return() -> None:
    payout = f.released()
    file = f.filed(payout)
    f.answer(file, f.results((payout, "100.00", "成功")))
    with caught("contradicts", "payoutfile.answer_refused"):
        f.answer(file, f.results((payout, "100.00", "失败")))
    assert Payout.objects.get(pk=payout.pk).state == PayoutState.PAID


def test_payment_file_and_results_rewritten_by_sql() -> None:
    file = f.filed()
    for change in ("UPDATE banking_payoutfile SET total = 1", "DELETE FROM banking_payoutfile"):
        with by_sql("permission denied") as cursor:
            cursor.execute(change)
    with by_sql("payout_steps_stay|written once") as cursor:
        cursor.execute("UPDATE banking_payout SET file_row = 7 WHERE file_id = %s", [file.pk])


# --- stopping -------------------------------------------------------------------------------------


def test_stop_link_of_another_merchant(client: Client) -> None:
    mine, theirs = f.cooling(), f.cooling()
    name, _dash, seal = stop_token(mine).partition("-")
    other = stop_token(theirs).partition("-")[0]
    assert client.post(f"/payee/{other}-{seal}").status_code == 404
    assert client.post(f"/payee/{name}-{'A' * 22}").status_code == 404
    assert state(theirs) == state(mine) == PayeeState.COOLING
    assert client.post(f"/payee/{stop_token(mine)}").status_code == 200
    assert (state(mine), state(theirs)) == (PayeeState.STOPPED, PayeeState.COOLING)
    assert Event.objects.filter(kind="payee.stopped", subject_id=str(mine.pk)).count() == 1


def test_stopped_account_is_brought_back() -> None:
    payee = f.cooling()
    services.stop_payee(payee, reason="商户否认", by=UserFactory(), at=timezone.now())
    with by_sql("payee_moves|does not become") as cursor:
        cursor.execute(
            "UPDATE banking_payeeaccount SET state = 'active', over_at = NULL, over_by_id = NULL, over_reason = ''"
            " WHERE id = %s",
            [payee.pk],
        )
    assert services.move_payees() == 0
