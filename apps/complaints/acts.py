"""How an act on a case is declared, here and by the floors above."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.backoffice.acts import Act, ActContext
from apps.complaints.enums import CaseState
from apps.complaints.models import Case

# What services call a field, where the form calls it otherwise.
FIELDS = {"closing_note": "note", "label": "what", "waybill_id": "waybill"}


def _of_case(context: ActContext) -> dict[str, Any]:
    return {"case": context.record}


def is_live(case: Case) -> bool:
    return case.is_live


def is_in(*states: CaseState) -> Callable[[Case], bool]:
    return lambda case: case.state in states


def stands_alone(case: Case) -> bool:
    """Neither merged into another case nor cancelled."""
    return case.state not in (CaseState.MERGED, CaseState.CANCELLED)


def calling(service: Callable[..., Any]) -> Callable[[ActContext], None]:
    """What an act runs whose form has the same names as the arguments of its service."""

    def run(context: ActContext) -> None:
        service(case_id=context.record.pk, **context.typed, **context.who)

    return run


@dataclass(frozen=True)
class CaseAct(Act):
    """A panel of the case's page, whose form is given the case."""

    options: Callable[[ActContext], dict[str, Any]] = _of_case
    fields: Mapping[str, str] = field(default_factory=FIELDS.copy)
    is_button: bool = False
    is_panel: bool = True
