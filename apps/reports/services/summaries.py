"""The month of a customer: prepared from frozen figures, written, taken anew while it is a draft (REP-3)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.services import void_if_changed
from apps.backoffice.services.numbers import take_numbers
from apps.core.errors import BadInput, RuleBroken
from apps.customers.models import Customer
from apps.events.services import new_event, record, record_many
from apps.reports.approvals import stands_in_for
from apps.reports.enums import ScopeKind, SummaryState
from apps.reports.kpis import Period
from apps.reports.models import TEXTS, Figure, Freeze, Summary
from apps.reports.queries.frozen import latest_freeze
from apps.reports.queries.summary_content import content_anew, contents_of
from apps.reports.queries.summary_words import text_label
from apps.reports.rules.summaries import SUMMARY, check_over, month_before
from apps.reports.services import summary_clocks
from apps.reports.services.figures import freeze_figures
from apps.reports.states import SUMMARY_MOVES

PREFIX = "MS"
LONGEST = 2000
# Who writes what.
AUTHORS = {
    "happened": Role.AGENT,
    "ahead": Role.AGENT,
    "project_plan": Role.PROJECT_MANAGER,
    "department_plan": Role.DEPARTMENT_MANAGER,
}


@transaction.atomic
def prepare_summaries(
    *, month: date, by: User, at: datetime, customers: Sequence[Customer] | None = None
) -> list[Summary]:
    """A draft for each customer with anything to count in the month (``customers``: of these only), out of figures
    frozen now; whoever has one keeps it. BadInput ``month_not_over`` on ``month``. Twenty at once make one each."""
    first = check_over(month, timezone.localdate(at))
    freeze = freeze_figures(Period.of_month(first), ScopeKind.CUSTOMER, by=by, at=at)
    return draft_missing(freeze, by=by, at=at, customers=customers)


def draft_missing(
    freeze: Freeze, *, by: User, at: datetime, customers: Sequence[Customer] | None = None
) -> list[Summary]:
    """A draft out of these figures for each customer who has anything to count and no summary of the month yet. To be
    called in a transaction."""
    first = freeze.first_day
    counted = Figure.objects.filter(freeze=freeze, denominator__gt=0).values("scope_id")
    rows = Customer.objects.filter(pk__in=counted).exclude(summaries__month=first)
    if customers is not None:
        rows = rows.filter(pk__in=[one.pk for one in customers])
    # The customers' rows stand for “one summary a month” while this goes on.
    found = list(
        rows.select_related("agent", "unit").select_for_update(of=("self",)).order_by("pk")
    )
    had = set(
        Summary.objects.filter(month=first, customer__in=found).values_list("customer", flat=True)
    )
    return draft_of([one for one in found if one.pk not in had], freeze, by=by, at=at)


def draft_of(customers: list[Customer], freeze: Freeze, *, by: User, at: datetime) -> list[Summary]:
    if not customers:
        return []
    contents = contents_of(customers, freeze, _freeze_before(freeze.first_day), at)
    numbers = take_numbers(PREFIX, timezone.localdate(at), len(customers))
    drafts = Summary.objects.bulk_create(
        Summary(
            number=number, customer=customer, month=freeze.first_day, agent=customer.agent,
            content=contents[customer.pk], frozen_at=at, created_by=by,
        )
        for customer, number in zip(customers, numbers, strict=True)
    )  # fmt: skip
    summary_clocks.prepared(drafts, by=by, at=at)
    record_many(
        [new_event("summary.prepared", row, by=by, at=at, data={"month": f"{row.month:%Y-%m}"}) for row in drafts]
    )  # fmt: skip
    return drafts


def _freeze_before(month: date) -> Freeze | None:
    return latest_freeze(Period.of_month(month_before(month)), ScopeKind.CUSTOMER)


@transaction.atomic
def renew_figures(*, summary_id: int, by: User, at: datetime) -> Summary:
    """The figures of a draft are computed anew, those of its customer alone: it is done while somebody waits for the
    page. The month's frozen figures stay. What is being signed keeps its own."""
    row = locked(summary_id)
    if row.state != SummaryState.DRAFT:
        raise RuleBroken(
            _("Only a draft takes its figures anew; have it sent back first."),
            code="not_a_draft",
            rule="REP-3",
        )
    before = _freeze_before(row.month)
    row.content = content_anew(row.customer, Period.of_month(row.month), before, at)
    row.frozen_at = at
    row.save(update_fields=["content", "frozen_at"])
    record("summary.renewed", row, by=by, at=at)
    return row


