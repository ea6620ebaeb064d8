"""The months of the demonstration are such that one can show them (BIL-2)."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from apps.billing.demo import make_months
from apps.billing.enums import DunningStatus
from apps.billing.models import (
    Cheque,
    Dispute,
    DunningNotice,
    Invoice,
    PaperDelivery,
    RedForm,
    Statement,
)
from apps.billing.queries.dunning import overdue_payers
from apps.billing.queries.owing import owed_by
from apps.customers.enums import HoldKind
from apps.desk.demo.companies import make_companies
from apps.desk.demo.people import make_people
from apps.events.kinds import label_of
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.models import Entry
from apps.ledger.queries import balances_of
from apps.pricing.demo import make_prices
from tests.timelines import names_in_words


@pytest.mark.django_db
@pytest.mark.requirement("BIL-2")
def test_two_months_in_different_stages_and_every_sum_in_the_ledger() -> None:
    now = timezone.now()
    cast = make_people(now - timedelta(days=100))
    make_companies(cast, now - timedelta(days=100), now)
    make_prices(seed=1, now=now)
    make_months(seed=1, now=now)
    months = Statement.objects.filter(bill_to__isnull=False)
    before, last = sorted(set(months.values_list("period", flat=True)))[:2]
    assert set(months.filter(period=before).values_list("state", flat=True)) == {"confirmed"}
    states = set(months.filter(period=last).values_list("state", flat=True))
    assert states == {"sent", "confirmed", "reviewed", "frozen"}
    assert set(Dispute.objects.values_list("state", flat=True)) == {"open", "accepted"}
    states = Invoice.objects.values_list("state", flat=True)
    assert set(states) == {"received", "requested", "issuing", "delivered"}
    assert Invoice.objects.filter(state="received", channel_order__isnull=False).count() == 1
    form = RedForm.objects.get()
    assert form.state == "pending" and form.confirm_by and form.confirm_by > now
    assert Cheque.objects.count() == 1
    owed = {
        pk: sum(one.owed for one in owed_by(pk)) for pk in months.values_list("bill_to", flat=True)
    }
    books = balances_of(AccountKind.RECEIVABLE, PartyKind.CUSTOMER, list(owed))
    assert {pk: books[pk].net for pk in owed} == owed
    late = [one for pk in owed for one in owed_by(pk) if one.owed > 0 and one.period == before]
    assert len(late) == 1, "one payer has not paid all of the month before"
    (letter,) = DunningNotice.objects.all()
    assert (letter.bill_to.code, letter.level) == ("XIANDA", 1)
    overdue = overdue_payers(timezone.localdate(now))
    assert [(pk, one.step.status, one.step.level) for pk, one in overdue.items()] == [
        (letter.bill_to_id, DunningStatus.DUE, 2)
    ]
    assert [hold.kind for hold in letter.bill_to.holds.binding()] == [HoldKind.OVERDUE]
    papers = PaperDelivery.objects.order_by("pk").values_list("bill_to__code", "state")
    assert set(papers) == {("CHAYU", "delivered"), ("BOYA", "returned"), ("BOYA", "planned")}
    names_in_words()
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {
        kind for kind in kinds if label_of(kind) == kind.replace(".", " · ").replace("_", " ")
    } == set(), "the ledger's list names what each entry records"
    for statement in months.exclude(state="open"):
        assert statement.charged == statement.charges.aggregate(sum=Sum("gross"))["sum"]
