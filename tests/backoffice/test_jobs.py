"""Jobs: one worker at a time, in steps, nothing twice; called off, begun again, seen by their owner."""

import io
import subprocess
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice import services
from apps.backoffice.enums import JobState as S
from apps.backoffice.job_kinds import JobKind, Result, Run, job_kinds
from apps.backoffice.models import FileRetention, Job
from apps.backoffice.services import job_runs
from apps.backoffice.services.jobs import RUN_JOBS, end_job
from apps.backoffice.states import JOB_MOVES
from apps.core import enqueueing
from apps.core.errors import RuleBroken
from apps.events.background import overdue
from apps.events.models import Event
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.imports import work
from tests.faults.killing import process_to_kill
from tests.waiting import LIMIT, eventually

MAY = "accounts.manage_unit"
KIND = "tests.count"
Declare = Callable[..., None]


def permitted(*codenames: str) -> User:
    user: User = UserFactory()
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declare:
    """One more kind of work in the house."""

    def declare(run: Callable[[Run], Result | None], **more: Any) -> None:
        kinds = {**job_kinds(), KIND: JobKind(KIND, "Counting", MAY, run, **more)}
        for module in (
            "job_kinds",
            "services.jobs",
            "services.job_runs",
            "rules.jobs",
            "admin.jobs",
        ):
            monkeypatch.setattr(f"apps.backoffice.{module}.job_kinds", lambda: kinds)

    return declare


@pytest.fixture
def owner() -> User:
    return permitted("manage_unit")


def ask(by: User, **given: Any) -> Job:
    return services.ask_job(
        kind=KIND, title="数一数", given=given, by=by, at=timezone.now(), total=3
    )


def count_to_three(run: Run) -> Result:
    """Leaves a mark for each step, so that one that is done twice is seen."""
    while (n := run.place.get("n", 0)) < 3:
        with run.step():
            Job.objects.filter(pk=run.given.get("marks")).update(done=F("done") + 1)
            run.place = {"n": n + 1}
            run.done = n + 1
    return Result(io.BytesIO(b"1,2,3"), "三.csv", {"rows": 3})


@pytest.fixture
def job(declare: Declare, owner: User) -> Job:
    declare(count_to_three)
    return ask(owner)


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


@pytest.mark.django_db
def test_it_is_done_by_the_task_and_its_file_is_its_owners(
    job: Job, owner: User, client: Client
) -> None:
    current_app.loader.import_default_modules()
    assert [one.task for one in overdue()] == [RUN_JOBS], "standby would find it"
    assert current_app.tasks[RUN_JOBS]() == 1
    done = fresh(job)
    assert (done.state, done.done, done.summary) == (S.DONE, 3, {"rows": 3})
    assert done.keep_until is not None and done.concluded_at is not None
    period = FileRetention.objects.get(what="job_result").period
    assert period == timedelta(days=14)
    assert abs(done.keep_until - done.concluded_at - period) < timedelta(minutes=1)
    sign_in(client, owner)
    got = client.get(reverse("admin:backoffice_job_result", args=[job.pk]))
    assert b"".join(got.streaming_content) == b"1,2,3"  # type: ignore[attr-defined]  # a file
    assert "no-store" in got["Cache-Control"]
    answers = Event.objects.filter(subject_type="backoffice.job").order_by("pk")
    kinds = list(answers.values_list("kind", flat=True))
    assert kinds == ["job.asked", "job.done", "job.downloaded"]


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_calls_a_worker_once_it_is_committed(declare: Declare) -> None:
    declare(count_to_three)
    heard: list[str] = []
    enqueueing.heard_by(lambda task, _args: heard.append(task))
    try:
        with transaction.atomic():
            ask(permitted("manage_unit"))
            assert RUN_JOBS not in heard
    finally:
        enqueueing.heard_by(None)
    assert RUN_JOBS in heard


