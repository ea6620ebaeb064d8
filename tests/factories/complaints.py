"""Cases and exceptions as the house makes them: opened, answered, solved through the services."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind, Outcome
from apps.complaints.inputs import NewCase, NewMessage
from apps.complaints.models import Case, CauseNode
from apps.quality import services as quality
from apps.quality.enums import ExceptionKind, ExceptionState, FoundBy
from apps.quality.inputs import NewException, Verdict
from apps.quality.models import ExceptionReport
from apps.quality.rules import kind_of_status
from tests.factories.accounts import UnitFactory, UserFactory

PHONE = "13812345678"


class Team:
    """One unit with everybody a complaint concerns."""

    def __init__(self) -> None:
        self.unit = UnitFactory()
        self.agent = self.person(Role.AGENT)
        self.director = self.person(Role.DIRECTOR)
        self.manager = self.person(Role.DEPARTMENT_MANAGER)
        self.qc = self.person(Role.QC_MANAGER)
        self.general = self.person(Role.GENERAL_MANAGER)

    def person(self, role: Role, **fields: Any) -> User:
        user: User = UserFactory(roles=[role], unit=self.unit, **{"scope": "units", **fields})
        return user


def new_case(**fields: Any) -> NewCase:
    """An ordinary complaint by phone in a unit of its own."""
    values: dict[str, Any] = {
        "case_class": CaseClass.COMPLAINT,
        "channel": CaseChannel.PHONE,
        "description": "昨天说好送到，到现在没有人联系我，包装也压坏了一角。",
        "contact_name": "王小明",
        "contact_phone": PHONE,
        **fields,
    }
    if not {"unit", "customer", "waybill", "order"} & set(values):
        values["unit"] = UnitFactory()
    return NewCase(**values)


def case(
    *, by: User | None = None, at: datetime | None = None, team: Team | None = None, **fields: Any
) -> Case:
    """Opened now; with ``team`` in its unit, so that its agent has it."""
    if team is not None:
        fields.setdefault("unit", team.unit)
    by = by or (team.agent if team else UserFactory())
    return services.open_case(new=new_case(**fields), by=by, at=at or timezone.now()).case


def who(user: User | None = None) -> dict[str, Any]:
    return {"by": user or UserFactory(), "at": timezone.now()}


def any_cause() -> CauseNode:
    found: CauseNode = CauseNode.objects.get(code="delivery.late")
    return found


def solved(of: Case, **more: Any) -> Case:
    values = {"solution": "已重新派送并致歉", "outcome": Outcome.RESOLVED, "cause": any_cause()}
    return services.solve_case(case_id=of.pk, **{**values, **who(), **more})


def closed(of: Case) -> Case:
    solved(of)
    services.confirm_result(case_id=of.pk, score=5, comment="", **who())
    return services.close_case(case_id=of.pk, **who())


def case_in(state: CaseState, **fields: Any) -> Case:
    """A case that really came to be in ``state``."""
    made = case(**fields)
    acts: dict[CaseState, Callable[[], Any]] = {
        CaseState.NEW: lambda: None,
        CaseState.OPEN: lambda: services.take_case(case_id=made.pk, **who()),
        CaseState.WAITING: lambda: services.wait_for_customer(
            case_id=made.pk, reason="等客户发照片", **who()
        ),
        CaseState.SOLVED: lambda: solved(made),
        CaseState.CLOSED: lambda: closed(made),
        CaseState.MERGED: lambda: services.merge_cases(
            source_id=made.pk, target_id=case().pk, **who()
        ),
        CaseState.CANCELLED: lambda: services.cancel_case(case_id=made.pk, reason="广告", **who()),
    }
    acts[state]()
    made.refresh_from_db()
    assert made.state == state
    return made


def message_in(of: Case, text: str = "还没有人联系我", **more: Any) -> Any:
    message = NewMessage(EntryKind.MESSAGE_IN, text, CaseChannel.EMAIL, **more)
    return services.add_message(case_id=of.pk, message=message, **who())


def message_out(of: Case, text: str = "正在核实，马上回复您", **more: Any) -> Any:
    message = NewMessage(EntryKind.MESSAGE_OUT, text, CaseChannel.EMAIL)
    return services.add_message(case_id=of.pk, message=message, **{**who(), **more})


def new_exception(**fields: Any) -> NewException:
    now = timezone.now()
    values: dict[str, Any] = {
        "found_by": FoundBy.OWN_CHECK,
        "kind": ExceptionKind.BREACH,
        "what": "装车时未按规定绑扎",
        "happened_at": now - timedelta(hours=2),
        "known_at": now - timedelta(minutes=3),
        **fields,
    }
    if not {"unit", "customer", "waybill", "case"} & set(values):
        values["unit"] = UnitFactory()
    return NewException(**values)


def exception(
    *, by: User | None = None, at: datetime | None = None, **fields: Any
) -> ExceptionReport:
    return quality.open_exception(
        new=new_exception(**fields), by=by or UserFactory(), at=at or timezone.now()
    )


def decided(of: ExceptionReport) -> ExceptionReport:
    quality.investigate_exception(exception_id=of.pk, **who())
    verdict = Verdict(any_cause().pk, "班前会通报，重新培训")
    return quality.decide_exception(exception_id=of.pk, verdict=verdict, **who())


def exception_in(state: ExceptionState, **fields: Any) -> ExceptionReport:
    made = exception(**fields)
    steps: list[tuple[ExceptionState, Callable[[], Any]]] = [
        (ExceptionState.OPEN, lambda: None),
        (
            ExceptionState.INVESTIGATING,
            lambda: quality.investigate_exception(exception_id=made.pk, **who()),
        ),
        (
            ExceptionState.DECIDED,
            lambda: quality.decide_exception(
                exception_id=made.pk, verdict=Verdict(any_cause().pk, "通报"), **who()
            ),
        ),
        (ExceptionState.ACTING, lambda: _act(made)),
        (ExceptionState.CHECKED, lambda: _check(made)),
        (
            ExceptionState.CLOSED,
            lambda: quality.close_exception(exception_id=made.pk, **who()),
        ),
    ]
    for here, act in steps:
        act()
        if here == state:
            break
    made.refresh_from_db()
    assert made.state == state
    return made


def action(of: ExceptionReport, **more: Any) -> Any:
    values = {"what": "每车装完拍照", "owner": UserFactory(), **who()}
    values["due_at"] = timezone.now() + timedelta(days=3)
    return quality.add_action(exception_id=of.pk, **{**values, **more})


def _act(of: ExceptionReport) -> None:
    action(of)


def _check(of: ExceptionReport) -> None:
    for one in of.actions.all():
        quality.finish_action(action_id=one.pk, result="已执行", **who())
        quality.check_action(action_id=one.pk, worked=True, note="抽查 20 车", **who())
    quality.check_exception(exception_id=of.pk, note="", **who())


def follow_trouble(
    *, waybill_id: int, status: str, reason: str, happened_at: datetime, by: User, at: datetime
) -> ExceptionReport:
    """The exception of one shipment that is damaged, lost, misrouted or refused."""
    kind = kind_of_status(status, reason)
    assert kind is not None
    [report] = quality.follow(
        [quality.FoundProblem(waybill_id, kind, happened_at, known_at=at, by=by, at=at)]
    )
    return report
