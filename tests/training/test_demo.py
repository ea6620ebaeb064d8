"""What the demonstration shows of training: the same again from the same seed (STF-1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.desk.demo.people import make_people
from apps.training.demo import NEWCOMERS, make_training
from apps.training.enums import Area, AttemptState
from apps.training.models import Attempt, Course, Qualification
from apps.training.queries import exam_progress, may_work
from tests.factories.notifications import relay_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-1")]


def test_a_newcomer_in_an_exam_one_who_failed_one_that_ends_and_waivers() -> None:
    now = timezone.now()
    make_people(now - timedelta(days=20))
    make_training(seed=1, now=now)
    relay_all()
    assert Course.objects.count() == 10
    learning, failed = (User.objects.get(username=row[0]) for row in NEWCOMERS)
    running = Attempt.objects.get(user=learning)
    assert running.state == AttemptState.RUNNING and running.ends_at > now
    assert 0 < running.questions.exclude(answered_at=None).count() < running.questions.count()
    lost = Attempt.objects.get(user=failed)
    progress = exam_progress(failed, lost.exam)
    assert lost.passed is False and not progress.may_start(now) and progress.left == 2
    soon = Qualification.objects.get(user__username="chenjie", revoked_at=None)
    assert timedelta(days=20) < soon.until - now < timedelta(days=22)
    for name in ("wangfang", "lina", "chenjie", "linzhuren"):
        assert may_work(User.objects.get(username=name), Area.CASES, now), name
    assert not may_work(learning, Area.CASES, now) and not may_work(failed, Area.CASES, now)
