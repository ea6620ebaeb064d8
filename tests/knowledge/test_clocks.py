"""When an article is looked through again, and by when everybody has read a new one (STF-2)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.core.errors import BadInput
from apps.events.models import Event
from apps.knowledge import services
from apps.knowledge.enums import Audience
from apps.knowledge.models import Article, MissedSearch, ReadingRequest, Review
from apps.knowledge.notices import NOTICES
from apps.sla.enums import ClockState
from apps.sla.models import Clock
from tests.factories.accounts import ServiceUserFactory, UserFactory
from tests.factories.knowledge import article, published, section

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-2")]


def clocks_of(row: Review | ReadingRequest) -> list[Clock]:
    of = row._meta.label_lower
    return list(Clock.objects.filter(matter__subject_type=of, matter__subject_id=str(row.pk)))


def test_an_article_has_a_review_clock_of_its_owner_until_it_is_retired() -> None:
    of = article("claims")
    first = Review.objects.get()
    (clock,) = clocks_of(first)
    assert clock.owner == of.owner and clock.due_at is not None
    assert timezone.localdate(clock.due_at) == of.review_on
    now = timezone.now()
    later = timezone.localdate(now) + timedelta(days=90)
    services.review_article(of, next_on=later, by=of.owner, at=now)
    first.refresh_from_db()
    assert first.is_done and first.ended_by == of.owner
    assert clocks_of(first)[0].state == ClockState.MET
    second = Review.objects.get(ended_at=None)
    assert second.due_on == later
    other = UserFactory()
    services.change_article(of, {"owner": other}, by=of.owner, at=timezone.now())
    assert clocks_of(second)[0].owner == other
    day = later + timedelta(days=10)
    services.change_article(of, {"review_on": day}, by=other, at=timezone.now())
    second.refresh_from_db()
    assert not second.is_done and second.ended_at is not None
    services.retire_article(of, reason="并入别处", by=other, at=timezone.now())
    assert not Review.objects.filter(ended_at=None).exists()
    assert {c.state for c in Clock.objects.all()} <= {ClockState.MET, ClockState.STOPPED}


def test_nobodys_article_has_none_until_somebody_takes_it_over() -> None:
    nobody = ServiceUserFactory()
    of = article("claims", by=nobody)
    assert not Review.objects.exists()
    services.change_article(of, {"owner": UserFactory()}, by=nobody, at=timezone.now())
    assert Review.objects.get().due_on == of.review_on


def test_the_clock_of_a_reading_ends_with_the_last_who_was_missing() -> None:
    version = published("rules", "新规定", audience=Audience.INTERNAL)
    now = timezone.now()
    anna = UserFactory(display_name="安娜", roles=[Role.AGENT])
    ben = UserFactory(display_name="本", roles=[Role.AGENT])
    asked = services.ask_reading(
        version, roles=[Role.AGENT], due_at=now + timedelta(days=2), by=version.by, at=now
    )
    (clock,) = clocks_of(asked)
    assert (clock.owner, clock.due_at) == (version.by, asked.due_at)
    services.mark_understood(version, by=anna, at=timezone.now())
    assert clocks_of(asked)[0].state == ClockState.RUNNING
    services.mark_understood(version, by=ben, at=timezone.now())
    services.mark_understood(version, by=ben, at=timezone.now())
    assert clocks_of(asked)[0].state == ClockState.MET
    assert Event.objects.filter(kind="article.read_by_all").count() == 1
    (notice,) = NOTICES["article.reading_asked"](Event.objects.filter(kind="article.reading_asked"))
    assert set(notice.people) == {anna.pk, ben.pk} and notice.data["title"] == "新规定"


def test_nobody_is_chased_for_what_is_replaced() -> None:
    version = published("rules", "新规定", audience=Audience.INTERNAL)
    now = timezone.now()
    UserFactory(roles=[Role.AGENT])
    asked = services.ask_reading(
        version, roles=[Role.AGENT], due_at=now + timedelta(days=2), by=version.by, at=now
    )
    published("rules", "更新的规定", "不同", audience=Audience.INTERNAL)
    assert clocks_of(asked)[0].state == ClockState.STOPPED


def test_an_article_is_asked_of_the_sections_owner_who_hears_of_it() -> None:
    now, owner = timezone.now(), UserFactory()
    services.note_search("冷链", found=False, audience=Audience.PUBLIC, language="zh-hans", at=now)
    row = MissedSearch.objects.get()
    nobody = section("nobody", ServiceUserFactory())
    with pytest.raises(BadInput) as refused:
        services.settle_missed_search(row, section=nobody, by=UserFactory(), at=now)
    assert (refused.value.code, refused.value.field) == ("nobody_to_ask", "section")
    services.settle_missed_search(row, section=section("cold", owner), by=UserFactory(), at=now)
    (notice,) = NOTICES["missed_search.settled"](Event.objects.filter(kind="missed_search.settled"))
    assert notice.people == [owner.pk] and notice.data["text"] == "冷链"
    assert Article.objects.count() == 0
