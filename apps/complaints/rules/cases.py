"""May X do Y to a case? Refusals say what is missing (CMP-1, CMP-7)."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from apps.complaints.enums import TROUBLE, CaseChannel, CaseClass, CaseState, Severity
from apps.complaints.models import Case
from apps.complaints.states import ENDED, LIVE
from apps.core.errors import BadInput, RuleBroken

DISSATISFIED = 2  # of 5, and less


def needed(text: str, field: str, *, most: int = 20_000) -> str:
    """The text without blanks around it; BadInput when there is none or too much."""
    text = text.strip()
    if not text:
        raise BadInput(_("Write something here."), code="required", field=field)
    if "\x00" in text or len(text) > most:
        raise BadInput(
            _("This is too long: at most %(n)d characters.") % {"n": most},
            code="too_long",
            field=field,
        )
    return text


def check_live(case: Case) -> None:
    """Only a case that somebody still works on takes calls, plans and promises."""
    if case.state in LIVE:
        return
    if case.state == CaseState.MERGED:
        raise RuleBroken(
            _("This case was merged into %(number)s; go on there.")
            % {"number": case.merged_into.number if case.merged_into else ""},
            code="merged",
            field="state",
        )
    raise RuleBroken(
        _("This case is over. Reopen it first."), code="illegal_move", field="state", rule="CMP-7"
    )


def check_class(channel: str, case_class: str) -> None:
    """The authority passes on complaints, losses and damages only."""
    if channel == CaseChannel.AUTHORITY and case_class not in TROUBLE:
        raise BadInput(
            _("What the postal authority passes on is a complaint, a loss or a damage."),
            code="bad_class",
            field="case_class",
        )


def check_praise(case: Case, is_named: bool, note: str) -> None:
    """Praise names the colleague, or the note says why nobody can be named."""
    if case.case_class == CaseClass.PRAISE and not is_named and not note.strip():
        raise RuleBroken(
            _("Name the colleague who is praised, or say in the note why nobody can be named."),
            code="not_yet",
            field="closing_note",
        )


def check_closing(case: Case, note: str) -> None:
    """Confirmed with the customer, or the note says why not; trouble has a cause (CMP-7, CMP-4)."""
    if case.is_trouble and case.cause_id is None:
        raise RuleBroken(
            _("State the cause first; it is what the next shipment learns from."),
            code="not_yet",
            field="cause",
            rule="CMP-4",
        )
    if case.confirmed_at is None and not note.strip():
        raise RuleBroken(
            _("Confirm the result with the customer, or say in the note why you could not."),
            code="not_yet",
            field="closing_note",
            rule="CMP-7",
        )


def check_promises(labels: Sequence[str]) -> None:
    """Nothing promised is forgotten: it is kept or dropped first."""
    if labels:
        raise RuleBroken(
            _("“%(label)s” is still promised to the customer: keep it or drop it first.")
            % {"label": labels[0]},
            code="not_yet",
            field="promise",
            rule="CMP-7",
        )


def check_score(score: int) -> None:
    if not 1 <= score <= 5:
        raise BadInput(
            _("Satisfaction is a number from 1 to 5."),
            code="bad_score",
            field="score",
            rule="CMP-7",
        )


def is_dissatisfied(score: int) -> bool:
    return score <= DISSATISFIED


def escalates(case: Case) -> bool:
    """The second time a customer is dissatisfied, leaders take over."""
    return case.reopened_count >= 1 or case.severity == Severity.MAJOR


def check_merging(source: Case, target: Case) -> None:
    """Two live cases of the same customer; never into a case that is itself merged."""
    if source.pk == target.pk:
        raise RuleBroken(
            _("A case cannot be merged into itself."), code="same_case", field="target"
        )
    if source.merged_into_id == target.pk:
        raise RuleBroken(
            _("%(source)s is merged into %(target)s already; go on there.")
            % {"source": source.number, "target": target.number},
            code="merged",
            field="state",
        )
    for case, field in ((source, "state"), (target, "target")):
        if case.state in ENDED:
            raise RuleBroken(
                _("%(number)s is “%(state)s” and cannot be merged.")
                % {"number": case.number, "state": case.get_state_display()},
                code="illegal_move",
                field=field,
            )
    if source.customer_id and target.customer_id and source.customer_id != target.customer_id:
        raise RuleBroken(
            _("These cases are of two different customers; link them instead."),
            code="other_customer",
            field="target",
        )


def check_version(case: Case, version: int, since: Sequence[tuple[str, str]]) -> None:
    """``since``: (who, what) of each save after ``version``, newest first."""
    if version == case.version:
        return
    listed = "; ".join(
        _("%(who)s: %(what)s") % {"who": who, "what": what} for who, what in since[:3]
    )
    raise RuleBroken(
        _("Meanwhile this case was changed (%(changes)s). Your text is kept; look and save again.")
        % {"changes": listed or _("by somebody else")},
        code="changed_meanwhile",
        field="version",
    )
