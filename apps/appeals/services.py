"""Appeals to the postal authority 邮政业申诉 (12305): taken in with their case, answered on paper, decided."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.appeals.enums import AppealDecision
from apps.appeals.inputs import NewAppeal
from apps.appeals.models import Appeal
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case, CaseEntry
from apps.complaints.rules.cases import check_class, needed
from apps.complaints.rules.privacy import one_line
from apps.complaints.services import clocks, hold_case, lift_hold
from apps.complaints.services.locking import add_to_search, begin, lock_case, write
from apps.complaints.services.storing import attach, cleaned
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile
from apps.events.services import record
from apps.sla.enums import FactKind

_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z()_/-]{3,39}")
ONCE = "appeals_appeal_number"


def tidy_number(typed: str) -> str:
    """The authority's number as it is kept: half-width, capital, without blanks. BadInput for what is none."""
    number = re.sub(r"\s+", "", unicodedata.normalize("NFKC", typed)).upper()
    if not number:
        raise BadInput(
            _("Type the number that the authority gave the appeal."),
            code="required",
            field="appeal_number",
        )
    if not _NUMBER.fullmatch(number):
        raise BadInput(
            _("A number of an appeal has 4 to 40 letters, digits, brackets, hyphens or slashes."),
            code="bad_number",
            field="appeal_number",
        )
    return number


def check_appeal(new: NewCase, appeal: NewAppeal, received_at: datetime) -> NewAppeal:
    """The appeal that comes with a case, its number tidied.

    BadInput naming the field: no number, a case about no trouble or by another channel, a day for the answer
    that lies before it came, a number that is known already."""
    if new.channel != CaseChannel.AUTHORITY:
        raise BadInput(
            _("Only a case from the postal authority has the number of an appeal."),
            code="not_authority",
            field="channel",
        )
    check_class(str(new.channel), str(new.case_class))
    due = appeal.answer_due_at
    if due is not None and due <= received_at:
        raise BadInput(
            _("The answer cannot be due before the appeal was received."),
            code="past",
            field="answer_due",
        )
    number = tidy_number(appeal.number)
    known = Appeal.objects.filter(number=number).select_related("case").first()
    if known is not None:
        raise _is_known(number, known.case)
    return NewAppeal(number, due)


def _is_known(number: str, case: Case | None) -> BadInput:
    return BadInput(
        _("Appeal %(number)s is taken down already: %(case)s.")
        % {"number": number, "case": case.number if case else "—"},
        code="appeal_known",
        field="appeal_number",
    )


def open_appeal(case: Case, appeal: NewAppeal, *, by: User, at: datetime) -> Appeal:
    """The row of a case that is being opened; of two at once the second is refused. Until the authority has our
    answer the case is neither closed, cancelled nor merged into another."""
    try:
        with transaction.atomic():
            row = Appeal.objects.create(
                case=case,
                number=appeal.number,
                received_at=at,
                answer_due_at=appeal.answer_due_at,
                created_by=by,
            )
    except IntegrityError as error:
        if ONCE not in str(error):
            raise
        raise _is_known(appeal.number, None) from None
    _hold(row, by=by, at=at)
    return row


def _hold(appeal: Appeal, *, by: User, at: datetime) -> None:
    hold_case(
        case=appeal.case,
        subject=appeal,
        label=appeal.number,
        blocks_merging=True,
        by=by,
        at=at,
    )


