"""A month that four people sign (REP-3): it writes itself from frozen figures, the director sends it back, four sign over
one content, a stand-in for the deputy, the customer has it by their channel and says so; a late scan afterwards changes
nothing in it and shows beside it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import Absence
from apps.core.times import day_start
from apps.events.services import relay_due
from apps.notifications.models import Delivery
from apps.quality.models import CorrectiveAction
from apps.reports import services
from apps.reports.enums import ScopeKind, SummaryState
from apps.reports.models import Summary
from apps.reports.queries.summary_page import figure_lines, inside_of
from apps.reports.queries.summary_papers import summary_pdf
from apps.tracking.models import LateShipment, Waybill
from tests.factories import complaints
from tests.factories.accounts import UserFactory
from tests.factories.customers import ContactFactory
from tests.factories.reports import Signers, last_month, seen
from tests.factories.shipments import shipment

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-3")]
DAY = timedelta(days=1)


def recipients_of(topic: str) -> set[str]:
    relay_due()
    return set(Delivery.objects.filter(topic=topic).values_list("recipient_label", flat=True))


def month_of(signers: Signers) -> list[Waybill]:
    """Two shipments: one delivered in time, one without a scan of its delivery; a complaint, an action."""
    picked, promised = day_start(last_month(), 8), day_start(last_month(), 12)
    rows = [shipment(customer=signers.customer) for _n in range(2)]
    ids = [row.pk for row in rows]
    Waybill.objects.filter(pk__in=ids).update(picked_up_at=picked, promised_at=promised)
    came = promised - DAY
    Waybill.objects.filter(pk=ids[0]).update(
        status="delivered", delivered_at=came, status_at=came, concluded_at=came
    )
    LateShipment.objects.create(
        waybill=rows[1], kind="missed", cause="road", found_at=promised, found_by=signers.agent
    )
    case = complaints.case(unit=signers.unit, customer=signers.customer, by=signers.agent)
    type(case).objects.filter(pk=case.pk).update(created_at=promised)
    report = complaints.exception(unit=signers.unit, customer=signers.customer)
    CorrectiveAction.objects.create(
        exception=report, what="改走沪昆线", owner=signers.department, due_at=promised + 90 * DAY,
        created_by=signers.director,
    )  # fmt: skip
    CorrectiveAction.objects.update(created_at=promised)
    return rows


def test_the_month_that_four_people_sign() -> None:
    signers = Signers()
    ContactFactory(customer=signers.customer, email="zhao@customer.example")
    _good, late = month_of(signers)

    # On the first day of the next month it writes itself.
    assert services.freeze_past_months(at=timezone.now()) == len(ScopeKind)
    assert services.freeze_past_months(at=timezone.now()) == 0
    row = Summary.objects.get()
    by_code = {one["kpi"]: one for one in row.content["figures"]}
    assert (by_code["on_time"]["num"], by_code["on_time"]["den"]) == (1, 2)
    assert by_code["on_time"]["value"] == "50.00"
    assert row.content["late"] == [{"cause": "road", "n": 1}]
    assert len(row.content["cases"]) == 1
    assert [one["what"] for one in row.content["actions"]] == ["改走沪昆线"]
    assert [str(one.owner) for one in inside_of(row).actions] == [str(signers.department)]

    # The agent writes, the managers plan; the project manager signs, the director sends it back.
    row = signers.written(row)
    assert signers.project.display_name in recipients_of("staff.summary_waits")
    row = signers.sign(row, signers.project)
    row = services.return_summary(
        row, seen=seen(row), reason="原因请写具体", by=signers.director, at=timezone.now()
    )
    assert recipients_of("staff.summary_returned") == {signers.agent.display_name}
    services.change_summary(
        summary_id=row.pk,
        texts={"happened": "一票因封路晚到。"},
        by=signers.agent,
        at=timezone.now(),
    )
    row = services.write_summary(summary_id=row.pk, by=signers.agent, at=timezone.now())

    # Four people over one content; the deputy is away, and a stand-in signs for them.
    row = signers.sign(signers.sign(row, signers.project), signers.director)
    general = UserFactory(roles=[Role.GENERAL_MANAGER], unit=signers.unit)
    at = timezone.now()
    Absence.objects.create(
        user=signers.deputy, stand_in=general, starts_at=at - DAY, ends_at=at + DAY, made_by=general
    )
    row = signers.sign(row, general)
    assert row.state == SummaryState.SIGNED and row.round == 2

    row = services.send_summary(summary_id=row.pk, by=signers.agent, at=timezone.now())
    assert len(recipients_of("summary.sent")) == 1
    services.acknowledge_summary(
        summary_id=row.pk, name="赵经理", by_customer=True, by=signers.agent, at=timezone.now()
    )

    # A late scan: it was there in time after all. The summary stays, and what is known now stands beside.
    row = Summary.objects.select_related("customer").get()
    paper, content = summary_pdf(row), row.content
    came = day_start(last_month(), 11)
    Waybill.objects.filter(pk=late.pk).update(
        status="delivered", delivered_at=came, status_at=came, concluded_at=came
    )
    row = Summary.objects.select_related("customer").get()
    assert row.content == content and summary_pdf(row) == paper
    lines = {one.code: one for one in figure_lines(row)}
    assert lines["on_time"].value == "50.00%" and lines["on_time"].now == "100.00% (2/2)"
    assert lines["complaint"].now == "", "what did not change says so"
