"""Twenty at once have one effect (STF-2)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.events.models import Event
from apps.knowledge import services
from apps.knowledge.enums import Audience, UseHow
from apps.knowledge.models import ArticleVersion, Opinion, Publication, Review, Use, UseTally
from tests.at_once import at_once
from tests.factories.accounts import UserFactory
from tests.factories.knowledge import article, published, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("STF-2")]
HANDS = 20


def test_twenty_publish_the_same_and_it_is_published_once() -> None:
    version = written(article("claims"), "理赔")
    by, at = UserFactory(), timezone.now()
    outcomes = at_once(
        HANDS, lambda _n: services.publish_version(version, audience=Audience.PUBLIC, by=by, at=at)
    )
    assert outcomes == {"done": 1, "published_already": HANDS - 1}
    assert Publication.objects.count() == 1
    assert Event.objects.filter(kind="article.published").count() == 1


def test_twenty_publish_versions_of_one_article_and_one_is_in_force() -> None:
    of = article("claims")
    versions = [written(of, f"理赔 {n}", f"{n}") for n in range(HANDS)]
    by = UserFactory()
    at_once(
        HANDS,
        lambda n: services.publish_version(
            versions[n], audience=Audience.PUBLIC, by=by, at=timezone.now()
        ),
    )
    assert Publication.objects.filter(ends_at=None).count() == 1


def test_twenty_write_after_the_same_version_and_one_does() -> None:
    of, by = article("claims"), UserFactory()
    outcomes = at_once(
        HANDS,
        lambda n: services.write_version(
            of, language="zh-hans", title="理赔", body=f"{n}", after=0, by=by, at=timezone.now()
        ),
    )
    assert outcomes == {"done": 1, "changed_meanwhile": HANDS - 1}
    assert ArticleVersion.objects.count() == 1


def test_twenty_uses_readings_opinions_and_reviews_count_once() -> None:
    version = published("claims", "理赔", audience=Audience.INTERNAL)
    by, at = UserFactory(roles=[Role.AGENT]), timezone.now()
    services.ask_reading(
        version, roles=[Role.AGENT], due_at=at + timedelta(days=1), by=version.by, at=at
    )

    def use(n: int) -> None:
        how = UseHow.SENT if n % 2 else UseHow.READ
        services.note_use([version], how=how, case_id=7, case_class="loss", by=by, at=at)
        services.mark_understood(version, by=by, at=at)
        services.give_opinion(version, who="user:1", helped=bool(n % 2), at=at)

    assert at_once(HANDS, use) == {"done": HANDS}
    assert Use.objects.count() == 2 and Opinion.objects.count() == 1
    assert set(UseTally.objects.values_list("cases", flat=True)) == {1}
    assert Event.objects.filter(kind="article.read_by_all").count() == 1
    day = timezone.localdate() + timedelta(days=30)
    at_once(HANDS, lambda _n: services.review_article(version.article, next_on=day, by=by, at=at))
    assert Review.objects.filter(ended_at=None).count() == 1
