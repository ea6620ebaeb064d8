"""A new colleague learns, fails, waits, passes, and only then has a case: the story of STF-1 in the words of the
business, from the day it goes live to the day a qualification ends."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.queries import system_user
from apps.accounts.services import grant_role
from apps.complaints.models import Case
from apps.training import services
from apps.training.enums import Area
from apps.training.models import Attempt, Enrolment, Qualification
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.complaints import Team, case
from tests.factories.notifications import relay_all
from tests.factories.training import answer, course, exam, required

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-1")]
HOME = "/admin/training/course/learning/"


def test_from_the_first_day_to_the_first_case_and_to_the_end_of_a_waiver(client: Client) -> None:
    # 上线：在岗同事得到两个月的豁免，工作不停。
    team, now = Team(), timezone.now()
    of = exam(questions=5, pass_mark=80, attempts=2, pause_hours=24, of=course(lessons=2))
    required(of, by=team.manager, waive_until=now + timedelta(days=60))
    assert case(team=team).owner == team.agent

    # 新同事入职：按岗位自动报名，有截止日；还不能接个案。
    new = UserFactory(display_name="方晓雨", scope="units")
    grant_role(user=new, role=Role.AGENT, unit=team.unit, since=now, by=team.manager)
    relay_all()
    assert Enrolment.objects.get(user=new).due_at > now
    sign_in(client, new)
    waiting = case(team=team)
    take = f"/admin/complaints/case/number/{waiting.number}/do/take/"
    refused = client.post(take, follow=True).content.decode()
    waiting.refresh_from_db()
    assert waiting.owner == team.agent and "上岗资格" in refused

    # 读课件，考试：60 分，没有通过，要等一天。
    start = f"/admin/training/attempt/start/{of.pk}/"
    assert "请先读完课件" in client.post(start, follow=True).content.decode()
    for lesson in course().lessons.all():
        client.post(f"{HOME}{lesson.pk}/")
    where = client.post(start)["Location"]
    first = Attempt.objects.get()
    answer(first, 3)
    page = client.post(where, {"hand_in": "1", **typed(first)}, follow=True).content.decode()
    assert "未通过" in page and "三声内" in page
    assert "下一次考试最早可在" in client.post(start, follow=True).content.decode()

    # 一天以后，正好 80 分：通过，资格一年。
    Attempt.objects.filter(pk=first.pk).update(
        started_at=now - timedelta(hours=26), ends_at=now - timedelta(hours=25), submitted_at=now - timedelta(hours=25)
    )  # fmt: skip
    where = client.post(start)["Location"]
    second = Attempt.objects.get(n=2)
    answer(second, 4)
    page = client.post(where, {"hand_in": "1", **typed(second)}, follow=True).content.decode()
    assert "通过：4 分，满分 5 分" in page
    assert Qualification.objects.get(user=new).area == Area.CASES

    # 第一件个案。
    client.post(take)
    waiting.refresh_from_db()
    assert waiting.owner == new

    # 老同事的豁免到期而没有考过：手上的个案转给主任。
    row = Qualification.objects.get(user=team.agent)
    Qualification.objects.filter(pk=row.pk).update(
        since=now - timedelta(days=60), until=now - timedelta(minutes=1)
    )
    services.note_expired([row.pk], by=system_user("clocks"), at=timezone.now())
    relay_all()
    assert not Case.objects.live().filter(owner=team.agent).exists()
    assert Case.objects.live().filter(owner=team.director).count() == 1
    waiting.refresh_from_db()
    assert waiting.owner == new


def typed(attempt: Attempt) -> dict[str, str]:
    """What stands on the page, as a browser would send it."""
    return {f"q{row.place}": str(row.chosen[0]) for row in attempt.questions.all() if row.chosen}
