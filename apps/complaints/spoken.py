"""What is read aloud to a customer. Pure but for the settings; in the customer's language."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.complaints.models import Case
from apps.core.times import local
from apps.sla.enums import Metric

if TYPE_CHECKING:
    from apps.complaints.queries.clock_lines import ClockLine


def sentences_for_caller(case: Case, clocks: Sequence["ClockLine"]) -> list[str]:
    """The number, who deals with it, and by when they hear what: one sentence each."""
    with override(case.language):
        sentences = [_("Your case has the number %(number)s.") % {"number": case.number}]
        if case.owner is not None:
            sentences.append(_("%(name)s deals with it.") % {"name": case.owner})
        sentences += [sentence for sentence in map(_sentence, clocks) if sentence]
        sentences.append(_("Thank you for telling us. Is there anything else?"))
        return sentences


def _sentence(line: "ClockLine") -> str:
    """Only what concerns the customer, and only what is still to come."""
    due = line.clock.due_at
    if not line.is_open or due is None:
        return ""
    words = {
        Metric.FIRST_WORD: _("By %(time)s you hear from us for the first time."),
        Metric.RESPONSE: _("By %(time)s we call you with a first answer."),
        Metric.PLAN_REPLY: _("By %(time)s we tell you what we will do."),
        Metric.SOLUTION: _("By %(time)s there is a solution."),
        Metric.FEEDBACK: _("By %(time)s at the latest you have our answer."),
    }
    if line.is_promise:
        return _("%(what)s: by %(time)s.") % {"what": line.label, "time": local(due)}
    return words[line.metric] % {"time": local(due)} if line.metric in words else ""
