"""What an account change still lacks before it may start: who was not told, who was not briefed (COD-2, COD-3)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.account_changes.enums import RecipientState
from apps.account_changes.models import CampaignRecipient, ChangeProject
from apps.account_changes.models.campaigns import WITH_AGENT
from apps.account_changes.queries.announced import announced_since
from apps.account_changes.queries.changes import affected_customers, missing_readers

NAMED = 12


class StartBlocker(NamedTuple):
    """Why it must not start: the code of the refusal, the requirement behind it, and the words."""

    code: str
    rule: str
    words: str


def missing_before_start(project: ChangeProject, at: datetime) -> list[StartBlocker]:
    """In the order in which they are seen to; empty when nothing lacks. The campaign's deadline lies before
    the start, so whoever is neither reached nor with an agent by then holds the start up."""
    found = []
    if is_notice_missing(project, at):
        words = _("Customers were not told of it: send the notice first.")
        found.append(StartBlocker("nobody_told", "COD-3", words))
    left = [row.customer.display_name for row in _left_alone(project)]
    if left:
        text = _("Neither reached nor in the hands of an agent: %(names)s.")
        found.append(StartBlocker("not_reached", "COD-3", text % {"names": _named(left)}))
    missing = [str(user) for user in missing_readers(project)]
    if missing:
        text = _("Not everyone concerned has read the briefing: %(names)s.")
        if project.course_id is not None:
            text = _("Not everyone concerned has completed the course: %(names)s.")
        found.append(StartBlocker("readers_missing", "COD-2", text % {"names": _named(missing)}))
    return found


def is_notice_missing(project: ChangeProject, at: datetime) -> bool:
    """Whether customers are affected and no notice has gone out."""
    return announced_since(project) is None and affected_customers(project, at).exists()


def _left_alone(project: ChangeProject) -> Iterable[CampaignRecipient]:
    """Customers whom nothing confirms to be told and nobody calls: not handed over yet, or to an agent who
    has left. Whoever came after the press holds nothing up. One more than is named."""
    rows = CampaignRecipient.objects.filter(campaign__project=project).select_related("customer")
    gone = Q(state__in=WITH_AGENT, agent__is_active=False)
    return rows.filter(Q(state=RecipientState.TOLD, supplement=None) | gone).order_by("pk")[
        : NAMED + 1
    ]


def _named(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
