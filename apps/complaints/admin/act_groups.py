"""How the acts of a case stand on its page: the next sensible one, the others behind it in groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.backoffice.acts import Panel
from apps.complaints.enums import CaseState
from apps.complaints.extensions import acts_in_group
from apps.complaints.queries.desk import DeskPage
from apps.complaints.rules.next_act import CaseFacts
from apps.sla.enums import ClockState, Metric

# (name, heading, acts in their order); the page adds merging and splitting to the records.
GROUPS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (
        "talk",
        gettext_lazy("Talk"),
        ("reply", "call", "plan", "promise", "ask", *acts_in_group("talk"), "praise"),
    ),
    (
        "decide",
        gettext_lazy("Decide"),
        (
            "solve",
            "confirm",
            "close",
            "wait",
            "resume",
            "reopen",
            "cancel",
            *acts_in_group("decide"),
        ),
    ),
    ("hand-on", gettext_lazy("Hand on"), ("report", "take", "assign")),
    (
        "records",
        gettext_lazy("Records"),
        ("note", "files", "change", "link", *acts_in_group("records")),
    ),
)


@dataclass(frozen=True)
class ActGroup:
    name: str
    label: Any
    panels: Sequence[Panel]

    @property
    def is_open(self) -> bool:
        return any(panel.is_open for panel in self.panels)


def act_groups(panels: Sequence[Panel], leading: str) -> list[ActGroup]:
    """All but the ``leading`` one; a group without any is left out."""
    there = {panel.act.name: panel for panel in panels if panel.act.name != leading}
    found = [
        ActGroup(name, label, [there[act] for act in acts if act in there])
        for name, label, acts in GROUPS
    ]
    return [group for group in found if group.panels]


def facts_of(desk: DeskPage, offered: Sequence[str], user: User, at: datetime) -> CaseFacts:
    """What the page has read already; no query."""
    case = desk.case
    running = [
        (clock.due_at, Metric(clock.metric))
        for clock in desk.page.clocks
        if clock.state == ClockState.RUNNING and clock.due_at is not None
    ]
    first = min(running, default=None)
    return CaseFacts(
        state=CaseState(case.state),
        offered=offered,
        has_owner=case.owner_id is not None,
        is_mine=case.owner_id == user.pk,
        is_trouble=case.is_trouble,
        is_reported=case.reported_at is not None,
        awaits_answer=case.awaits_answer,
        is_answered=case.first_answered_at is not None,
        is_confirmed=case.confirmed_at is not None,
        is_asked=bool(desk.page.asks),
        due=first[1] if first else None,
        is_overdue=first is not None and first[0] <= at,
    )
