"""Red forms: confirmed within 72 hours or void, then a red invoice that takes back exactly what it says,
once (BIL-4)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.billing import services
from apps.billing.enums import EnteredBy, RedFormAction, RedFormState, RedReason
from apps.billing.models import Invoice, RedForm, RedLine
from apps.billing.queries.invoicing import invoiceable
from apps.billing.services.tax import turns
from apps.billing.services.tax.red_outcomes import BUREAU, note_form, red_order_of
from apps.billing.states import RED_FORM_MOVES
from apps.events.models import Event
from apps.ledger.enums import AccountKind
from apps.ledger.models import Account
from apps.ledger.queries import balance_of
from apps.sla.enums import MatterState
from apps.sla.models import Clock, Matter
from tests.doubles.tax_platform import TaxPlatform
from tests.factories.tax import due_now, issued, red_form, requested, settled, two_lined, who, work
from tests.refusing import undone_refusal_of as refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-4")]
D, S = Decimal, RedFormState
T = TypeVar("T", Invoice, RedForm)


def now(row: T) -> T:
    row.refresh_from_db()
    return row


def output_vat() -> Decimal:
    """What is owed to the tax office, above zero."""
    return -balance_of(Account.objects.get(kind=AccountKind.OUTPUT_VAT).pk).net


def rest(invoice: Invoice) -> Decimal:
    """What can be invoiced again."""
    ids = list(invoice.lines.values_list("statement_id", flat=True))
    return sum((part.gross for part in invoiceable(ids)), D(0))


def test_one_that_needs_no_confirmation_takes_the_invoice_back(bureau: TaxPlatform) -> None:
    bureau.needs_confirmation = False
    invoice = issued(two_lined())
    assert (output_vat(), rest(invoice)) == (D("24.00"), D(0))
    form = red_form(invoice)
    assert (form.state, form.gross, form.tax) == ("requested", D("324.00"), D("24.00"))
    work(2)
    now(form)
    (made,) = bureau.forms.values()
    assert (form.state, form.red_number) == ("issued", made.red_number)
    assert form.red_issued_on == timezone.localdate() and not Matter.objects.filter(kind="red_form")
    now(invoice)
    assert (invoice.state, invoice.red_number) == ("reversed", made.red_number)
    assert (output_vat(), rest(invoice)) == (D(0), D("324.00"))
    assert "detail" not in bureau.asked("saveInvoiceRedConfirm")[0]
    work(3)
    assert output_vat() == 0 and Event.objects.filter(kind="red_form.issued").count() == 1
    again = services.request_invoice(
        statement_ids=list(invoice.lines.values_list("statement_id", flat=True)),
        kind=invoice.kind,
        **who(),
    )
    assert again.gross == D("324.00") and again.serial != invoice.serial


def test_the_payer_confirms_within_72_hours(bureau: TaxPlatform) -> None:
    invoice = issued()
    form = red_form(invoice)
    work(2)
    now(form)
    assert (form.state, form.bureau_state) == ("pending", "02")
    assert form.confirm_by and form.channel_sent_at
    assert form.confirm_by - form.channel_sent_at == timedelta(hours=72)
    clock = Clock.objects.get(matter__kind="red_form")
    assert clock.due_at == form.confirm_by
    assert (now(invoice).state, output_vat(), rest(invoice)) == ("issued", D("6.00"), D(0))
    bureau.buyer_answers(form.channel_order or "", agrees=True)
    work()
    assert now(form).state == "issued" and now(invoice).state == "reversed"
    assert (output_vat(), rest(invoice)) == (D(0), D("106.00"))
    assert Matter.objects.get(kind="red_form").state == MatterState.CLOSED


def test_the_payer_refuses_and_nothing_is_taken_back(bureau: TaxPlatform) -> None:
    invoice = issued()
    form = red_form(invoice)
    work(2)
    bureau.buyer_answers(form.channel_order or "", agrees=False)
    work()
    assert now(form).state == "refused" and now(invoice).state == "issued"
    assert (output_vat(), rest(invoice)) == (D("6.00"), D(0))
    second = red_form(invoice)
    assert second.channel_order != form.channel_order


def test_after_72_hours_it_is_void_and_asked_for_anew(bureau: TaxPlatform) -> None:
    invoice = issued()
    form = red_form(invoice)
    work(2)
    bureau.shift = 71.9
    work()
    assert now(form).state == "pending"
    bureau.shift = 72.1
    work()
    now(form)
    assert (form.state, form.bureau_state, form.channel_due_at) == ("lapsed", "07", None)
    assert Matter.objects.get(kind="red_form").state == MatterState.CLOSED
    second = red_form(invoice)
    work(2)
    bureau.buyer_answers(second.channel_order or "", agrees=True)
    work()
    assert now(second).state == "issued" and now(invoice).state == "reversed"


def test_it_is_looked_at_when_the_72_hours_end(bureau: TaxPlatform) -> None:
    form = red_form(issued())
    work(2)
    end = timezone.now() + timedelta(minutes=7)
    RedForm.objects.filter(pk=form.pk).update(confirm_by=end)
    work()
    due = now(form).channel_due_at
    assert due is not None and abs(due - end) < timedelta(minutes=2)


def test_ours_is_withdrawn(bureau: TaxPlatform) -> None:
    invoice = issued()
    form = red_form(invoice)
    work(2)
    services.tell_red_form(form_id=form.pk, action=RedFormAction.WITHDRAW, **who())
    assert (
        refused(
            lambda: services.tell_red_form(form_id=form.pk, action=RedFormAction.WITHDRAW, **who())
        ).code
        == "asked_already"
    )
    work(2)
    assert now(form).state == "withdrawn" and now(invoice).state == "issued"
    assert (
        refused(lambda: services.ask_about_red_form(form_id=form.pk, **who())).code == "has_ended"
    )


@pytest.mark.parametrize(
    ("action", "state", "stands"),
    [(RedFormAction.CONFIRM, "issued", "reversed"), (RedFormAction.REFUSE, "refused", "issued")],
)
def test_one_that_the_payer_entered_is_found_and_answered(
    bureau: TaxPlatform, action: RedFormAction, state: str, stands: str
) -> None:
    invoice = issued()
    bureau.buyer_enters(str(invoice.number))
    assert services.look_for_red_forms() == 1
    assert services.look_for_red_forms() == 0, "we have it"
    work()
    form = RedForm.objects.get()
    assert (form.state, form.entered_by, form.bureau_state) == ("pending", EnteredBy.BUYER, "03")
    assert form.gross == invoice.gross
    assert (
        refused(
            lambda: services.tell_red_form(form_id=form.pk, action=RedFormAction.WITHDRAW, **who())
        ).code
        == "not_now"
    )
    services.tell_red_form(form_id=form.pk, action=action, **who())
    work(2)
    assert now(form).state == state and now(invoice).state == stands
    assert output_vat() == (0 if state == "issued" else D("6.00"))


def test_a_payer_s_form_about_what_is_not_ours_is_left(bureau: TaxPlatform) -> None:
    invoice = issued()
    form = bureau.buyer_enters(str(invoice.number))
    form.net -= D("1.00")
    assert services.look_for_red_forms() == 0 and not RedForm.objects.exists()


def part_of_line(nth: int, net: str, tax: str) -> dict[str, str]:
    return {"blueDetailIndex": str(nth), "taxExcludedAmount": net, "taxAmount": tax}


def test_a_payer_s_form_may_take_a_part(bureau: TaxPlatform) -> None:
    invoice = issued(two_lined())
    nth = [line.rate_ppm for line in invoice.lines.all()].index(90_000) + 1
    bureau.buyer_enters(str(invoice.number), "4", [part_of_line(nth, "-100.00", "-9.00")])
    assert services.look_for_red_forms() == 1
    work()
    form = RedForm.objects.get()
    assert (form.gross, form.tax, form.state) == (D("109.00"), D("9.00"), "pending")
    services.tell_red_form(form_id=form.pk, action=RedFormAction.CONFIRM, **who())
    work(2)
    assert now(form).state == "issued" and now(invoice).state == "issued"
    assert (output_vat(), rest(invoice)) == (D("15.00"), D("109.00"))


@pytest.mark.parametrize(
    "detail",
    [
        [part_of_line(3, "-100.00", "-9.00")],
        [part_of_line(0, "-100.00", "-9.00")],
        [part_of_line(1, "-1000.00", "-1.00")],
        [part_of_line(1, "-1.00", "-50.00")],
        [part_of_line(1, "0.00", "0.00")],
        [part_of_line(1, "-1.00", "-0.06"), part_of_line(1, "-1.00", "-0.06")],
        [{"blueDetailIndex": "x"}],
    ],
)
def test_a_payer_s_form_that_does_not_fit_is_left(
    bureau: TaxPlatform, detail: list[dict[str, str]]
) -> None:
    invoice = issued(two_lined())
    good = "taxAmount" in detail[0]
    form = bureau.buyer_enters(str(invoice.number), "4", detail if good else None)
    form.detail = detail
    assert services.look_for_red_forms() == 0 and not RedForm.objects.exists()


def test_an_answer_on_its_way_does_not_undo_an_action(bureau: TaxPlatform) -> None:
    """While it is asked about, somebody withdraws it."""
    form = red_form(issued())
    work(2)
    due_now()
    channel = turns.demand_channel()
    turn = turns.claim(RedForm, channel.lease)
    assert turn is not None
    outcome = channel.ask_form(red_order_of(now(form)))
    services.tell_red_form(form_id=form.pk, action=RedFormAction.WITHDRAW, **who())
    note_form(turn, outcome, channel, **who())
    assert now(form).action == "withdraw"
    work(2)
    assert now(form).state == "withdrawn"


def test_a_part_is_taken_back_and_the_last_part_takes_the_rest(bureau: TaxPlatform) -> None:
    bureau.needs_confirmation = False
    invoice = issued(two_lined())
    line = invoice.lines.get(rate_ppm=60_000)
    part = red_form(invoice, RedReason.DISCOUNT, line_id=line.pk, amount=D("35.33"))
    assert (part.gross, part.tax) == (D("35.33"), D("2.00"))
    work(2)
    assert now(part).state == "issued" and now(invoice).state == "issued"
    assert (output_vat(), rest(invoice)) == (D("22.00"), D("35.33"))
    assert invoice.red_number is None
    (detail,) = bureau.asked("saveInvoiceRedConfirm")[0]["detail"]
    assert (detail["taxExcludedAmount"], detail["taxAmount"]) == ("-33.33", "-2.00")
    assert (
        int(detail["blueDetailIndex"]) == [one.pk for one in invoice.lines.all()].index(line.pk) + 1
    )
    assert (
        refused(
            lambda: services.reverse_invoice(
                invoice_id=invoice.pk, red_number="3" * 20, reason="有误", **who()
            )
        ).code
        == "red_form"
    )
    whole = red_form(invoice, RedReason.RETURNED)
    assert (whole.gross, whole.tax) == (D("288.67"), D("22.00"))
    work(2)
    assert now(whole).state == "issued" and now(invoice).state == "reversed"
    assert (output_vat(), rest(invoice)) == (D(0), D("324.00"))
    assert sum(RedLine.objects.values_list("tax", flat=True)) == D("24.00")


def test_many_small_parts_never_take_more_than_there_is(bureau: TaxPlatform) -> None:
    """Each part's tax rounds down to nothing; the net of the line still suffices."""
    bureau.needs_confirmation = False
    invoice = issued(requested("0.18"))
    line = invoice.lines.get()
    assert (line.net, line.tax) == (D("0.17"), D("0.01"))
    for _n in range(3):
        red_form(invoice, RedReason.DISCOUNT, line_id=line.pk, amount=D("0.06"))
        work(2)
    assert now(invoice).state == "reversed" and output_vat() == 0


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"amount": "1.00"}, "line_missing", "line"),
        ({"amount": "0"}, "bad_amount", "amount"),
        ({"amount": "-1"}, "bad_amount", "amount"),
        ({"amount": "106.01"}, "above_line", "amount"),
        ({"amount": "1.00", "reason": RedReason.MISTAKE}, "whole_only", "reason"),
        ({"amount": "1.00", "reason": RedReason.STOPPED}, "whole_only", "reason"),
        ({"line_id": -1}, "line_missing", "line"),
    ],
)
def test_bad_parts_are_refused_beside_their_field(
    bureau: TaxPlatform, more: dict[str, Any], code: str, field: str
) -> None:
    invoice = issued()
    given: dict[str, Any] = {"reason": RedReason.DISCOUNT, **more}
    if code != "line_missing":
        given["line_id"] = invoice.lines.get().pk
    if "amount" in given:
        given["amount"] = D(given["amount"])
    refusal = refused(lambda: red_form(invoice, given.pop("reason"), **given))
    assert (refusal.code, refusal.field) == (code, field)


