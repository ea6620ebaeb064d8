"""What is suggested beside a case, and how it is counted (STF-2)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.errors import BadInput
from apps.knowledge import queries, services
from apps.knowledge.enums import ArticleKind, Audience, FitAspect, UseHow
from apps.knowledge.models import ArticleVersion, Fit, Use, UseTally
from apps.knowledge.queries.fits import fit_choices
from apps.knowledge.rules.fits import CaseTraits
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.knowledge import article, published, written

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-2")]
ZH = "zh-hans"
LOSS = CaseTraits(case_class="loss", cause="delivery.late", status="in_transit", channel="phone")


def fit(version: ArticleVersion, *pairs: tuple[FitAspect, str]) -> None:
    values: dict[FitAspect, list[str]] = {}
    for aspect, value in pairs:
        values.setdefault(aspect, []).append(value)
    services.set_fits(version.article, values=values, by=UserFactory(), at=timezone.now())


def reply(code: str, *pairs: tuple[FitAspect, str], language: str = ZH) -> ArticleVersion:
    version = published(
        code, code, "", reply="您好", kind=ArticleKind.REPLY, audience=Audience.INTERNAL,
        language=language,
    )  # fmt: skip
    fit(version, *pairs)
    return version


def codes(traits: CaseTraits = LOSS, language: str = ZH) -> list[str]:
    found = queries.suggestions(
        traits, at=timezone.now(), customer_language=language, reader_language=ZH
    )
    return [one.code for one in found]


def use(version: ArticleVersion, case: int, how: UseHow = UseHow.SENT, kind: str = "loss") -> None:
    services.note_use(
        [version], how=how, case_id=case, case_class=kind, by=UserFactory(), at=timezone.now()
    )


def test_what_is_narrower_comes_first_and_there_are_three() -> None:
    reply("every", (FitAspect.ANY, ""))
    reply("class", (FitAspect.CLASS, "loss"))
    reply("parent", (FitAspect.CAUSE, "delivery"))
    reply("both", (FitAspect.CLASS, "loss"), (FitAspect.STATUS, "in_transit"))
    reply("other", (FitAspect.CHANNEL, "email"))
    assert codes() == ["both", "parent", "class"]


def test_what_is_for_other_classes_or_customers_is_not_for_this_case() -> None:
    mine, theirs = CustomerFactory(), CustomerFactory()
    reply("damage", (FitAspect.CLASS, "damage"), (FitAspect.STATUS, "in_transit"))
    for code, customer in (("mine", mine), ("theirs", theirs)):
        version = reply(code, (FitAspect.STATUS, "in_transit"))
        services.set_fits(
            version.article, values={FitAspect.STATUS: ["in_transit"]}, customers=[customer],
            by=UserFactory(), at=timezone.now(),
        )  # fmt: skip
    traits = CaseTraits(case_class="loss", status="in_transit", customer_id=mine.pk)
    assert codes(traits) == ["mine"] and codes() == []


def test_a_draft_a_planned_and_a_retired_one_are_never_suggested() -> None:
    for n in range(45):
        of = article(f"draft-{n}")
        fit(written(of, "草稿"), (FitAspect.CLASS, "loss"), (FitAspect.STATUS, "in_transit"))
    now = timezone.now()
    planned = written(article("planned"), "以后")
    fit(planned, (FitAspect.CLASS, "loss"))
    services.publish_version(
        planned,
        audience=Audience.INTERNAL,
        starts_at=now + timedelta(days=1),
        by=planned.by,
        at=now,
    )
    gone = reply("gone", (FitAspect.CLASS, "loss"))
    services.retire_article(gone.article, reason="过时", by=gone.by, at=timezone.now())
    reply("here", (FitAspect.CLASS, "loss"))
    assert codes() == ["here"], "however many that fit better are not in force"


def test_what_helped_in_like_cases_moves_up_with_its_share() -> None:
    first = reply("first", (FitAspect.CLASS, "loss"))
    second = reply("second", (FitAspect.CLASS, "loss"))
    assert codes() == ["first", "second"]
    for case in (1, 2, 3):
        use(second, case)
    use(first, 4)
    use(second, 9, kind="damage")
    assert codes() == ["second", "first"]
    found = queries.suggestions(LOSS, at=timezone.now(), customer_language=ZH, reader_language=ZH)
    assert [(one.used, one.cases, one.share) for one in found] == [(3, 4, 75), (1, 4, 25)]


def test_a_case_counts_once_for_each_article_however_often_it_was_used() -> None:
    version = reply("first", (FitAspect.CLASS, "loss"))
    for how in (UseHow.READ, UseHow.SENT, UseHow.SENT, UseHow.READ):
        use(version, 7, how)
    use(reply("second", (FitAspect.CLASS, "loss")), 7)
    assert Use.objects.filter(version=version).count() == 2
    tallies = UseTally.objects.values_list("article__code", "cases")
    assert sorted(tallies, key=str) == [("first", 1), ("second", 1), (None, 1)]
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        cursor.execute("UPDATE knowledge_use SET case_id = 1")


def test_a_reply_in_a_language_the_customer_does_not_read_is_not_suggested() -> None:
    reply("chinese", (FitAspect.CLASS, "loss"))
    reply("english", (FitAspect.CLASS, "loss"), language="en")
    guide = published("guide", "怎么查", "先报状态", audience=Audience.INTERNAL)
    fit(guide, (FitAspect.CLASS, "loss"))
    assert codes(language="en") == ["english", "guide"], "a text informs the agent all the same"


def test_only_a_public_one_may_be_sent_as_an_address() -> None:
    for code, audience in (("inside", Audience.INTERNAL), ("outside", Audience.PUBLIC)):
        fit(published(code, code, audience=audience), (FitAspect.CLASS, "loss"))
    found = queries.suggestions(LOSS, at=timezone.now(), customer_language=ZH, reader_language=ZH)
    assert {one.code: one.is_public for one in found} == {"inside": False, "outside": True}


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_the_same_statements_for_one_and_for_three(rows: int) -> None:
    for n in range(rows):
        reply(f"reply-{n}", (FitAspect.CLASS, "loss"))
    with CaptureQueriesContext(connection) as asked:
        assert len(codes()) == rows
    assert len(asked) == 2


def test_what_cases_are_told_apart_by_comes_from_the_floors_above() -> None:
    assert {"loss", "damage"} <= {code for code, _label in fit_choices(FitAspect.CLASS)}
    for aspect, code in (
        (FitAspect.STATUS, "in_transit"), (FitAspect.CHANNEL, "phone"), (FitAspect.CAUSE, "delivery.late"),
    ):  # fmt: skip
        assert code in dict(fit_choices(aspect))
    of = article("claims")
    with pytest.raises(BadInput) as refused:
        services.set_fits(
            of, values={FitAspect.CLASS: ["lost"]}, by=UserFactory(), at=timezone.now()
        )
    assert refused.value.field == "class" and "lost" in str(refused.value)


def test_the_database_refuses_a_fit_that_is_none_and_the_same_twice() -> None:
    of = article("claims")
    for fields in (
        {"aspect": "class", "value": ""},
        {"aspect": "any", "value": "x"},
        {"aspect": "customer", "value": ""},
        {"aspect": "mood", "value": "good"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Fit.objects.create(article=of, **fields)
    Fit.objects.create(article=of, aspect="class", value="loss")
    with pytest.raises(IntegrityError, match="fit_once"), transaction.atomic():
        Fit.objects.create(article=of, aspect="class", value="loss")