@pytest.mark.django_db
def test_a_step_that_fails_leaves_nothing_and_the_next_run_goes_on(
    declare: Declare, owner: User
) -> None:
    marks, fails = ask_mark(declare, owner), [True]

    def stumble(run: Run) -> Result:
        while (n := run.place.get("n", 0)) < 3:
            with run.step():
                Job.objects.filter(pk=marks.pk).update(done=F("done") + 1)
                run.place = {"n": n + 1}
                if n == 1 and fails and fails.pop():
                    raise ZeroDivisionError
        return Result()

    declare(stumble)
    job = ask(owner)
    work()
    waiting = fresh(job)
    assert (waiting.state, waiting.place) == (S.QUEUED, {"n": 1}), "it rests before the next try"
    assert fresh(marks).done == 1, "what the failed step wrote is gone"
    assert services.run_jobs() == 0
    let_time_pass(job)
    work()
    assert (fresh(job).state, fresh(marks).done) == (S.DONE, 3)


def ask_mark(declare: Declare, owner: User) -> Job:
    """A row that counts."""
    declare(lambda _run: None)
    job = ask(owner)
    work()
    return fresh(job)


def let_time_pass(job: Job) -> None:
    Job.objects.filter(pk=job.pk, due_at__isnull=False).update(due_at=Now())


@pytest.mark.django_db
def test_what_stumbles_three_times_is_told_in_words_and_begun_again_by_hand(
    declare: Declare, owner: User
) -> None:
    def stumble(run: Run) -> None:
        raise ZeroDivisionError

    declare(stumble)
    job = ask(owner)
    for _n in range(3):
        let_time_pass(job)
        work()
    failed = fresh(job)
    assert failed.state == S.FAILED and "三次" in failed.error
    declare(count_to_three)
    services.begin_again(job_id=job.pk, by=owner, at=timezone.now())
    work()
    assert fresh(job).state == S.DONE and fresh(job).error == ""


@pytest.mark.django_db
def test_a_rule_that_refuses_is_said_as_it_is(declare: Declare, owner: User) -> None:
    def refuse(run: Run) -> None:
        raise RuleBroken("今天不行。", code="no")

    declare(refuse)
    job = ask(owner)
    work()
    assert (fresh(job).state, fresh(job).error) == (S.FAILED, "今天不行。")


@pytest.mark.django_db
def test_called_off_while_it_waits_and_while_it_runs(declare: Declare, owner: User) -> None:
    def until_called_off(run: Run) -> None:
        for n in range(10):
            with run.step():
                run.done = n + 1
            if n == 3:
                services.cancel_job(job_id=job.pk, by=owner, at=timezone.now())

    declare(until_called_off)
    job = ask(owner)
    services.cancel_job(job_id=job.pk, by=owner, at=timezone.now())
    assert fresh(job).state == S.CANCELLED and services.run_jobs() == 0
    job = ask(owner)
    work()
    assert (fresh(job).state, fresh(job).done) == (S.CANCELLED, 4)
    with pytest.raises(RuleBroken) as refused:
        services.cancel_job(job_id=job.pk, by=owner, at=timezone.now())
    assert refused.value.code == "illegal_move"


@pytest.mark.django_db
def test_work_without_steps_shows_how_far_it_is_and_can_be_called_off(
    declare: Declare, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_runs, "BEAT_EVERY", 0.0)
    seen = []

    def write(run: Run) -> None:
        for n in range(10):
            run.done = n + 1
            run.beat()
            seen.append(fresh(job).done)
            if n == 1:
                services.cancel_job(job_id=job.pk, by=owner, at=timezone.now())

    declare(write)
    job = ask(owner)
    work()
    assert (seen, fresh(job).state) == ([1, 2], S.CANCELLED)


@pytest.mark.django_db
def test_who_lost_the_lease_writes_nothing(declare: Declare, owner: User) -> None:
    marks = ask_mark(declare, owner)

    def too_slow(run: Run) -> None:
        with run.step():
            Job.objects.filter(pk=marks.pk).update(done=F("done") + 1)
            let_time_pass(job)
            taken = job_runs.claim_job()
            assert taken is not None and taken.pk == job.pk, "another worker thinks it dead"

    declare(too_slow)
    job = ask(owner)
    work()
    assert fresh(marks).done == 0