def test_one_form_at_a_time_and_only_of_what_is_issued(bureau: TaxPlatform) -> None:
    assert refused(lambda: red_form(requested())).code == "not_issued"
    invoice = issued()
    red_form(invoice)
    assert refused(lambda: red_form(invoice)).code == "red_form_open"
    with pytest.raises(IntegrityError), transaction.atomic():
        RedForm.objects.create(
            invoice=invoice, entered_by="buyer", reason="01", gross=1, tax=0,
            channel_due_at=timezone.now(), created_by=who()["by"],
        )  # fmt: skip


def test_without_a_channel_the_red_number_is_noted_by_hand(
    bureau: TaxPlatform, settings: Any
) -> None:
    invoice = issued()
    settings.TAX_CHANNEL = {**settings.TAX_CHANNEL, "app_key": ""}
    assert refused(lambda: red_form(invoice)).code == "no_channel"
    services.reverse_invoice(invoice_id=invoice.pk, red_number="3" * 20, reason="有误", **who())
    assert now(invoice).state == "reversed" and output_vat() == 0


def test_a_lost_answer_enters_no_second_form(bureau: TaxPlatform) -> None:
    form = red_form(issued())
    bureau.plan("drop")
    work()
    assert now(form).state == "unclear"
    assert Event.objects.filter(kind="red_form.unclear").count() == 1
    work()
    assert now(form).state == "pending" and len(bureau.forms) == 1
    assert len(bureau.asked("saveInvoiceRedConfirm")) == 1


