"""Exports: short ones at once, long ones by a job through a cursor of the server; bounded memory."""

import io
import tracemalloc
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from openpyxl import load_workbook

from apps.accounts.models import User
from apps.backoffice import services
from apps.backoffice.enums import JobState
from apps.backoffice.exports import Export, attribute, rows_of_list
from apps.backoffice.job_kinds import job_kinds
from apps.backoffice.models import Job
from apps.backoffice.services import exporting, job_runs
from apps.core.errors import RuleBroken
from apps.events.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.imports import work

pytestmark = pytest.mark.django_db
USERS = Export(
    name="tests.users",
    label="用户",
    file_name="users",
    permission="accounts.view_user",
    rows=lambda _by, query: User.objects.filter(username__startswith=query.get("q", "")).order_by(
        "pk"
    ),
    columns=(attribute("登录名", "username"), attribute("姓名", "display_name")),
)


@pytest.fixture
def by() -> User:
    user: User = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_user"))
    return User.objects.get(pk=user.pk)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {**job_kinds(), "export.tests.users": exporting.job_of_export(USERS)}
    for module in ("job_kinds", "services.jobs", "services.job_runs", "rules.jobs"):
        monkeypatch.setattr(f"apps.backoffice.{module}.job_kinds", lambda: kinds)


def export(by: User, form: str = "xlsx", **query: str) -> Any:
    return services.export_list(export=USERS, query=query, form=form, by=by, at=timezone.now())


def people(count: int, prefix: str = "row") -> None:
    User.objects.bulk_create(
        User(username=f"{prefix}{n:05d}", display_name=f"员工{n}") for n in range(count)
    )


def test_a_short_list_is_there_at_once_and_on_record(by: User) -> None:
    people(3)
    name, file = export(by, q="row")
    assert name.startswith("users-") and name.endswith(".xlsx")
    rows = list(load_workbook(file).worksheets[0].values)
    assert rows == [("登录名", "姓名"), *((f"row{n:05d}", f"员工{n}") for n in range(3))]
    answers = Event.objects.get(kind="list.exported")
    assert (answers.by, answers.data["filters"]) == (by, "q=row") and not Job.objects.exists()


def test_a_long_one_is_a_job_whose_file_is_whole(by: User) -> None:
    people(3_001)
    job = export(by, "csv", q="row")
    assert isinstance(job, Job) and export(by, "csv", q="row").pk == job.pk, (
        "asked twice, made once"
    )
    assert export(by, "xlsx", q="row").pk != job.pk
    job_runs.run_next()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 3_001, 3_001)
    lines = services.open_result(job=job, by=by, at=timezone.now()).read().decode().splitlines()
    assert len(lines) == 3_002 and lines[-1] == "row03000,员工3000"


def test_a_run_after_a_killed_one_makes_the_file_anew(
    by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(3_001)
    job = export(by, "csv", q="row")
    calls = []

    def stumble(self: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise ZeroDivisionError

    monkeypatch.setattr(job_runs.JobRun, "beat", stumble)
    monkeypatch.setattr(job_runs, "PAUSE", job_runs.PAUSE * 0)
    work()
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 3_001)


def test_memory_does_not_grow_with_the_rows(by: User) -> None:
    def taken(count: int) -> int:
        people(count, prefix := f"of{count}-")
        lines = USERS.lines(USERS.rows(by, {"q": prefix}))
        tracemalloc.start()
        exporting.write_file(io.BytesIO(), USERS, (line for line in lines), "xlsx")
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    taken(10)
    few, many = taken(1_200), taken(5_000)
    assert many < few * 2


def test_who_may_not_see_it_exports_nothing() -> None:
    with pytest.raises(RuleBroken) as refused:
        export(UserFactory())
    assert refused.value.code == "not_permitted"
    assert not Event.objects.filter(kind="list.exported").exists()


def test_any_staff_list_can_be_exported_as_it_is_shown(by: User) -> None:
    people(3)
    rows = rows_of_list(User)(by, {"q": "row00001"})
    assert [user.username for user in rows] == ["row00001"]
