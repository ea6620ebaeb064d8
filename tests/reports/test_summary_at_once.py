"""However many sign, send or acknowledge at once, one has effect (REP-3)."""

import pytest
from django.utils import timezone

from apps.backoffice.models import Approval
from apps.events.models import Event
from apps.reports import services
from apps.reports.enums import SummaryState
from apps.reports.models import Summary, SummaryReceipt, SummarySending
from tests.at_once import at_once
from tests.factories.reports import Signers, last_month, seen

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("REP-3")]


def test_twenty_sign_prepare_and_acknowledge_at_once() -> None:
    signers = Signers()
    row = signers.written()
    outcomes = at_once(20, lambda _n: signers.sign(row, signers.project, seen=row.sha256))
    assert outcomes["done"] == 1 and Approval.objects.count() == 1
    row.refresh_from_db()
    assert row.state == SummaryState.PROJECT
    signers.sign(row, signers.director)
    row = signers.sign(row, signers.deputy)

    def send(_n: int) -> object:
        return services.send_summary(summary_id=row.pk, by=signers.agent, at=timezone.now())

    outcomes = at_once(4, send)
    assert outcomes == {"done": 1, "illegal_move": 3} and SummarySending.objects.count() == 1
    assert Event.objects.filter(kind="summary.sent").count() == 1

    def receive(n: int) -> object:
        return services.acknowledge_summary(
            summary_id=row.pk, name=f"赵{n}", by_customer=True, by=signers.agent, at=timezone.now()
        )

    assert at_once(20, receive) == {"done": 20}, "each is told that we know"
    assert SummaryReceipt.objects.count() == 1
    assert Event.objects.filter(kind="summary.acknowledged").count() == 1


def test_twenty_prepare_a_month_and_each_customer_has_one() -> None:
    signers = Signers()
    at_once(
        20,
        lambda _n: services.prepare_summaries(
            month=last_month(), by=signers.director, at=timezone.now()
        ),
    )
    rows = Summary.objects.values_list("customer", flat=True)
    assert len(rows) == len(set(rows)) and seen(signers.draft()) == ""