def test_one_that_never_arrived_is_entered_under_its_number_again(bureau: TaxPlatform) -> None:
    form = red_form(issued())
    bureau.plan(502)
    work(2)
    assert now(form).state == "unclear", "they may merely not have it yet"
    settled()
    work(3)
    assert now(form).state == "pending" and list(bureau.forms) == [form.channel_order]


def test_a_refused_one_says_why(bureau: TaxPlatform) -> None:
    invoice = issued()
    form = red_form(invoice)
    bureau.refuse_next("E9103", "该发票不能重复冲红")
    work()
    now(form)
    assert (form.state, form.channel_words) == ("failed", "该发票不能重复冲红")
    assert now(invoice).state == "issued"


def test_other_amounts_than_asked_for_post_nothing(bureau: TaxPlatform) -> None:
    invoice = issued()
    form = red_form(invoice)
    work(2)
    bureau.forms[form.channel_order or ""].tax -= D("0.01")
    bureau.buyer_answers(form.channel_order or "", agrees=True)
    work()
    now(form)
    assert (form.state, form.channel_code) == ("confirmed", "amount_differs")
    assert output_vat() == D("6.00") and form.channel_due_at is not None


def test_what_the_channel_does_not_tell_is_noted_by_a_person(bureau: TaxPlatform) -> None:
    invoice = issued()
    form = red_form(invoice)
    note: dict[str, Any] = {"form_id": form.pk, "issued_on": timezone.localdate()}
    today: dict[str, Any] = {"by": who()["by"], "at": timezone.now()}
    assert (
        refused(lambda: services.note_red_invoice(number="6" * 20, **note, **today)).code
        == "not_entered"
    )
    work(2)
    assert (
        refused(lambda: services.note_red_invoice(number="6" * 8, **note, **today)).code
        == "bad_number"
    )
    early = {**note, "issued_on": timezone.localdate() + timedelta(days=1)}
    assert (
        refused(lambda: services.note_red_invoice(number="6" * 20, **early, **today)).code
        == "future"
    )
    services.note_red_invoice(number="6" * 20, **note, **today)
    assert now(form).state == "issued" and now(invoice).state == "reversed"
    assert (output_vat(), rest(invoice)) == (D(0), D("106.00"))
    bureau.buyer_answers(form.channel_order or "", agrees=True)
    work(2)
    assert output_vat() == 0 and now(form).red_number == "6" * 20
    assert (
        refused(lambda: services.note_red_invoice(number="7" * 20, **note, **today)).code
        == "has_ended"
    )
    other = red_form(issued())
    work(2)
    again: dict[str, Any] = {**note, "form_id": other.pk}
    assert (
        refused(lambda: services.note_red_invoice(number="6" * 20, **again, **today)).code
        == "number_taken"
    )
    services.end_red_form(form_id=other.pk, reason="税局已作废", **who())
    assert now(other).state == "failed" and output_vat() == D("6.00")
    assert (
        refused(lambda: services.end_red_form(form_id=other.pk, reason="又作废", **who())).code
        == "has_ended"
    )
    work()
    assert now(other).state == "failed"


