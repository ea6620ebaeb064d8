"""Incidents: a house with a project manager, shipments by city, plans, one that is declared."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.customers.models import Customer
from apps.incidents import services
from apps.incidents.enums import Effect, Level, PlanKind, Seat, StepKind
from apps.incidents.inputs import NewIncident, NewStep, Where
from apps.incidents.models import Incident, Plan
from apps.quality.inputs import Verdict
from apps.quality.services import (
    add_action,
    decide_exception,
    hold_meeting,
    investigate_exception,
    plan_meeting,
)
from apps.tracking.models import Waybill
from tests.factories.accounts import UnitFactory, UserFactory, UserRoleFactory
from tests.factories.complaints import any_cause
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.shipments import shipment

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = (
    NewStep(Seat.COMMAND, "停止向杭州发车", 15),
    NewStep(Seat.ON_THE_SPOT, "拍照上报路面情况", 30, needs_proof=True),
)


def manager(unit: Unit, role: Role = Role.PROJECT_MANAGER, **fields: Any) -> User:
    user: User = UserFactory(**fields)
    UserRoleFactory(user=user, role=role, unit=unit, since=timezone.now() - 365 * DAY)
    return user


def unit_with_manager() -> tuple[Unit, User]:
    """A unit and its project manager."""
    unit: Unit = UnitFactory()
    return unit, manager(unit)


def customer(**contact: Any) -> Customer:
    """With one contact, who has a mobile phone."""
    made: Customer = CustomerFactory()
    ContactFactory(customer=made, **contact)
    return made


def parcel(origin: str = "上海市", destination: str = "杭州市", **fields: Any) -> Waybill:
    """Just issued, promised in a day."""
    given = {"promised_at": timezone.now() + DAY, **fields}
    return shipment(origin_city=origin, destination_city=destination, **given)


def where(*cities: str, **fields: Any) -> Where:
    now = timezone.now()
    given = {"starts_at": now - HOUR, "ends_at": now + 18 * HOUR, "cities": cities or ("杭州",)}
    return Where(**{**given, **fields})


def new_incident(unit: Unit, **fields: Any) -> NewIncident:
    now = timezone.now()
    given: dict[str, Any] = {
        "title": "杭州大雪，干线停运", "title_en": "Snow at Hangzhou", "kind": PlanKind.WEATHER,
        "level": Level.GENERAL, "unit": unit, "where": where(), "effect": Effect.EXTENDED,
        "extra_hours": 24, "happened_at": now - 2 * HOUR, "known_at": now - HOUR,
        "text_zh": "杭州大雪，干线停运，快件预计晚到约 24 小时。",
        "text_en": "Snow at Hangzhou: about 24 hours late.",
    }  # fmt: skip
    return NewIncident(**{**given, **fields})


def declared(unit: Unit, by: User, **fields: Any) -> Incident:
    """Declared just now, the worker has not begun."""
    return services.declare_incident(new=new_incident(unit, **fields), by=by, at=timezone.now())


def running(unit: Unit, by: User, **fields: Any) -> Incident:
    """Declared, and the worker has done its part."""
    incident = declared(unit, by, **fields)
    services.work_incidents()
    incident.refresh_from_db()
    return incident


def special_seats() -> dict[str, User]:
    seats = (Seat.COMMAND, Seat.ON_THE_SPOT, Seat.OPERATIONS, Seat.MARKET, Seat.FINANCE)
    return {str(seat): UserFactory() for seat in seats}


def plan(unit: Unit, by: User, **fields: Any) -> Plan:
    given: dict[str, Any] = {
        "values": {
            "code": fields.pop("code", "snow"), "name": "雪天预案", "kind": PlanKind.WEATHER,
            "level": Level.GENERAL, "review_months": 12,
        },
        "text_zh": "大雪停运。", "text_en": "Snow.", "steps": STEPS, "drill_months": 6,
        "update_minutes": 120, **fields,
    }  # fmt: skip
    version = services.write_plan(unit=unit, by=by, at=timezone.now(), **given)
    return version.plan


def law_step() -> NewStep:
    return NewStep(Seat.RECORDS, "向邮政管理部门报告", 60, True, StepKind.AUTHORITY)


def acted_on(incident: Incident, by: User, *, reviewed: bool = False) -> None:
    """Its exception is decided, with a corrective action, and perhaps reviewed in a meeting."""
    now, pk = timezone.now(), incident.exception_id
    investigate_exception(exception_id=pk, by=by, at=now)
    verdict = Verdict(cause_id=any_cause().pk, decision="遇雪提前停发，次日补班。")
    decide_exception(exception_id=pk, verdict=verdict, by=by, at=now)
    add_action(
        exception_id=pk, what="冬季每日看天气预警", owner=by, due_at=now + 7 * DAY, by=by, at=now
    )
    if reviewed:
        meeting = plan_meeting(
            title="复盘", unit=incident.unit, planned_for=now + HOUR, exception_ids=[pk], people=[by],
            by=by, at=now,
        )  # fmt: skip
        hold_meeting(
            meeting_id=meeting.pk, minutes="处置及时。", conclusions={pk: "改进两项"}, by=by, at=now
        )


def finish_steps(incident: Incident, by: User) -> None:
    for task in incident.tasks.filter(done_at=None, dropped_at=None):
        services.finish_task(task_id=task.pk, proof="照片已存", by=by, at=timezone.now())
