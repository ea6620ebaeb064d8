"""The figures of an account change's final report, as plain values that are kept with it (COD-4)."""

from datetime import datetime
from typing import Any

from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.campaigns import progress_of
from apps.account_changes.queries.changes import accounts_of, affected_customers, concerned_people
from apps.account_changes.queries.comparing import comparison
from apps.account_changes.queries.using import received
from apps.events.models import Event


def report_figures(project: ChangeProject, at: datetime) -> dict[str, Any]:
    """What came in at both accounts from the start on, what came to the old one too late, whom it was
    about, how long it took, what was tried and refused. Amounts as text with two places."""
    if project.new_account is None or project.started_at is None:
        raise ValueError("only a change that started is reported")
    old, new = accounts_of(project.old_account), accounts_of(project.new_account)
    old_n, old_sum = received(old, project.started_at, project.closed_at)
    new_n, new_sum = received(new, project.started_at, at)
    late = list(project.late_uses.select_related("line", "exception"))
    tests = comparison(project)
    return {
        "customers": affected_customers(project, at).count(),
        "readers": len({one.user_id for one in project.readings.all()}),
        "concerned": len(concerned_people(project)),
        "old_payments": old_n,
        "old_sum": str(old_sum),
        "new_payments": new_n,
        "new_sum": str(new_sum),
        **_notice_figures(project),
        "late": len(late),
        "late_sum": str(sum(one.line.amount for one in late if one.line is not None) or "0.00"),
        "late_open": sum(1 for one in late if one.exception.closed_at is None),
        "refused": Event.objects.filter(
            kind="accountchange.attempt_refused",
            subject_type=project._meta.label_lower,
            subject_id=str(project.pk),
        ).count(),
        "days_prepared": _days(project.created_at, project.approved_at),
        "days_waited": _days(project.approved_at, project.started_at),
        "days_in_transition": _days(project.started_at, project.closed_at),
        "old_arrived_minutes": _minutes(tests.old.arrived_after),
        "new_arrived_minutes": _minutes(tests.new.arrived_after),
    }


def _notice_figures(project: ChangeProject) -> dict[str, Any]:
    """Who was told of it and what they said (COD-3, COD-5); nothing where no notice went out."""
    campaign = progress_of(project)
    if campaign is None:
        return {}
    feedback = campaign.feedback
    return {
        "told": campaign.board.notified,
        "told_later": campaign.board.late,
        "reached": campaign.board.reached,
        "said": {str(kind): n for kind, n in feedback.classes.items() if n} or None,
        "answered": f"{feedback.answered} / {feedback.to_answer}",
        "answer_minutes": _minutes(feedback.median),
    }


def _days(frm: datetime | None, to: datetime | None) -> int | None:
    return (to - frm).days if frm is not None and to is not None else None


def _minutes(span: Any) -> int | None:
    return None if span is None else round(span.total_seconds() / 60)