def test_the_database_takes_back_no_more_than_the_line_has(bureau: TaxPlatform) -> None:
    invoice = issued()
    form = red_form(invoice)
    line = invoice.lines.get()
    other = issued().lines.get()
    spare = RedForm(
        invoice=invoice, entered_by="seller", reason="02", state="refused",
        gross=1, tax=0, created_by=who()["by"],
    )  # fmt: skip
    spare.save()
    RedLine.objects.create(form=spare, line=line, gross=D("106.00"), net=D("100.00"), tax=D("6.00"))
    RedForm.objects.filter(pk=form.pk).update(state="refused", channel_due_at=None, action="")
    second = red_form(invoice)
    for row in (
        {"form": second, "line": other, "gross": D("1.00"), "net": D("1.00"), "tax": D("0.00")},
        {"form": second, "line": line, "gross": D("1.00"), "net": D("0.90"), "tax": D("0.00")},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            RedLine.objects.create(**row)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        for change in ("UPDATE billing_redline SET gross = 1", "DELETE FROM billing_redline"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(f"{change} WHERE form_id = %s", [second.pk])
        cursor.execute("SET LOCAL yipiao.maintenance = 'on'")
    with pytest.raises(IntegrityError), transaction.atomic():
        RedForm.objects.filter(pk=second.pk).update(state="issued")


FROM = [state for state in S if RED_FORM_MOVES.ends_of(state)]


@pytest.mark.parametrize("code", BUREAU)
@pytest.mark.parametrize("frm", FROM)
def test_every_move_that_the_bureau_makes(bureau: TaxPlatform, frm: S, code: str) -> None:
    """Whatever the bureau's code, a form moves as the table says or stays."""
    invoice = issued()
    form = red_form(invoice)
    work(1)
    made = bureau.forms[form.channel_order or ""]
    ways: dict[S, Callable[[], None]] = {
        S.REQUESTED: lambda: None,
        S.UNCLEAR: lambda: RedForm.objects.filter(pk=form.pk).update(
            state="unclear", action="enter"
        ),
        S.PENDING: work,
        S.CONFIRMED: lambda: _without_its_invoice(made),
    }
    ways[frm]()
    assert now(form).state == frm
    made.state = code
    work()
    to = BUREAU[code]
    now(form)
    assert form.state == (to if RED_FORM_MOVES.allows(frm, to) else frm)
    assert (form.channel_due_at is None) == (form.state not in FROM)
    if frm != S.CONFIRMED and form.state == S.CONFIRMED:
        made.red_number, made.red_serial = "4" * 20, "R1"
        work()
        assert now(form).state == S.ISSUED and now(invoice).state == "reversed"


def _without_its_invoice(made: Any) -> None:
    made.state = "04"
    work()


@pytest.mark.parametrize("state", [state for state in S if not RED_FORM_MOVES.ends_of(state)])
def test_what_has_ended_stays(bureau: TaxPlatform, state: S) -> None:
    form = red_form(issued())
    values: dict[str, Any] = {"state": state, "channel_due_at": None, "action": ""}
    if state == S.ISSUED:
        values |= {"red_number": "5" * 20, "red_issued_on": timezone.localdate()}
    RedForm.objects.filter(pk=form.pk).update(**values)
    work()
    assert now(form).state == state and len(bureau.forms) == 0
    for action in (RedFormAction.WITHDRAW, RedFormAction.CONFIRM, RedFormAction.REFUSE):
        assert (
            refused(
                lambda w=action: services.tell_red_form(form_id=form.pk, action=w, **who())
            ).code
            == "not_now"
        )
