"""A case in the words of a person, for whoever brought it. Pure but for translation."""

from datetime import datetime

from django.utils.translation import gettext as _

from apps.complaints.enums import CaseState, Outcome
from apps.complaints.queries.following import PublicCase
from apps.complaints.queries.promises import answer_sentence


def state_sentence(case: PublicCase) -> str:
    """Where it stands, in one sentence."""
    if case.withdrawn:
        return _("You took this back; we look no further unless you write again.")
    match case.state:
        case CaseState.NEW:
            return _("We have it, and somebody is about to look into it.")
        case CaseState.OPEN:
            return _("We are looking into it.")
        case CaseState.WAITING:
            return _("We wait for your answer.")
        case CaseState.SOLVED:
            return _("We have a result. Is it right for you?")
        case CaseState.CLOSED:
            return _("This is closed.")
        case _other:
            return _("This was closed without further work.")


def next_sentence(case: PublicCase, at: datetime) -> str:
    """What happens next and by when; empty where nothing does."""
    if case.withdrawn or case.state in (CaseState.CANCELLED, CaseState.CLOSED):
        return _("If anything is left, write to us below: the same people read it.")
    if case.state == CaseState.WAITING:
        return _("As soon as you write, we go on.")
    if case.state == CaseState.SOLVED:
        return _("If it is not, write to us below, and we take it up again.")
    return answer_sentence(case.answer_due, at, is_late=case.is_late)


def outcome_words(outcome: Outcome | None) -> str:
    """How it ended, in their terms; nothing where that says nothing to them."""
    if outcome in (None, Outcome.WITHDRAWN, Outcome.UNREACHABLE):
        return ""
    return str(outcome.label)
