"""What shows that the new account is better, and that everybody knows what to do: papers, test deposits,
the briefing and who read it (COD-2)."""

import hashlib
from datetime import datetime
from decimal import Decimal
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from apps.account_changes.enums import PaperKind, StepKind
from apps.account_changes.models import ChangePaper, ChangeProject, DepositTest, ReadConfirmation
from apps.account_changes.queries.changes import briefing_sha256, concerned_people
from apps.account_changes.services.changes.moving import (
    after_edit,
    leaves_trace,
    locked,
    put_step,
    to_edit,
)
from apps.accounts.models import User
from apps.banking.models import BankAccount
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.files.scans import check_document
from apps.core.money import money
from apps.core.storage import all_or_nothing
from apps.core.text import required_text
from apps.training.models import Course
from apps.training.queries import current_lessons
from apps.training.services import enrol


def file_paper(
    project: ChangeProject, *, kind: PaperKind, paper: NewFile, by: User, at: datetime
) -> ChangePaper:
    """Keep a scan (PDF, JPEG or PNG) as it came; BadInput on ``paper`` for anything else."""
    with all_or_nothing():
        return _file_paper(project, kind=kind, paper=paper, by=by, at=at)


@leaves_trace("file-paper")
def _file_paper(
    project: ChangeProject, *, kind: PaperKind, paper: NewFile, by: User, at: datetime
) -> ChangePaper:
    row = to_edit(project)
    try:
        checked = check_document(BytesIO(paper.content), filename=paper.name)
    except BadInput as error:
        raise BadInput(str(error), code=error.code, field="paper") from error
    found: ChangePaper = ChangePaper.objects.create(
        project=row,
        kind=kind,
        file=ContentFile(paper.content, name=f"paper{checked.extension}"),
        name=checked.name,
        content_type=checked.content_type,
        sha256=hashlib.sha256(paper.content).hexdigest(),
        at=at,
        by=by,
    )
    data = {"paper": checked.name, "kind": kind.value}
    put_step(row, StepKind.PAPER_FILED, by=by, at=at, data=data)
    after_edit(row, by=by, at=at)
    return found


@leaves_trace("note-deposit")
def note_deposit(
    project: ChangeProject,
    *,
    account: BankAccount,
    amount: Decimal,
    sent: datetime,
    confirmed: datetime,
    arrived: datetime,
    by: User,
    at: datetime,
) -> DepositTest:
    """A test deposit into the old or the new account, once its money is there. Times are aware and in
    order; none lies ahead."""
    row = to_edit(project)
    if account.pk not in (row.old_account_id, row.new_account_id):
        text = _("A test deposit goes into the old or the new account.")
        raise BadInput(text, code="other_account", field="account")
    if money(amount) <= 0:
        raise BadInput(_("An amount above 0."), code="bad_amount", field="amount")
    for field, moment in (("confirmed", confirmed), ("arrived", arrived)):
        if moment < sent:
            raise BadInput(_("That is before it was sent."), code="before_sent", field=field)
        if moment > at:
            raise BadInput(_("That is still to come."), code="in_future", field=field)
    found: DepositTest = DepositTest.objects.create(
        project=row,
        account=account,
        amount=money(amount),
        sent=sent,
        confirmed=confirmed,
        arrived=arrived,
        at=at,
        by=by,
    )
    put_step(row, StepKind.DEPOSIT_TESTED, note=str(account), by=by, at=at)
    after_edit(row, by=by, at=at)
    return found


@leaves_trace("strike-deposit")
def void_deposit(
    project: ChangeProject, deposit: DepositTest, *, reason: str, by: User, at: datetime
) -> None:
    """What was noted wrongly does not count; it stays readable, with the reason."""
    row = to_edit(project)
    found = DepositTest.objects.select_for_update().get(project=row, pk=deposit.pk)
    if found.struck_at is not None:
        raise RuleBroken(_("It is struck out already."), code="struck_already")
    found.struck_at, found.struck_by, found.struck_reason = at, by, required_text(reason, most=300)
    found.save(update_fields=["struck_at", "struck_by", "struck_reason"])
    put_step(row, StepKind.DEPOSIT_STRUCK, note=found.struck_reason, by=by, at=at)
    after_edit(row, by=by, at=at)


@leaves_trace("write-briefing")
def write_briefing(
    project: ChangeProject, *, briefing: str, by: User, at: datetime, course: Course | None = None
) -> ChangeProject:
    """What everyone concerned must know. Written anew it is read anew. With a ``course`` they are enrolled in
    it, and completing it takes the place of the confirmation. BadInput for one without a lesson."""
    row = to_edit(project)
    text = briefing.strip()[:4000]
    if len(text) < 20:
        raise BadInput(_("A few sentences, please."), code="briefing_short", field="briefing")
    if course is not None and not current_lessons([course.pk]).exists():
        raise BadInput(_("This course has no lesson yet."), code="no_lesson", field="course")
    row.briefing, row.course = text, course
    row.save(update_fields=["briefing", "course"])
    if course is not None and (people := concerned_people(row)):
        enrol(people, [course], by=by, at=at)
    put_step(row, StepKind.BRIEFED, by=by, at=at)
    after_edit(row, by=by, at=at)
    return row


@transaction.atomic
def confirm_read(project: ChangeProject, *, by: User, at: datetime) -> ReadConfirmation:
    """“I have read this and understood it”: of the briefing as it is now, once a person."""
    row = locked(project)
    if not row.briefing:
        raise RuleBroken(_("There is no briefing yet."), code="no_briefing", rule="COD-2")
    if row.course_id is not None:
        raise RuleBroken(
            _("This change has a course: complete it under “My learning”."),
            code="has_course",
            rule="COD-2",
        )
    found, fresh = ReadConfirmation.objects.get_or_create(
        project=row, user=by, sha256=briefing_sha256(row), defaults={"at": at}
    )
    if fresh:
        put_step(row, StepKind.READ, by=by, at=at)
    return found
