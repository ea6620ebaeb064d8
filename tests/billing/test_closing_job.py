"""A month is closed by a job: it shows how far it is, is called off, and goes on where it was killed (BIL-2)."""

import subprocess
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import Permission
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice import services as backoffice
from apps.backoffice.enums import JobState
from apps.backoffice.models import Job
from apps.backoffice.services.jobs import RUN_JOBS
from apps.billing import jobs, services
from apps.billing.models import Statement
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.ledger.models import Entry
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.billing import charged, payer
from tests.factories.imports import work
from tests.faults.killing import process_to_kill
from tests.waiting import LIMIT, eventually

pytestmark = pytest.mark.requirement("BIL-2")
MARCH = date(2026, 3, 1)
LONG_AGO = {"service_day": date(2026, 3, 10)}


def finance() -> User:
    user: User = UserFactory()
    names = ("freeze_statement", "view_statement")
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return User.objects.get(pk=user.pk)


def ask(by: User) -> Job:
    return services.ask_closing(month=MARCH, by=by, at=timezone.now())


def states() -> list[str]:
    return sorted(Statement.objects.filter(period=MARCH).values_list("state", flat=True))


@pytest.mark.django_db
def test_the_act_asks_for_a_job_and_its_page_says_how_far_it_is(client: Client) -> None:
    for _n in range(3):
        charged(payer(), "10.00", **LONG_AGO)
    sign_in(client, finance())
    act = reverse("admin:billing_statement_add")
    answer = client.post(act, {"month": "2026-03-15"})
    job = Job.objects.get()
    assert answer["Location"] == reverse("admin:backoffice_job_change", args=[job.pk])
    assert (job.total, states()) == (3, ["open"] * 3), "the page did not wait"
    work()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    assert states() == ["frozen"] * 3
    assert "2026-03" in client.get(answer["Location"]).text


@pytest.mark.django_db
def test_called_off_it_keeps_what_it_froze(monkeypatch: pytest.MonkeyPatch) -> None:
    by = finance()
    for _n in range(3):
        charged(payer(), "10.00", **LONG_AGO)
    job = ask(by)
    real = jobs.freeze_batch

    def freeze(**given: Any) -> list[int]:
        backoffice.cancel_job(job_id=job.pk, by=by, at=timezone.now())
        return real(**given, most=1)

    monkeypatch.setattr(jobs, "freeze_batch", freeze)
    work()
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.CANCELLED, 1)
    assert states() == ["frozen", "open", "open"]
    monkeypatch.undo()
    again = ask(by)
    work()
    again.refresh_from_db()
    assert (again.state, again.done, states()) == (JobState.DONE, 2, ["frozen"] * 3)


@pytest.mark.django_db
def test_one_at_a_time_and_only_a_month_that_is_over() -> None:
    by = finance()
    ask(by)
    with pytest.raises(RuleBroken) as refused:
        ask(by)
    assert refused.value.code == "closing_already"
    today = timezone.localdate().replace(day=1)
    with pytest.raises(BadInput) as early:
        services.ask_closing(month=today, by=by, at=timezone.now())
    assert (early.value.code, early.value.field) == ("month_not_over", "month")
    with pytest.raises(RuleBroken) as stranger:
        services.ask_closing(month=date(2026, 2, 1), by=UserFactory(), at=timezone.now())
    assert stranger.value.code == "not_permitted"


@pytest.fixture
def killed() -> Iterator["subprocess.Popen[str]"]:
    """A worker that stops in the middle of its third batch and is killed there."""
    with process_to_kill("tests.billing.closing_worker") as process:
        yield process


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_half_way_is_followed_and_each_is_frozen_once(
    request: pytest.FixtureRequest,
) -> None:
    for _n in range(5):
        charged(payer(), "10.00", **LONG_AGO)
    job = ask(finance())
    worker: subprocess.Popen[str] = request.getfixturevalue("killed")
    assert worker.stdout is not None
    assert worker.stdout.readline() == "2\n", "it is in the third batch"
    assert states() == ["frozen"] * 2 + ["open"] * 3
    worker.kill()
    worker.wait(LIMIT)
    Job.objects.filter(pk=job.pk).update(due_at=Now())  # the lease is over
    current_app.loader.import_default_modules()
    assert eventually(lambda: bool(current_app.tasks[RUN_JOBS]()))
    work()
    job.refresh_from_db()
    assert (job.state, job.done, states()) == (JobState.DONE, 5, ["frozen"] * 5)
    assert Event.objects.filter(kind="statement.frozen").count() == 5
    assert Entry.objects.filter(kind="statement.frozen").count() == 5
