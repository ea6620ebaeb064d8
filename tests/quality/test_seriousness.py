"""Serious or minor: put right on the spot, grown by a complaint, reviewed in a meeting (CMP-5)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.core.errors import BadInput, RuleBroken
from apps.quality import services
from apps.quality.enums import ExceptionKind, FoundBy
from apps.quality.queries.exceptions import (
    awaiting_review,
    exception_page,
    meetings,
    minor_lines,
)
from tests.complaints.conftest import last_data
from tests.factories.accounts import superuser
from tests.factories.complaints import (
    case,
    decided,
    exception,
    who,
)
from tests.factories.customers import CustomerFactory
from tests.quality.conftest import clocks

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-4")]


@pytest.mark.requirement("CMP-5")
def test_what_was_put_right_on_the_spot_is_one_line_of_the_daily_report() -> None:
    made = exception()
    services.put_right(exception_id=made.pk, line="当场重新绑扎", **who())
    [line] = minor_lines(timezone.localdate(), superuser())
    assert line == made and line.put_right_line == "当场重新绑扎"
    assert minor_lines(timezone.localdate() - timedelta(days=1), superuser()) == []
    assert not [clock for clock in clocks(made).values() if clock.is_open]


@pytest.mark.requirement("CMP-5")
@pytest.mark.parametrize(
    "fields",
    [
        {"harm": "赔付 300 元"},
        {"kind": ExceptionKind.DAMAGED},
        {"found_by": FoundBy.DIRECT_COMPLAINT},
    ],
)
def test_what_harmed_or_drew_a_complaint_needs_the_full_record(fields: dict[str, Any]) -> None:
    made = exception(**fields)
    assert made.is_serious
    with pytest.raises(RuleBroken) as caught:
        services.put_right(exception_id=made.pk, line="小事", **who())
    assert caught.value.code == "serious"


@pytest.mark.requirement("CMP-5")
def test_a_complaint_about_it_makes_it_serious_and_the_reason_is_kept() -> None:
    made, complaint = exception(), case()
    services.link_case(exception_id=made.pk, case=complaint, **who())
    made.refresh_from_db()
    assert made.is_serious and made.serious_reason
    for again in (complaint, case(customer=CustomerFactory())):
        made_for = exception(customer=CustomerFactory()) if again != complaint else made
        with pytest.raises(RuleBroken):
            services.link_case(exception_id=made_for.pk, case=again, **who())
    services.judge_seriousness(exception_id=made.pk, is_serious=False, reason="核实为误会", **who())
    assert last_data(made, "exception.seriousness_changed")["reason"] == "核实为误会"


@pytest.mark.requirement("CMP-5")
def test_a_serious_one_is_reviewed_in_a_meeting_before_it_is_closed() -> None:
    made, reader = exception(harm="货损"), superuser()
    decided(made)
    services.check_exception(exception_id=made.pk, note="一次性事故", **who())
    with pytest.raises(RuleBroken) as caught:
        services.close_exception(exception_id=made.pk, **who())
    assert caught.value.field == "reviews"
    assert list(awaiting_review(reader)) == [made]
    plan = {"title": "周分析会", "unit": made.unit, "planned_for": timezone.now()}
    with pytest.raises(BadInput):
        services.plan_meeting(**plan, exception_ids=[], people=[], **who())
    first = services.plan_meeting(**plan, exception_ids=[made.pk], people=[reader], **who())
    assert list(awaiting_review(reader)) == []
    services.drop_meeting(meeting_id=first.pk, reason="改期", **who())
    assert list(awaiting_review(reader)) == [made]
    meeting = services.plan_meeting(**plan, exception_ids=[made.pk], people=[reader], **who())
    held = {"meeting_id": meeting.pk, "minutes": "与会 5 人，讨论原因"}
    with pytest.raises(BadInput) as missing:
        services.hold_meeting(**held, conclusions={}, **who())
    assert missing.value.field == "conclusions"
    services.hold_meeting(**held, conclusions={made.pk: "修订绑扎标准"}, **who())
    with pytest.raises(RuleBroken):
        services.hold_meeting(**held, conclusions={made.pk: "再来"}, **who())
    assert exception_page(made.number, reader).reviews[0].conclusion == "修订绑扎标准"
    assert set(meetings(reader)) == {first, meeting}
    services.close_exception(exception_id=made.pk, **who())
