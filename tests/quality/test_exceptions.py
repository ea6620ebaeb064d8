"""The exception report with its three times, from being known to being checked (CMP-4, CMP-5)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.enums import ObjectScope
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.quality import services
from apps.quality.enums import ExceptionState as X
from apps.quality.enums import FoundBy, WhatStandsOut
from apps.quality.inputs import Verdict
from apps.quality.models import CorrectiveAction, ExceptionReport, ReportChange
from apps.quality.queries.exceptions import (
    ExceptionFilter,
    evidence_of,
    exception_list,
    exception_page,
)
from apps.sla.enums import ClockState, Metric
from apps.sla.models import Clock
from tests.complaints.conftest import kinds_of, last_data
from tests.factories.accounts import UnitFactory, UserFactory, superuser
from tests.factories.complaints import (
    action,
    any_cause,
    case,
    decided,
    exception,
    who,
)
from tests.factories.customers import png
from tests.factories.tracking import carrier, waybill
from tests.quality.conftest import clocks

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-4")]


def test_the_three_times_are_kept_apart_and_a_late_report_shows() -> None:
    made, agent = exception(), superuser()
    assert not made.was_reported_late and made.happened_at < made.known_at < made.reported_at
    clock = clocks(made)[Metric.REPORT]
    assert clock.state == ClockState.MET and clock.started_at == made.known_at
    assert clock.breached_at is None
    late = exception(known_at=timezone.now() - timedelta(minutes=6))
    assert late.was_reported_late and last_data(late, "exception.opened")["late_report"]
    assert clocks(late)[Metric.REPORT].breached_at is not None
    assert exception_page(late.number, agent).stands_out == [WhatStandsOut.REPORTED_LATE]
    assert list(exception_list(agent, ExceptionFilter(reported_late=True))) == [late]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"what": " "}, "what"),
        ({"happened_at": 0}, "known_at"),
        ({"known_at": 60}, "reported_at"),
    ],
)
def test_times_out_of_order_and_empty_reports_are_refused(
    fields: dict[str, Any], field: str
) -> None:
    """Times are given in minutes from now."""
    now = timezone.now()
    values = {
        name: now + timedelta(minutes=value) if isinstance(value, int) else value
        for name, value in fields.items()
    }
    with pytest.raises(BadInput) as caught:
        exception(**values)
    assert caught.value.field == field
    assert not ExceptionReport.objects.exists()


def test_changes_after_the_fact_keep_what_stood_there_and_stand_out() -> None:
    made, editor = exception(known_at=timezone.now() - timedelta(minutes=40)), superuser()
    old = made.known_at
    changes = {"known_at": timezone.now() - timedelta(minutes=4), "what": "司机说绑了"}
    with pytest.raises(BadInput):
        services.correct_report(
            exception_id=made.pk, version=1, changes=changes, reason="", **who(editor)
        )
    services.correct_report(
        exception_id=made.pk, version=1, changes=changes, reason="记错", **who(editor)
    )
    rows = {row.field: row for row in ReportChange.objects.all()}
    assert rows["known_at"].old == old.isoformat() and rows["what"].new == "司机说绑了"
    assert rows["what"].by == editor and rows["what"].reason == "记错"
    page = exception_page(made.number, editor)
    assert set(page.stands_out) == {WhatStandsOut.TIMES_CHANGED, WhatStandsOut.FACTS_CHANGED}
    [listed] = exception_list(editor, ExceptionFilter(changed_afterwards=True))
    assert listed == made and listed.was_changed  # type: ignore[attr-defined]  # annotated
    for version, values, code in (
        (1, changes, "changed_meanwhile"),
        (2, {"what": "司机说绑了"}, "nothing_changed"),
        (2, {"state": "closed"}, "unknown_field"),
        (2, {"known_at": timezone.now() - timedelta(days=1)}, "times_out_of_order"),
    ):
        with pytest.raises(RuleBroken) as caught:
            services.correct_report(
                exception_id=made.pk, version=version, changes=values, reason="x", **who(editor)
            )
        assert caught.value.code == code
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        cursor.execute("UPDATE quality_reportchange SET old = ''")


def _report_clock(of: ExceptionReport) -> Clock:
    return Clock.objects.get(
        matter__subject_type="quality.exceptionreport",
        matter__subject_id=str(of.pk),
        metric=Metric.REPORT,
    )


@pytest.mark.requirement("CMP-2")
def test_whether_it_was_reported_late_follows_when_it_was_really_known_and_reported() -> None:
    """The clerk wrote that it was known three minutes before; the driver had called an hour before,
    as it turns out, and in the end the report itself went out earlier than was written."""
    now, editor = timezone.now(), superuser()
    made = exception(known_at=now - timedelta(minutes=3))
    assert _report_clock(made).breached_at is None and not made.was_reported_late

    def correct(**changes: Any) -> Clock:
        version = ExceptionReport.objects.get(pk=made.pk).version
        values = {"version": version, "changes": changes, "reason": "司机通话记录"}
        services.correct_report(exception_id=made.pk, **values, **who(editor))
        made.refresh_from_db()
        clock = _report_clock(made)
        assert clock.started_at == made.known_at and clock.met_at == made.reported_at
        assert (clock.breached_at is not None) is made.was_reported_late
        return clock

    assert correct(known_at=now - timedelta(minutes=60)).breached_at is not None
    assert last_data(made, "clock.start_moved")["late_now"] == ["report"]
    assert correct(reported_at=now - timedelta(minutes=56)).breached_at is None
    assert last_data(made, "clock.fact_corrected")["cleared"] == ["report"]
    assert correct(reported_at=now - timedelta(minutes=30)).breached_at is not None
    assert correct(known_at=now - timedelta(minutes=33)).breached_at is None
    assert last_data(made, "clock.start_moved")["cleared"] == ["report"]


def test_a_complaint_before_our_own_report_stands_out() -> None:
    complaint = case()
    made = exception(case=complaint)
    assert WhatStandsOut.COMPLAINT_FIRST in exception_page(made.number, superuser()).stands_out
    direct = exception(case=case(), found_by=FoundBy.DIRECT_COMPLAINT)
    assert exception_page(direct.number, superuser()).stands_out == []


def test_what_is_written_is_encrypted_and_masked_and_revealed_on_record() -> None:
    made = exception(what="收件人：王小明 13812345678 未收到", who="派件员：赵六")
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, what, who, search_grams::text FROM quality_exceptionreport")
        stored = "".join(cursor.fetchone())
    page = exception_page(made.number, superuser())
    for text in (stored, page.what, page.who):
        assert "12345678" not in text and "小明" not in text
    clear = services.reveal_exception(exception=made, reason="调查", **who())
    assert clear["what"].endswith("未收到") and clear["who"] == "派件员：赵六"
    assert "exception.revealed" in kinds_of(made)


def test_corrective_actions_have_owner_date_clock_and_a_check_by_someone_else() -> None:
    made = decided(exception())
    doer = UserFactory()
    with pytest.raises(BadInput):
        action(made, due_at=timezone.now() - timedelta(days=1))
    with pytest.raises(BadInput):
        action(made, owner=UserFactory(is_active=False))
    one = action(made, owner=doer)
    made.refresh_from_db()
    assert made.state == X.ACTING
    clock = clocks(one)[Metric.ACTION]
    assert clock.owner == doer and clock.due_at == one.due_at and clock.is_open
    services.finish_action(action_id=one.pk, result="已培训", **who(doer))
    assert clocks(one)[Metric.ACTION].state == ClockState.MET
    with pytest.raises(RuleBroken) as caught:
        services.check_action(action_id=one.pk, worked=True, note="看过", **who(doer))
    assert caught.value.code == "not_yourself"
    with pytest.raises(RuleBroken) as caught:
        services.check_exception(exception_id=made.pk, note="", **who())
    assert caught.value.field == "actions"
    # It did not work: once more, to a new date, with its clock.
    again = {"action_id": one.pk, "worked": False, "note": "抽查仍不合格"}
    with pytest.raises(BadInput):
        services.check_action(**again, **who())
    later = timezone.now() + timedelta(days=2)
    services.check_action(**again, due_at=later, **who())
    one.refresh_from_db()
    assert one.is_open and clocks(one)[Metric.ACTION].due_at == later
    assert clocks(one)[Metric.ACTION].is_open
    services.finish_action(action_id=one.pk, result="再次培训", **who(doer))
    services.check_action(action_id=one.pk, worked=True, note="20 车合格", **who())
    dropped = action(made)
    services.drop_action(action_id=dropped.pk, reason="不再需要", **who())
    assert clocks(dropped)[Metric.ACTION].state == ClockState.STOPPED
    with pytest.raises(RuleBroken):
        services.finish_action(action_id=dropped.pk, result="x", **who())
    services.check_exception(exception_id=made.pk, note="", **who())
    services.close_exception(exception_id=made.pk, **who())


@pytest.mark.parametrize(
    "columns",
    [
        {"done_at": timezone.now()},
        {"what": ""},
        {"has_worked": True},
        {"checked_at": timezone.now()},
        {"dropped_at": timezone.now()},
    ],
)
def test_the_database_refuses_half_an_action(columns: dict[str, Any]) -> None:
    one = action(decided(exception()))
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectiveAction.objects.filter(pk=one.pk).update(**columns)


def test_an_owner_finishes_an_action_of_a_report_that_is_not_theirs_to_see() -> None:
    made = decided(exception())
    doer = UserFactory(scope=ObjectScope.UNITS)
    one = action(made, owner=doer)
    services.finish_action(action_id=one.pk, result="已完成", **who(doer))
    stranger = UserFactory(scope=ObjectScope.UNITS)
    with pytest.raises(ExceptionReport.DoesNotExist):
        services.drop_action(action_id=action(made).pk, reason="x", **who(stranger))


def test_either_a_unit_or_a_partner_is_responsible() -> None:
    made = exception()
    services.investigate_exception(exception_id=made.pk, **who())
    both = Verdict(any_cause().pk, "共同", unit=UnitFactory(), carrier=carrier())
    for verdict in (both, Verdict(0, "没有原因"), Verdict(any_cause().pk, " ")):
        with pytest.raises(BadInput):
            services.decide_exception(exception_id=made.pk, verdict=verdict, **who())
    unit = UnitFactory()
    verdict = Verdict(any_cause().pk, "整改", unit=unit)
    services.decide_exception(exception_id=made.pk, verdict=verdict, **who())
    made.refresh_from_db()
    assert made.responsible_unit == unit and made.cause == any_cause()


def test_evidence_is_sniffed_kept_and_shown_to_those_concerned() -> None:
    made = exception()
    row = services.add_evidence(
        exception_id=made.pk, file=NewFile(png(), "现场.png"), note="电话 13812345678", **who()
    )
    assert row.content_type == "image/jpeg" and "12345678" not in row.note
    assert evidence_of(str(row.key), superuser()) == row
    services.open_evidence(evidence=row, **who()).close()
    assert "exception.evidence_opened" in kinds_of(made)
    with pytest.raises(BadInput):
        services.add_evidence(
            exception_id=made.pk, file=NewFile(b"\x7fELF\x00", "a.bin"), note="", **who()
        )


def test_reports_are_found_by_number_shipment_and_words() -> None:
    shipment, reader = waybill(), superuser()
    made = exception(waybill=shipment, what="装卸时叉车撞坏木箱")
    exception(what="司机疲劳驾驶")
    for text in (made.number, shipment.number, "叉车", "木箱"):
        assert list(exception_list(reader, ExceptionFilter(text=text))) == [made], text
    for text in ("\x00", "没有", "箱"):
        assert list(exception_list(reader, ExceptionFilter(text=text))) == []
    checks: list[tuple[dict[str, Any], int]] = [
        ({"open_only": True}, 2),
        ({"states": ("closed",)}, 0),
        ({"kinds": ("breach",)}, 2),
        ({"serious": True}, 0),
        ({"waybill_id": shipment.pk}, 1),
        ({"unit_id": made.unit_id}, 1),
        ({"found_by": ("breach",)}, 0),
    ]
    for values, count in checks:
        assert len(exception_list(reader, ExceptionFilter(**values))) == count, values
