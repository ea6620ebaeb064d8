"""Papers on rounds: who took which one when, and who signed for it (BIL-4)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.billing import services
from apps.billing.enums import BillingMatter, InvoiceKind, PaperState
from apps.billing.models import Invoice, PaperDelivery, Statement
from apps.billing.queries.deliveries import waiting_papers
from apps.billing.states import PAPER_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.sla.models import Matter
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.billing import DECEMBER_FIRST, confirmed, payer, sent
from tests.factories.customers import CustomerSiteFactory
from tests.factories.shipments import picture

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-4")]
DAY = date(2026, 12, 1)
NUMBERS = iter(range(10_000_000, 20_000_000))


def who(by: User | None = None) -> dict[str, Any]:
    return {"by": by or UserFactory(scope=ObjectScope.ALL), "at": DECEMBER_FIRST}


def invoice() -> Invoice:
    made = services.request_invoice(
        statement_ids=[confirmed(payer(), "100.00").pk], kind=InvoiceKind.PAPER_SPECIAL, **who()
    )
    return services.issue_invoice(
        invoice_id=made.pk, number=str(next(NUMBERS)), issued_on=DAY, **who()
    )


def signature() -> NewFile:
    return NewFile(picture().getvalue(), "签字.jpg")


def clerk() -> User:
    made: User = UserFactory(roles=[Role.SETTLEMENT_CLERK], scope=ObjectScope.ALL)
    return made


def planned(carrier: User | None = None, **more: Any) -> PaperDelivery:
    paper = more.pop("paper", None) or invoice()
    kind = "statement" if isinstance(paper, Statement) else "invoice"
    values = {"papers": [f"{kind}:{paper.pk}"], "round_on": DAY, "carrier": carrier, **more}
    return services.plan_round(**values, **who())[0]


def refused(act: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(RuleBroken) as refusal, transaction.atomic():
        act()
    return refusal.value.code, getattr(refusal.value, "field", "") or ""


def test_from_the_round_to_the_signature_the_invoice_goes_along() -> None:
    carrier = clerk()
    paper = planned(carrier)
    taken = services.take_paper(delivery_id=paper.pk, **who(carrier))
    assert taken.invoice is not None
    assert (taken.state, taken.taken_by) == (PaperState.TAKEN, carrier)
    one = Invoice.objects.get(pk=taken.invoice_id)
    assert (one.state, one.delivered_by, one.delivered_how) == ("delivered", carrier, str(carrier))
    assert Matter.objects.get(kind=BillingMatter.PAPER).state == "open"
    services.sign_for_paper(
        delivery_id=paper.pk, name="王会计", signature=signature(), **who(carrier)
    )
    paper.refresh_from_db()
    one.refresh_from_db()
    assert (paper.state, paper.received_by, paper.received_at) == (
        PaperState.DELIVERED, "王会计", DECEMBER_FIRST,
    )  # fmt: skip
    assert paper.received_signature.read().startswith(b"\xff\xd8")
    assert (one.state, one.received_by) == ("received", "王会计")
    assert Matter.objects.get(kind=BillingMatter.PAPER).state == "closed"


def test_a_driver_signs_on_paper_and_a_picture_of_it_is_kept() -> None:
    paper = planned(driver="老李")
    assert refused(lambda: services.take_paper(delivery_id=paper.pk, **who())) == (
        "not_signed", "signature",
    )  # fmt: skip
    wrong = NewFile(b"not a picture", "a.jpg")
    code, field = refused(
        lambda: services.take_paper(delivery_id=paper.pk, signature=wrong, **who())
    )
    assert field == "signature" and code
    taken = services.take_paper(delivery_id=paper.pk, signature=signature(), **who())
    assert taken.state == PaperState.TAKEN and taken.taken_signature
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperDelivery.objects.filter(pk=paper.pk).update(taken_signature="")


def test_a_colleague_signs_by_their_own_hand_only() -> None:
    paper = planned(clerk())
    assert refused(lambda: services.take_paper(delivery_id=paper.pk, **who(clerk())))[0] == (
        "not_signed"
    )


def test_what_came_back_waits_for_another_round() -> None:
    carrier, by = clerk(), UserFactory(scope=ObjectScope.ALL)
    one = invoice()
    key = f"invoice:{one.pk}"
    assert [paper.key for paper in waiting_papers(by)] == [key]
    paper = planned(carrier, paper=one)
    assert waiting_papers(by) == []
    assert refused(lambda: planned(carrier, paper=one))[0] == "not_waiting"
    services.take_paper(delivery_id=paper.pk, **who(carrier))
    services.bring_back_paper(delivery_id=paper.pk, reason="公司搬迁", **who(carrier))
    assert Matter.objects.get(kind=BillingMatter.PAPER).state == "stopped"
    assert [paper.key for paper in waiting_papers(by)] == [key]
    again = planned(carrier, paper=one)
    services.take_paper(delivery_id=again.pk, **who(carrier))
    services.sign_for_paper(delivery_id=again.pk, name="王会计", **who(carrier))
    assert waiting_papers(by) == [] and Invoice.objects.get().state == "received"


def test_statements_and_letters_of_those_who_get_them_by_hand() -> None:
    by = UserFactory(scope=ObjectScope.ALL)
    theirs = sent(payer(statement_channel="by_hand"), "100.00")
    sent(payer(), "100.00")
    late = DECEMBER_FIRST + timedelta(days=60)
    letter = services.send_dunning(payer_id=theirs.bill_to_id or 0, by=by, at=late)
    assert [paper.key for paper in waiting_papers(by)] == [
        f"statement:{theirs.pk}", f"letter:{letter.pk}",
    ]  # fmt: skip
    carrier = clerk()
    keys = [paper.key for paper in waiting_papers(by)]
    for row in services.plan_round(papers=keys, round_on=DAY, carrier=carrier, **who()):
        services.take_paper(delivery_id=row.pk, **who(carrier))
        services.sign_for_paper(delivery_id=row.pk, name="王会计", **who(carrier))
    assert waiting_papers(by) == []
    theirs.refresh_from_db()
    assert theirs.state == "sent", "having it is not agreeing to it"


def test_an_invoice_that_was_taken_back_is_not_handed_out() -> None:
    carrier = clerk()
    paper = planned(carrier)
    services.reverse_invoice(
        invoice_id=paper.invoice_id or 0, red_number="87654321", reason="抬头有误", **who()
    )
    assert refused(lambda: services.take_paper(delivery_id=paper.pk, **who(carrier)))[0] == (
        "not_to_be_handed_out"
    )


def test_a_bad_round_is_refused_with_its_field() -> None:
    key = f"invoice:{invoice().pk}"
    yesterday = DAY - timedelta(days=1)
    for values, problem in (
        ({"round_on": yesterday, "carrier": clerk()}, ("past", "round_on")),
        ({"round_on": DAY}, ("one_carrier", "carrier")),
        ({"round_on": DAY, "carrier": clerk(), "driver": "老李"}, ("one_carrier", "carrier")),
        ({"round_on": DAY, "driver": "老李", "papers": []}, ("no_papers", "papers")),
        ({"round_on": DAY, "driver": "老李", "papers": ["invoice:0"]}, ("not_waiting", "papers")),
    ):
        given = {"papers": [key], **values}
        assert refused(lambda given=given: services.plan_round(**given, **who())) == problem  # type: ignore[misc]


def test_signed_for_between_the_taking_and_now() -> None:
    carrier = clerk()
    paper = planned(carrier)
    services.take_paper(delivery_id=paper.pk, **who(carrier))
    for moment in (DECEMBER_FIRST - timedelta(hours=1), DECEMBER_FIRST + timedelta(minutes=1)):
        with pytest.raises(BadInput) as refusal:
            services.sign_for_paper(
                delivery_id=paper.pk, name="王会计", received_at=moment, **who(carrier)
            )
        assert refusal.value.field == "received_at"


@pytest.mark.parametrize("to", PaperState)
@pytest.mark.parametrize("frm", PaperState)
def test_every_move(frm: PaperState, to: PaperState) -> None:
    carrier = clerk()
    acts: dict[PaperState, Callable[[PaperDelivery], Any]] = {
        PaperState.TAKEN: lambda p: services.take_paper(delivery_id=p.pk, **who(carrier)),
        PaperState.DELIVERED: lambda p: services.sign_for_paper(
            delivery_id=p.pk, name="王会计", **who(carrier)
        ),
        PaperState.RETURNED: lambda p: services.bring_back_paper(
            delivery_id=p.pk, reason="没人", **who(carrier)
        ),
        PaperState.CALLED_OFF: lambda p: services.call_off_paper(
            delivery_id=p.pk, reason="改寄", **who(carrier)
        ),
    }
    ways: dict[PaperState, list[PaperState]] = {
        PaperState.PLANNED: [],
        PaperState.TAKEN: [PaperState.TAKEN],
        PaperState.DELIVERED: [PaperState.TAKEN, PaperState.DELIVERED],
        PaperState.RETURNED: [PaperState.TAKEN, PaperState.RETURNED],
        PaperState.CALLED_OFF: [PaperState.CALLED_OFF],
    }
    paper = planned(carrier)
    for step in ways[frm]:
        acts[step](paper)
    if to == PaperState.PLANNED:
        assert not PAPER_MOVES.allows(frm, to)
    elif PAPER_MOVES.allows(frm, to):
        acts[to](paper)
        paper.refresh_from_db()
        assert paper.state == to
    else:
        assert refused(lambda: acts[to](paper))[0] == "illegal_move"


def test_the_list_that_goes_along_has_its_papers_and_the_cheques_there(client: Client) -> None:
    carrier, by = clerk(), UserFactory(scope=ObjectScope.ALL, roles=[Role.FINANCE])
    one = planned(carrier)
    CustomerSiteFactory(customer=one.bill_to, address="纪鹤路1288号", is_default=True)
    planned(driver="老李")
    off = planned(carrier)
    services.call_off_paper(delivery_id=off.pk, reason="改寄", **who())
    for customer, day in (
        (one.bill_to, DAY),
        (one.bill_to, DAY + timedelta(days=1)),
        (payer(), DAY),
    ):
        services.note_cheque(
            payer=customer, amount=Decimal("88.00"), collect_on=day, note="找邓红", **who()
        )
    sign_in(client, by)
    html = client.get(reverse("admin:billing_paperdelivery_round") + f"?day={DAY}").text
    assert str(carrier) in html and "老李" in html and html.count("<h1>") == 2
    assert "纪鹤路1288号" in html
    assert str(one.invoice) in html and str(off.invoice) not in html
    assert html.count("88.00") == 1, "of that day and of those they visit"
    assert (
        client.get(reverse("admin:billing_paperdelivery_round") + "?day=2026-13-01").status_code
        == 404
    )
    sign_in(client, UserFactory(roles=[Role.DISPATCHER], scope=ObjectScope.ALL))
    assert client.get(reverse("admin:billing_paperdelivery_round")).status_code == 403
    assert client.get(reverse("admin:billing_paperdelivery_changelist")).status_code == 403


def test_the_clerk_does_it_all_on_the_pages(client: Client) -> None:
    carrier = clerk()
    one = invoice()
    sign_in(client, carrier)
    client.post(
        reverse("admin:billing_paperdelivery_add"),
        {"papers": [f"invoice:{one.pk}"], "round_on": "2099-01-01", "carrier": carrier.pk},
    )
    paper = PaperDelivery.objects.get()
    bulk = reverse("admin:billing_paperdelivery_bulk", args=["take-mine"])
    assert client.post(bulk, {"chosen": [paper.pk], "go": "1"}).status_code == 200
    paper.refresh_from_db()
    assert paper.state == PaperState.TAKEN
    act = reverse("admin:billing_paperdelivery_act", args=[paper.pk, "sign"])
    client.post(act, {"sign-name": "王会计", "sign-signature": picture()})
    paper.refresh_from_db()
    assert paper.state == PaperState.DELIVERED
    shown = reverse("admin:billing_paperdelivery_signature", args=[paper.pk, "received"])
    assert client.get(shown)["Content-Type"] == "image/jpeg"
    assert client.get(shown.replace("received", "taken")).status_code == 404
    page = client.get(reverse("admin:billing_invoice_change", args=[one.pk])).text
    assert str(carrier) in page
