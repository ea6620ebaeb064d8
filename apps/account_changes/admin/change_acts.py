"""What a colleague can do to an account change; which of it is next says ``next_act``."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.account_changes.approvals import ACCOUNT_CHANGE
from apps.account_changes.enums import ChangeScope, PaperKind, ProjectState, TeamSide
from apps.account_changes.forms import changes as forms
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.changes import missing_before_approval, missing_readers
from apps.account_changes.queries.starting import missing_before_start
from apps.account_changes.rules.changes import MARKS
from apps.account_changes.services import changes
from apps.account_changes.services.changes.moving import BEFORE_START
from apps.accounts.acts import approval_acts
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ReasonForm
from apps.banking.enums import AccountPurpose

RUN, APPROVE, READ, PAUSE = (
    "account_changes.run_changeproject",
    "account_changes.approve_changeproject",
    "account_changes.read_changeproject",
    "account_changes.pause_changeproject",
)
S = ProjectState


def _in(*states: ProjectState, paused: bool | None = None) -> Callable[[Any], bool]:
    def may(row: Any) -> bool:
        project = row if isinstance(row, ChangeProject) else row.project
        return project.state in states and paused in (None, project.is_paused)

    return may


EDITABLE = _in(*BEFORE_START)
PAUSABLE = (*BEFORE_START, S.TRANSITION)


def _begin(context: ActContext) -> ChangeProject:
    typed = dict(context.typed)
    purpose, scope = AccountPurpose(typed.pop("purpose")), ChangeScope(typed.pop("scope"))
    return changes.begin_change(purpose=purpose, scope=scope, **typed, **context.who)


def _service(
    service: Callable[..., Any], **kinds: Callable[[Any], Any]
) -> Callable[[ActContext], None]:
    """The act that calls ``service`` with what was typed; ``kinds`` make choices of codes."""

    def run(context: ActContext) -> None:
        typed = {name: kinds.get(name, _same)(value) for name, value in context.typed.items()}
        service(context.record, **typed, **context.who)

    return run


def _same(value: Any) -> Any:
    return value


def _plain(service: Callable[..., Any]) -> Callable[[ActContext], None]:
    def run(context: ActContext) -> None:
        service(context.record, **context.who)

    return run


def _rate(context: ActContext) -> None:
    typed = dict(context.typed)
    marks = {mark: typed.pop(mark) for mark in MARKS}
    changes.rate_candidate(context.record, marks=marks, **typed, **context.who)


def _edit(context: ActContext) -> None:
    changes.edit_change(context.record, dict(context.typed), **context.who)


def _values(*names: str) -> Callable[[ActContext], dict[str, Any]]:
    return lambda context: {name: getattr(context.record, name) for name in names}


def _accounts(context: ActContext) -> dict[str, Any]:
    project = context.record
    return {"accounts": [project.old_account_id, project.new_account_id]}


def _since(context: ActContext) -> dict[str, Any]:
    project = context.record
    return {"since": project.since or project.earliest_start}


ENTRY = Act("begin", _("Begin an account change"), RUN, _begin, form=forms.BeginForm,
    explains=_("The page then leads through it, step by step, to the final report."))  # fmt: skip

ACTS = (
    Act("read", _("I have read and understood it"), READ, _plain(changes.confirm_read),
        may=lambda row: bool(row.briefing) and row.course_id is None and row.state in PAUSABLE, done=_("Confirmed."),
        explains=_("You confirm with your name that you read the briefing and know what to do.")),
    Act("edit", _("Change reason and weights"), RUN, _edit, form=forms.EditForm, may=EDITABLE,
        initial=_values("reason", "scope", *(f"weight_{mark}" for mark in MARKS)), done=_("Changed.")),
    Act("add-member", _("Name a team member"), RUN, _service(changes.add_member, side=TeamSide), form=forms.MemberForm,
        may=EDITABLE, done=_("Named.")),
    Act("list-customer", _("List a customer"), RUN, _service(changes.list_customer), form=forms.CustomerForm, may=EDITABLE,
        options=lambda context: {"new_account": context.record.new_account}, done=_("Listed.")),
    Act("rate", _("Compare a bank"), RUN, _rate, form=forms.CandidateForm, may=EDITABLE, done=_("Compared."),
        explains=_("Marks from 1 (poor) to 5 (best). Marked again, the newer marks count.")),
    Act("choose-account", _("Choose the new account"), RUN, _service(changes.choose_account), form=forms.AccountForm,
        may=EDITABLE, done=_("Chosen."), explains=_("It is entered under “Our accounts” before.")),
    Act("file-paper", _("File a paper"), RUN, _service(changes.file_paper, kind=PaperKind), form=forms.PaperForm,
        may=EDITABLE, done=_("Filed.")),
    Act("deposit", _("Note a test deposit"), RUN, _service(changes.note_deposit), form=forms.DepositForm, may=EDITABLE,
        options=_accounts, done=_("Noted.")),
    Act("justify", _("Justify the choice"), RUN, _service(changes.justify_choice), form=forms.JustifyForm, may=EDITABLE,
        initial=_values("justification"), done=_("Kept.")),
    Act("brief", _("Write the briefing"), RUN, _service(changes.write_briefing), form=forms.BriefingForm, may=EDITABLE,
        initial=_values("briefing", "course"), done=_("Kept. Everyone concerned confirms it anew.")),
    Act("ask", _("Ask for approval"), RUN, _plain(changes.ask_change_approval), may=_in(S.PREPARING, paused=False),
        done=_("Two persons of two departments are asked."),
        explains=_("Whoever entered something of it approves nothing. Any change afterwards makes approvals void.")),
    *approval_acts(ACCOUNT_CHANGE, APPROVE, approve=changes.approve_change, refuse=changes.refuse_change,
        may=_in(S.APPROVING, paused=False)),
    Act("schedule", _("Set the start"), RUN, _service(changes.schedule_change), form=forms.ScheduleForm,
        may=lambda row: _in(S.APPROVED, paused=False)(row) or _in(S.SCHEDULED)(row), initial=_since, done=_("The start is set; it starts by itself."),
        explains=_("From then on customers are told the new account; for a month both are accepted.")),
    Act("start", _("Start now"), RUN, _plain(changes.start_change),
        may=lambda row: _in(S.SCHEDULED, paused=False)(row) and row.since <= timezone.now(),
        done=_("The new account is in use."), explains=_("From now on customers are told the new account.")),
    Act("extend", _("Extend the transition"), RUN, _service(changes.extend_change), form=forms.ExtendForm,
        may=_in(S.TRANSITION), initial=_values("accept_until"), done=_("Extended.")),
    Act("close", _("Close the transition"), RUN, _plain(changes.close_change),
        may=lambda row: _in(S.TRANSITION, paused=False)(row) and row.accept_until <= timezone.now(),
        done=_("The old account is not accepted any more."),
        explains=_("It happens by itself; money at the old account is an exception from then on.")),
    Act("report", _("Write the final report"), RUN, _service(changes.report_change), form=forms.ReportForm,
        may=_in(S.CLOSED), done=_("The report is kept with its figures.")),
    Act("pause", _("Pause it"), RUN, _service(changes.pause_change), form=ReasonForm, may=_in(*PAUSABLE, paused=False),
        done=_("Paused."), explains=_("It is neither approved, nor does it start or close, until it is resumed.")),
    Act("stop", _("Pause it for safety"), PAUSE, _service(changes.pause_change), form=ReasonForm,
        may=_in(*PAUSABLE, paused=False), danger=True, done=_("Paused."),
        offered_to=lambda _row, user: not user.has_perm(RUN),
        explains=_("Only the safety officer or management can resume it then.")),
    Act("resume", _("Resume it"), RUN, _service(changes.resume_change), form=forms.ResumeForm,
        may=_in(*PAUSABLE, paused=True), done=_("It goes on.")),
    Act("release", _("Resume after the safety stop"), PAUSE, _service(changes.resume_change), form=forms.ResumeForm,
        may=_in(*PAUSABLE, paused=True), offered_to=lambda _row, user: not user.has_perm(RUN), done=_("It goes on.")),
    Act("roll-back", _("Roll it back"), PAUSE, _service(changes.roll_back_change), form=ReasonForm, may=_in(S.TRANSITION),
        danger=True, done=_("Customers are told the account they were told before."),
        explains=_("At once, for everybody it changed; money at the new account is accepted for a month.")),
    Act("call-off", _("Call it off"), RUN, _service(changes.call_off_change), form=ReasonForm, may=EDITABLE, danger=True,
        done=_("Called off.")),
    Act("remove-member", _("Take off the team"), RUN,
        lambda c: changes.remove_member(c.record, c.row, **c.who), rows="members", may=EDITABLE, done=_("Taken off.")),
    Act("unlist", _("Take off the list"), RUN,
        lambda c: changes.unlist_customer(c.record, c.row, **c.who), rows="customers", may=EDITABLE, done=_("Taken off.")),
    Act("strike", _("Strike out"), RUN,
        lambda c: changes.void_deposit(c.record, c.row, reason=c.typed["reason"], **c.who), form=ReasonForm,
        rows="deposits", may=lambda row: row.struck_at is None and EDITABLE(row), danger=True, done=_("Struck out.")),
)  # fmt: skip


def next_act(project: ChangeProject, missing: list[str]) -> str:
    """The act that leads on: the one button that stands out; empty while one waits."""
    if project.is_paused:
        return "schedule" if _is_too_late(project, missing) else "resume"
    if project.state == S.PREPARING:
        return _first_missing(project) if missing else "ask"
    names = {S.APPROVING: "approve", S.APPROVED: "schedule", S.CLOSED: "report"}
    if project.state == S.SCHEDULED:
        return "read" if missing_readers(project) else "start"
    return names.get(S(project.state), "close")


def _first_missing(project: ChangeProject) -> str:
    """In the order in which it is prepared."""
    if project.members.count() < len(TeamSide):
        return "add-member"
    if project.scope == ChangeScope.LISTED and not project.customers.exists():
        return "list-customer"
    if project.candidates.count() < 2:
        return "rate"
    if project.new_account_id is None:
        return "choose-account"
    if not project.papers.filter(kind=PaperKind.OPENING).exists():
        return "file-paper"
    if project.deposits.filter(struck_at=None).values("account").distinct().count() < 2:
        return "deposit"
    return "justify" if project.briefing else "brief"


def _is_too_late(project: ChangeProject, missing: list[str]) -> bool:
    """Its time has come and something lacks: resumed as it is, it would only be paused again."""
    is_due = project.since is not None and project.since <= timezone.now()
    return project.state == S.SCHEDULED and is_due and bool(missing)


def missing_of(project: ChangeProject) -> list[str]:
    """Before approval is asked for, or before it starts, by its state."""
    now = timezone.now()
    if project.state == S.PREPARING:
        return missing_before_approval(project, now)
    if project.state in (S.APPROVED, S.SCHEDULED):
        return [one.words for one in missing_before_start(project, now)]
    return []