@transaction.atomic
def change_summary(*, summary_id: int, texts: Mapping[str, str], by: User, at: datetime) -> Summary:
    """Write some of the texts: the agent their two paragraphs, the two managers their plans. A summary that is being
    signed becomes a draft again, in a new round: its signatures stay on record and are void. BadInput naming the text
    that is too long, RuleBroken for a text that is another's to write, and once it is sent."""
    row = locked(summary_id)
    if row.state == SummaryState.SENT:
        raise RuleBroken(_("It was sent: it stays as it is."), code="sent", rule="REP-3")
    changed = _set(row, texts, by, at)
    if not changed:
        return row
    if row.state != SummaryState.DRAFT:
        begin_again(row, by=by, at=at)
    row.save(update_fields=list(changed))
    void_if_changed(kind=SUMMARY, subject=row, by=by, at=at)
    labels = ", ".join(text_label(name) for name in changed)
    record("summary.changed", row, by=by, at=at, data={"changed": labels, "round": row.round})
    return row


def _set(row: Summary, texts: Mapping[str, str], by: User, at: datetime) -> list[str]:
    if unknown := set(texts) - set(TEXTS):
        raise TypeError(f"a summary has no {sorted(unknown)}")
    changed = []
    for name, text in texts.items():
        tidy = text.replace("\r\n", "\n").strip()
        if tidy == getattr(row, name):
            continue
        if len(tidy) > LONGEST:
            raise BadInput(
                _("At most %(n)d characters; these are %(many)d.")
                % {"n": LONGEST, "many": len(tidy)},
                code="too_long",
                field=name,
            )
        check_author(row, name, by, at)
        setattr(row, name, tidy)
        changed.append(name)
    return changed


def check_author(row: Summary, name: str, by: User, at: datetime) -> None:
    """The agent of the summary (anybody who is one, if it has none), a manager by role; or who stands in for them."""
    role = AUTHORS[name]
    if role == Role.AGENT:
        agent_signing(row, by, at)
        return
    if not by.has_role(role) and str(role) not in stands_in_for(by, at):
        raise RuleBroken(
            _("This is for the %(role)s to write.") % {"role": role.label},
            code="not_yours",
            field=name,
            rule="REP-3",
        )


def agent_signing(row: Summary, by: User, at: datetime) -> User | None:
    """For whom ``by`` signs as the agent: None, if for themselves. RuleBroken ``not_the_agent`` for anybody else."""
    if row.agent_id == by.pk or (row.agent is None and by.has_role(Role.AGENT)):
        return None
    stood_in = stands_in_for(by, at).values()
    if row.agent is not None and row.agent_id in {one.pk for one in stood_in}:
        return row.agent
    raise RuleBroken(
        _("This is for the agent of the customer: %(who)s.")
        % {"who": row.agent or Role.AGENT.label},
        code="not_the_agent",
        rule="REP-3",
    )


def begin_again(row: Summary, *, by: User, at: datetime) -> None:
    """A draft, and another round; what was signed stays with its request."""
    was = SummaryState(row.state)
    SUMMARY_MOVES.check(was, SummaryState.DRAFT)
    row.state, row.round, row.sha256 = SummaryState.DRAFT, row.round + 1, ""
    row.written_at = row.written_by = row.written_for = None
    row.save(
        update_fields=[
            "state", "round", "sha256", "written_at", "written_by", "written_for", "returned_reason",
        ]
    )  # fmt: skip
    summary_clocks.begun_again(row, was, by=by, at=at)


def locked(summary_id: int) -> Summary:
    rows = Summary.objects.select_related(
        "customer__unit", "agent", "written_by", "written_for"
    ).select_for_update(of=("self",))
    return rows.get(pk=summary_id)