@pytest.mark.django_db
def test_a_long_job_makes_room_for_others(
    declare: Declare, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_runs, "TURN", -1.0)
    declare(count_to_three)
    first, second = ask(owner), ask(owner)
    turns = []
    while job_runs.run_next():
        turns.append((fresh(first).done, fresh(second).done))
    assert turns[:4] == [(1, 0), (1, 1), (2, 1), (2, 2)]
    assert fresh(first).state == fresh(second).state == S.DONE


@pytest.mark.django_db
def test_who_may_not_any_more_gets_nothing_done(job: Job, owner: User) -> None:
    owner.user_permissions.clear()
    work()
    assert fresh(job).state == S.FAILED and fresh(job).error
    with pytest.raises(RuleBroken) as refused:
        ask(permitted())
    assert refused.value.code == "not_permitted"


@pytest.mark.django_db
def test_another_persons_job_is_not_there(job: Job, client: Client) -> None:
    work()
    pages = [
        reverse(f"admin:backoffice_job_{name}", args=[job.pk]) for name in ("change", "result")
    ]
    pages.append(reverse("admin:backoffice_job_act", args=[job.pk, "cancel"]))
    stranger = permitted("manage_unit")
    sign_in(client, stranger)
    assert [client.get(page).status_code for page in pages] == [404, 404, 404]
    assert job.title not in client.get(reverse("admin:backoffice_job_changelist")).text
    for service in (services.cancel_job, services.begin_again):
        with pytest.raises(RuleBroken) as refused:
            service(job_id=job.pk, by=stranger, at=timezone.now())
        assert refused.value.code == "not_yours"
    # Whoever may see all sees what they might ask for themselves.
    sign_in(client, permitted("view_every_job"))
    assert client.get(pages[1]).status_code == 404
    sign_in(client, permitted("view_every_job", "manage_unit"))
    assert client.get(pages[1]).status_code == 200


@pytest.mark.django_db
def test_the_page_shows_how_far_it_is_and_offers_what_is_possible(
    job: Job, owner: User, client: Client
) -> None:
    sign_in(client, owner)
    page = reverse("admin:backoffice_job_change", args=[job.pk])
    where = reverse("admin:backoffice_job_act", args=[job.pk, "cancel"])
    Job.objects.filter(pk=job.pk).update(done=1)
    text = client.get(page).text
    assert "<progress" in text and 'value="1"' in text and "hx-get" in text and where in text
    client.post(where)
    assert fresh(job).state == S.CANCELLED
    text = client.get(page).text
    assert "hx-get" not in text.split("job-now")[1].split(">")[0] and where not in text


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_queries_do_not_grow_and_none_counts(
    declare: Declare, owner: User, client: Client, rows: int, django_assert_max_num_queries: Any
) -> None:
    declare(count_to_three)
    for _n in range(rows):
        ask(owner)
    sign_in(client, owner)
    where = reverse("admin:backoffice_job_changelist")
    client.get(where)
    with django_assert_max_num_queries(12) as seen:
        text = client.get(where).text
    assert text.count("<progress") == rows and "hx-get" in text
    assert not [q for q in seen.captured_queries if "COUNT(" in q["sql"]]


@pytest.mark.django_db
def test_files_go_when_their_days_are_over(job: Job, owner: User, client: Client) -> None:
    work()
    assert services.purge_files(at=timezone.now()) == 0
    assert services.purge_files(at=timezone.now() + timedelta(days=15)) == 1
    sign_in(client, owner)
    assert client.get(reverse("admin:backoffice_job_result", args=[job.pk])).status_code == 404
    assert "三.csv" in client.get(reverse("admin:backoffice_job_change", args=[job.pk])).text


