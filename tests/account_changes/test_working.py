"""What time brings to account changes is worked on one by one: none holds up another (COD-4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.account_changes.enums import ProjectState
from apps.account_changes.services import changes
from apps.account_changes.services.changes import running
from apps.banking.enums import AccountPurpose
from apps.events.models import Event
from tests.factories import changes as make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-4")]


def test_an_unexpected_error_at_one_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    who, at = make.staff(), timezone.now() - timedelta(days=9)
    broken = make.scheduled(who, at)
    sound = make.scheduled(make.staff(), at, purpose=AccountPurpose.FREIGHT)
    make.everybody_reads(broken, at)
    real = running.reassign

    def reassign(*, project: str, **more: Any) -> Any:
        found = real(project=project, **more)
        if project == broken.number:
            raise ZeroDivisionError
        return found

    monkeypatch.setattr(running, "reassign", reassign)
    assert changes.work_changes() == 2
    assert make.fresh(sound).state == ProjectState.TRANSITION
    broken = make.fresh(broken)
    assert (broken.state, broken.started_at) == (ProjectState.SCHEDULED, None), (
        "nothing of it is done"
    )
    assert "ZeroDivisionError" in broken.pause_reason
    failed = Event.objects.get(kind="accountchange.failed")
    assert (failed.subject_id, failed.data) == (str(broken.pk), {"error": "ZeroDivisionError"})
    assert broken.number in caplog.text
    assert changes.work_changes() == 0, "it waits for a person"
    monkeypatch.undo()
    changes.resume_change(broken, by=who.finance, at=timezone.now())
    assert changes.work_changes() == 1
    assert make.fresh(broken).state == ProjectState.TRANSITION