def answer_appeal(
    *, case_id: int, files: Sequence[NewFile | CleanFile], note: str, by: User, at: datetime
) -> Appeal:
    """Our answer has gone to the authority; the paper itself is kept with the case, for colleagues only.
    Meets the clock of the answer. Once: RuleBroken ``answered`` afterwards."""
    if len(files) != 1:
        raise BadInput(
            _("Add the answer as one file, as it went to the authority."),
            code="required",
            field="files",
        )
    with cleaned(files) as (clean, written), transaction.atomic():
        case, appeal = _locked(case_id, by)
        if appeal.answered_at is not None:
            raise RuleBroken(
                _("This appeal is answered already. What comes later is a file or a note."),
                code="answered",
            )
        begin(case, by=by, at=at)
        entry = CaseEntry.objects.create(
            case=case,
            kind=EntryKind.FILE,
            channel=CaseChannel.AUTHORITY,
            text=note.strip()[:500],
            is_internal=True,
            at=at,
            by=by,
        )
        [paper] = attach(entry, clean, written)
        appeal.answered_at, appeal.answered_by, appeal.answer = at, by, paper
        appeal.save(update_fields=["answered_at", "answered_by", "answer"])
        write(case, at=at, bump=False)
        clocks.done(case, FactKind.AUTHORITY_ANSWERED, by=by, at=at)
        lift_hold(subject=appeal, by=by, at=at)
        data = {"appeal": appeal.number, "entry": entry.pk}
        record("case.appeal_answered", case, by=by, at=at, data=data)
        return appeal


@transaction.atomic
def decide_appeal(
    *,
    case_id: int,
    decision: AppealDecision,
    decided_at: datetime,
    note: str,
    by: User,
    at: datetime,
) -> Appeal:
    """What the authority decided, and when; also of a case that is closed, since it decides later. A
    decision that is changed on review needs a note, and the event keeps what it was before."""
    note = note.strip()
    case, appeal = _locked(case_id, by)
    if appeal.answered_at is None:
        raise RuleBroken(
            _("Put our answer to the authority on record first."), code="not_yet", field="decision"
        )
    if not appeal.received_at <= decided_at <= at:
        raise BadInput(
            _("The decision lies between the receipt of the appeal and now."),
            code="bad_time",
            field="decided_at",
        )
    was = appeal.decision
    if was:
        note = needed(note, "note", most=300)
        if was == decision:
            raise RuleBroken(_("Nothing was changed."), code="nothing_changed", field="decision")
    appeal.decision, appeal.decided_at, appeal.decided_by = decision, decided_at, by
    appeal.decision_note = one_line(note, case, most=300)
    appeal.save(update_fields=["decision", "decided_at", "decided_by", "decision_note"])
    write(case, at=at, bump=False)
    data = {"appeal": appeal.number, "decision": str(decision), "when": decided_at}
    data |= {"from": was} if was else {}
    record("case.appeal_decided", case, by=by, at=at, data=data)
    return appeal


@transaction.atomic
def correct_appeal(*, case_id: int, number: str, reason: str, by: User, at: datetime) -> Appeal:
    """The number was taken down wrongly. BadInput for one that another appeal has."""
    number, reason = tidy_number(number), needed(reason, "reason", most=200)
    case, appeal = _locked(case_id, by)
    if number == appeal.number:
        raise RuleBroken(_("Nothing was changed."), code="nothing_changed", field="number")
    known = Appeal.objects.filter(number=number).select_related("case").first()
    if known is not None:
        raise _is_known(number, known.case)
    was, appeal.number = appeal.number, number
    appeal.save(update_fields=["number"])
    if appeal.answered_at is None:  # the hold is called by the number
        lift_hold(subject=appeal, by=by, at=at)
        _hold(appeal, by=by, at=at)
    write(case, at=at, bump=False, **add_to_search(case, number))
    data = {"from": was, "appeal": number, "reason": one_line(reason, case)}
    record("case.appeal_corrected", case, by=by, at=at, data=data)
    return appeal


def _locked(case_id: int, by: User) -> tuple[Case, Appeal]:
    """RuleBroken ``no_appeal`` for a case that did not come from the authority."""
    case = lock_case(case_id, by)
    appeal = Appeal.objects.select_for_update(no_key=True).filter(case=case).first()
    if appeal is None:
        raise RuleBroken(_("This case did not come from the postal authority."), code="no_appeal")
    return case, appeal