@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("frm", list(S))
@pytest.mark.django_db
def test_every_move_is_in_the_table_and_the_database_agrees(
    declare: Declare, owner: User, frm: S, to: S
) -> None:
    declare(count_to_three)
    job = ask(owner)
    values: dict[S, dict[str, Any]] = {
        S.QUEUED: {},
        S.RUNNING: {"lease": uuid.uuid4(), "started_at": Now()},
        S.DONE: {"due_at": None, "concluded_at": Now()},
        S.FAILED: {"due_at": None, "concluded_at": Now(), "error": "x"},
        S.CANCELLED: {"due_at": None, "concluded_at": Now()},
    }
    Job.objects.filter(pk=job.pk).update(state=frm, **values[frm])
    job = fresh(job)
    allowed = to in JOB_MOVES.ends_of(frm)
    if to in (S.DONE, S.FAILED, S.CANCELLED):
        if allowed:
            end_job(job, to, by=owner, at=timezone.now(), error="x" if to == S.FAILED else "")
            assert fresh(job).state == to
        else:
            with pytest.raises(RuleBroken) as refused:
                end_job(job, to, by=owner, at=timezone.now())
            assert refused.value.code == "illegal_move"
    elif not allowed and frm != to:
        with pytest.raises(RuleBroken):
            JOB_MOVES.check(frm, to)
    if frm != to:
        with pytest.raises(IntegrityError), transaction.atomic():
            # A state alone, without what goes with it.
            Job.objects.filter(pk=job.pk).update(state=frm, **values[frm])
            Job.objects.filter(pk=job.pk).update(state=to)
            if {frm, to} == {S.DONE, S.CANCELLED}:
                raise IntegrityError  # these two look alike


@pytest.mark.django_db
def test_only_the_days_are_changed_and_by_whom_is_on_record(client: Client) -> None:
    sign_in(client, permitted("view_fileretention", "change_fileretention"))
    row = FileRetention.objects.get(what="job_result")
    where = reverse("admin:backoffice_fileretention_change", args=[row.pk])
    assert client.post(where, {"number": 0, "unit": "days"}).status_code == 200
    assert client.post(where, {"number": 30, "unit": "weeks"}).status_code == 200
    assert client.post(where, {"number": 30, "unit": "hours"}).status_code == 302
    row.refresh_from_db()
    assert (
        row.period == timedelta(hours=30)
        and Event.objects.filter(kind="fileretention.changed").exists()
    )


@pytest.fixture
def killed() -> Iterator["subprocess.Popen[str]"]:
    """A worker that stops in the middle of its third batch and is killed there."""
    with process_to_kill("tests.backoffice.killed_worker") as process:
        yield process


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_began_is_finished_and_each_row_once(
    request: pytest.FixtureRequest,
) -> None:
    from apps.core.sheets import write_xlsx
    from tests.factories.imports import hand_in

    by = permitted("manage_user")
    rows = [[f"colleague{n}", f"同事{n}"] for n in range(1, 501)]
    file = hand_in("accounts.user", write_xlsx(["登录名", "姓名"], rows), by=by)
    services.take_import(file_id=file.pk, by=by, at=timezone.now())
    worker: subprocess.Popen[str] = request.getfixturevalue("killed")
    assert worker.stdout is not None
    assert worker.stdout.readline() == "3\n", "it is in the third batch"
    there = User.objects.filter(username__startswith="colleague")
    assert there.count() == 200, "two are committed"
    assert services.run_jobs() == 0, "what a living worker has is left to it"
    worker.kill()
    worker.wait(LIMIT)
    file.refresh_from_db()
    assert file.job is not None
    let_time_pass(file.job)  # the lease is over
    current_app.loader.import_default_modules()
    assert eventually(lambda: bool(current_app.tasks[RUN_JOBS]()))
    work()
    file.refresh_from_db()
    assert (file.state, file.rows_taken, file.rows_refused) == ("taken", 500, 0)
    assert there.count() == 500 and file.rows.count() == 500
    assert Event.objects.filter(kind="user.created").count() == 500
