"""What the clock floor is told of a case. The one module of cases that speaks to it (CMP-2).

``at`` is when it happened, as far as the services above know; the database's clock bounds it.
"""

from collections.abc import Mapping
from datetime import datetime

from apps.accounts.models import User
from apps.complaints.enums import CaseMatter, CaseState
from apps.complaints.models import Case
from apps.customers.queries import contracts_in_force
from apps.sla import services as sla
from apps.sla.enums import FactKind, IntervalKind
from apps.sla.models import Clock
from apps.sla.rules import Attributes

WAIT = IntervalKind.WAITING_CUSTOMER


def attributes_of(case: Case, at: datetime) -> Attributes:
    contracts = contracts_in_force([case.customer_id], at)
    return Attributes(
        klass=str(case.case_class),
        severity=str(case.severity),
        channel=str(case.channel),
        customer_id=case.customer_id,
        contract_id=contracts.get(case.customer_id or 0),
    )


def title_of(case: Case) -> str:
    """What a clock calls the case; without personal data, as the case's own title."""
    return f"{case.number} {case.title}"[:120]


def start(
    case: Case, *, by: User, at: datetime, dues: Mapping[str, datetime] | None = None
) -> None:
    """Its clocks run from ``at``, by the policy that fits it; who has an owner is handed over. ``dues`` are
    due times that came with it."""
    sla.open_matter(
        kind=CaseMatter.CASE,
        subject=case,
        title=title_of(case),
        attributes=attributes_of(case, at),
        owner_id=case.owner_id,
        unit=case.unit,
        opened_at=at,
        dues=dues,
        done=[FactKind.HANDED_OVER] if case.owner_id else [],
        by=by,
        at=at,
    )


def changed(case: Case, *, by: User, at: datetime) -> None:
    """Class, severity, customer, owner, unit or title may differ: the policy is chosen anew and
    what already happened counts under it (B30)."""
    sla.change_matter(
        subject=case,
        attributes=attributes_of(case, at),
        owner=case.owner,
        unit=case.unit,
        title=title_of(case),
        by=by,
        at=at,
    )


def done(case: Case, *kinds: FactKind, by: User, at: datetime) -> None:
    """Facts of a live case, all at the instant at which one act did them; repeating one changes
    nothing."""
    if case.is_live and kinds:
        sla.record_facts(subject=case, kinds=kinds, by=by, at=at)


def waiting(case: Case, *, by: User, at: datetime) -> None:
    sla.begin_wait(subject=case, kind=WAIT, by=by, at=at)


def resumed(case: Case, *, by: User, at: datetime) -> None:
    sla.end_wait(subject=case, kind=WAIT, by=by, at=at)


def open_promises(case: Case) -> list[Clock]:
    """What was promised to the customer and is not settled yet, as it runs out."""
    mine = {"matter__subject_type": case._meta.label_lower, "matter__subject_id": str(case.pk)}
    rows = Clock.objects.open().filter(**mine, key__gt=0).select_related("owner")
    return list(rows.order_by("due_at", "pk"))


def carried(case: Case, to: Case, *, by: User, at: datetime) -> None:
    """What was promised about one case is owed in the other, as it was promised."""
    sla.carry_promises(subject=case, to=to, by=by, at=at)


def closed(case: Case, *, by: User, at: datetime) -> None:
    sla.close_matter(subject=case, by=by, at=at)


def reopened(case: Case, *, was: str, by: User, at: datetime) -> None:
    """A solution that does not hold counts as closed until now: its clocks begin anew too. What was
    promised in between is owed as before."""
    if was == CaseState.SOLVED:
        sla.renew_matter(subject=case, by=by, at=at)
    else:
        sla.reopen_matter(subject=case, by=by, at=at)


def stopped(case: Case, *, reason: str, by: User, at: datetime) -> None:
    """Merged or cancelled: for good (B15)."""
    sla.stop_matter(subject=case, reason=reason, by=by, at=at)
