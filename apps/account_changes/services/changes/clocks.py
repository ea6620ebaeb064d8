"""What the clock floor is told of account changes. The one module of this app's changes that speaks to it."""

from datetime import datetime

from apps.account_changes.enums import ChangeMatter
from apps.account_changes.models import ChangeProject
from apps.accounts.models import User
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric
from apps.sla.models import Matter

_OPEN = "open"


def begin(
    project: ChangeProject,
    kind: ChangeMatter,
    *,
    due: datetime | None = None,
    by: User,
    at: datetime,
) -> None:
    """A deadline of the project; one of this kind that runs already gives way to it. Without ``due`` the
    policy says until when."""
    stop(project, kind, by=by, at=at)
    turn = len(_keys(project, kind)) + 1
    sla.open_matter(
        kind=kind,
        subject=project,
        title=f"{project.number} {project.reason}"[:120],
        owner=project.created_by,
        opened_at=at,
        dues={Metric.ACTION: due} if due is not None else None,
        key=f"{kind.value}:{turn}",
        by=by,
        at=at,
    )


def done(project: ChangeProject, kind: ChangeMatter, *, by: User, at: datetime) -> None:
    for key in _keys(project, kind, state=_OPEN):
        sla.record_fact(subject=project, kind=FactKind.DONE, by=by, at=at, key=key)
        sla.close_matter(subject=project, by=by, at=at, key=key)


def stop(project: ChangeProject, kind: ChangeMatter, *, by: User, at: datetime) -> None:
    for key in _keys(project, kind, state=_OPEN):
        sla.stop_matter(subject=project, reason=project.number, by=by, at=at, key=key)


def stop_all(project: ChangeProject, *, by: User, at: datetime) -> None:
    """Nothing of it is waited for any more."""
    for kind in ChangeMatter:
        stop(project, kind, by=by, at=at)


def _keys(project: ChangeProject, kind: ChangeMatter, **more: str) -> list[str]:
    rows = Matter.objects.about(project).filter(kind=kind, **more)
    return list(rows.values_list("key", flat=True))
