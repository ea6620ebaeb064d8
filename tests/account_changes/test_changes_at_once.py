"""Twenty who press at once: one effect (COD-2, COD-4)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.account_changes.enums import ProjectState, StepKind
from apps.account_changes.models import ChangeProject
from apps.account_changes.services import changes
from apps.backoffice.models import Approval
from apps.banking.enums import AccountPurpose
from apps.banking.models import AccountAssignment
from tests.at_once import at_once
from tests.factories import changes as make

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.requirement("COD-2"),
    pytest.mark.requirement("COD-4"),
]
N = 20
DAY = timedelta(days=1)


def test_approvals_starts_and_closings() -> None:
    who, at = make.staff(), timezone.now() - 50 * DAY
    project = make.asked(who, at)
    make.approve(project, who.manager, at)
    seen = make.seen(project)
    assert at_once(N, lambda _n: make.approve(project, who.management, at, seen=seen))["done"] == 1
    assert Approval.objects.count() == 2
    make.everybody_reads(project, at)
    changes.schedule_change(project, since=at + 2 * DAY, by=who.finance, at=at)
    started = at_once(N, lambda _n: changes.start_change(project, by=who.finance, at=at + 2 * DAY))
    assert started == {"done": 1, "nothing_to_start": N - 1}
    assert AccountAssignment.objects.filter(project=project.number).count() == 1
    closed = at_once(N, lambda _n: changes.close_change(project, by=who.finance, at=timezone.now()))
    assert closed == {"done": 1, "nothing_to_close": N - 1}
    for kind in (StepKind.APPROVED, StepKind.STARTED, StepKind.CLOSED):
        assert project.steps.filter(kind=kind).count() == 1


def test_projects_begun_for_one_account_and_workers_that_start_it() -> None:
    who, at = make.staff(), timezone.now() - 9 * DAY
    project = make.begun(who, at)
    changes.call_off_change(project, reason="重来", by=who.finance, at=at)
    answers = at_once(N,
        lambda _n: changes.begin_change(
            old_account=project.old_account, purpose=AccountPurpose.COD, reason="换户", by=who.finance, at=at
        )
    )  # fmt: skip
    assert answers == {"done": 1, "change_runs": N - 1}
    assert ChangeProject.objects.exclude(state=ProjectState.CALLED_OFF).count() == 1
    other = make.scheduled(make.staff(), at, purpose=AccountPurpose.FREIGHT)
    done: list[int] = []
    at_once(N, lambda _n: done.append(changes.work_changes()))
    assert sum(done) == 1
    assert make.fresh(other).state == ProjectState.TRANSITION
