"""Versions, publications and who reads what (STF-2)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import Role
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.knowledge import queries, services
from apps.knowledge.enums import ArticleKind, Audience
from apps.knowledge.models import Article, MissedSearch, Opinion, Publication, Understanding
from tests.factories.accounts import UserFactory
from tests.factories.knowledge import article, published, section, written

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-2")]
ZH = "zh-hans"


def codes(audience: Audience = Audience.PUBLIC, *, days: float = 0) -> list[str]:
    at = timezone.now() + timedelta(days=days)
    return [row.article.code for row in queries.in_force(audience, at, ZH)]


def test_a_draft_is_read_by_nobody_and_a_planned_one_from_its_day() -> None:
    version = written(article("claims"), "理赔")
    assert codes() == codes(Audience.INTERNAL) == []
    now = timezone.now()
    services.publish_version(
        version, audience=Audience.PUBLIC, starts_at=now + timedelta(days=3), by=version.by, at=now
    )
    assert codes() == [] and codes(days=4) == ["claims"]


def test_the_next_version_takes_over_and_the_old_one_stays_on_record() -> None:
    published("claims", "旧文", "一")
    newer = published("claims", "新文", "二")
    now = timezone.now()
    assert [row.title for row in queries.in_force(Audience.PUBLIC, now, ZH)] == ["新文"]
    first, second = Publication.objects.order_by("pk")
    assert first.ends_at == second.starts_at and second.version == newer
    assert Event.objects.filter(kind="article.published").count() == 2


def test_publishing_the_same_twice_counts_once() -> None:
    version = published("claims", "理赔")
    with pytest.raises(RuleBroken) as refused:
        services.publish_version(
            version, audience=Audience.PUBLIC, by=version.by, at=timezone.now()
        )
    assert refused.value.code == "published_already"
    assert Publication.objects.count() == 1


def test_a_plan_is_replaced_by_what_is_published_before_it() -> None:
    now = timezone.now()
    first = written(article("claims"), "一", "一")
    services.publish_version(
        first, audience=Audience.PUBLIC, starts_at=now + timedelta(days=5), by=first.by, at=now
    )
    second = written(first.article, "二", "二")
    services.publish_version(second, audience=Audience.PUBLIC, by=first.by, at=now)
    found = queries.in_force(Audience.PUBLIC, now + timedelta(days=6), ZH)
    assert [row.title for row in found] == ["二"]


def test_nothing_begins_in_the_past() -> None:
    version = written(article("claims"), "理赔")
    now = timezone.now()
    with pytest.raises(BadInput) as refused:
        services.publish_version(
            version, audience=Audience.PUBLIC, starts_at=now - timedelta(minutes=1), by=version.by, at=now
        )  # fmt: skip
    assert (refused.value.code, refused.value.field) == ("in_the_past", "starts_at")


def test_a_policy_for_everybody_has_ten_days_notice_or_a_reason() -> None:
    version = written(article("compensation", ArticleKind.POLICY), "赔付规则")
    now = timezone.now()
    with pytest.raises(BadInput) as refused:
        services.publish_version(version, audience=Audience.PUBLIC, by=version.by, at=now)
    assert refused.value.code == "no_notice"
    services.publish_version(version, audience=Audience.INTERNAL, by=version.by, at=now)
    services.publish_version(
        version, audience=Audience.PUBLIC, starts_at=now + timedelta(days=10), by=version.by, at=now
    )
    assert codes(days=9) == [] and codes(days=11) == ["compensation"]
    other = written(article("flood", ArticleKind.POLICY), "水灾")
    services.publish_version(
        other, audience=Audience.PUBLIC, urgent_why="不可抗力：水灾", by=other.by, at=now
    )
    assert codes() == ["flood"]


def test_the_database_itself_refuses_a_policy_without_notice_and_two_at_once() -> None:
    version = published("claims", "理赔")
    row = Publication.objects.get()
    with pytest.raises(IntegrityError, match="publication_one_at_a_time"), transaction.atomic():
        Publication.objects.create(
            version=version, article=version.article, language=ZH, kind=row.kind,
            audience=row.audience, starts_at=row.starts_at + timedelta(hours=1), at=row.at, by=row.by,
        )  # fmt: skip
    policy = written(article("rules", ArticleKind.POLICY), "规则")
    with (
        pytest.raises(IntegrityError, match="publication_policy_with_notice"),
        transaction.atomic(),
    ):
        Publication.objects.create(
            version=policy, article=policy.article, language=ZH, kind=ArticleKind.POLICY,
            audience=Audience.PUBLIC, starts_at=row.at, at=row.at, by=row.by,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="is of its version"), transaction.atomic():
        Publication.objects.create(
            version=policy, article=policy.article, language=ZH, kind=ArticleKind.FAQ,
            audience=Audience.PUBLIC, starts_at=row.at, at=row.at, by=row.by,
        )  # fmt: skip
    for sql in (
        "UPDATE knowledge_publication SET audience = 'internal'",
        "DELETE FROM knowledge_publication",
        "UPDATE knowledge_articleversion SET title = 'x'",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(sql)


def test_withdrawn_and_retired_are_read_by_nobody() -> None:
    published("claims", "理赔")
    now = timezone.now()
    services.withdraw_publication(
        Publication.objects.get(), reason="过时", by=UserFactory(), at=now
    )
    assert codes() == []
    with pytest.raises(RuleBroken) as refused:
        services.withdraw_publication(
            Publication.objects.get(), reason="再次", by=UserFactory(), at=now
        )
    assert refused.value.code == "ended_already"
    other = published("address", "改地址")
    services.retire_article(other.article, reason="并入别处", by=other.by, at=timezone.now())
    assert codes() == []
    with pytest.raises(RuleBroken) as retired:
        written(other.article, "新")
    assert retired.value.code == "retired"


def test_two_who_write_at_once_lose_nothing() -> None:
    of = article("claims")
    written(of, "一", "一")
    with pytest.raises(RuleBroken) as refused:
        services.write_version(
            of, language=ZH, title="二", body="二", after=0, by=UserFactory(), at=timezone.now()
        )
    assert refused.value.code == "changed_meanwhile" and of.owner.display_name in str(refused.value)


@pytest.mark.parametrize(
    ("title", "body", "field"),
    [("", "正文", "title"), ("标题", "", "body"), ("标题", "x" * 20_001, "body"), ("标题" * 80, "正文", "title")],
)  # fmt: skip
def test_an_empty_or_endless_text_is_refused_at_its_field(
    title: str, body: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        written(article("claims"), title, body)
    assert refused.value.field == field


def test_a_link_to_a_script_is_refused_with_its_line() -> None:
    with pytest.raises(BadInput) as refused:
        written(article("claims"), "理赔", "一\n[点](javascript:alert(1))")
    assert "2: javascript:" in str(refused.value) and refused.value.field == "body"


@pytest.mark.parametrize("code", ["", "理赔", "Claims", "a--b", "-a", "a b", "a/b"])
def test_a_code_is_typed_in_small_letters(code: str) -> None:
    with pytest.raises(BadInput) as refused:
        article(code)
    assert refused.value.field == "code"


def test_staff_read_what_everybody_reads_unless_they_have_their_own() -> None:
    published("claims", "给大家的")
    published("address", "改地址")
    published("claims", "给同事的", "内部", audience=Audience.INTERNAL)
    now = timezone.now()
    titles = {
        row.title for shelf in queries.shelves(Audience.INTERNAL, now, ZH) for row in shelf.articles
    }
    assert titles == {"给同事的", "改地址"}
    public = {
        row.title for shelf in queries.shelves(Audience.PUBLIC, now, ZH) for row in shelf.articles
    }
    assert public == {"给大家的", "改地址"}


def test_a_reader_of_the_other_language_is_given_what_there_is() -> None:
    published("claims", "理赔")
    now = timezone.now()
    found = queries.article_in_force("claims", Audience.PUBLIC, now, "en")
    assert found is not None and found.language == ZH
    published("claims", "Claims", language="en")
    found = queries.article_in_force("claims", Audience.PUBLIC, timezone.now(), "en")
    assert found is not None and found.title == "Claims"


def test_words_are_found_anywhere_in_a_chinese_sentence_and_the_title_weighs_most() -> None:
    published("pay", "到付怎么付", "收件人签收时支付运费，如需理赔见别处。")
    published("claims", "如何申请理赔", "破损请先拍照。")
    published("hours", "营业时间", "每天。")
    now = timezone.now()

    def found(text: str) -> list[str]:
        return [row.code for row in queries.search(text, Audience.PUBLIC, now, ZH)]

    assert found("理赔") == ["claims", "pay"]
    assert found("请理") == ["claims"]
    assert found("付") == ["pay"]
    assert found("完全没有的词语") == []
    assert found("怎么申请理赔呀") == ["claims"]
    assert found("' | & ! ( ) :*") == [] and found("理赔 " * 5_000) == ["claims", "pay"]


def test_a_draft_and_an_internal_text_are_never_found_by_everybody() -> None:
    written(article("draft"), "草稿理赔")
    published("inside", "内部理赔", audience=Audience.INTERNAL)
    now = timezone.now()
    assert queries.search("理赔", Audience.PUBLIC, now, ZH) == []
    assert [row.code for row in queries.search("理赔", Audience.INTERNAL, now, ZH)] == ["inside"]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_search_takes_as_many_statements_for_one_article_as_for_three(rows: int) -> None:
    for n in range(rows):
        published(f"claims-{n}", f"理赔 {n}")
    with CaptureQueriesContext(connection) as asked:
        assert len(queries.search("理赔", Audience.INTERNAL, timezone.now(), ZH)) == rows
    assert len(asked) == 1


def test_who_has_not_read_it_is_known_by_name_a_newcomer_too() -> None:
    version = published("claims", "理赔", audience=Audience.INTERNAL)
    now = timezone.now()
    anna = UserFactory(display_name="安娜", roles=[Role.AGENT])
    asked = services.ask_reading(
        version, roles=[Role.AGENT], due_at=now + timedelta(days=2), by=version.by, at=now
    )
    assert list(queries.missing_readers(asked)) == [anna]
    assert [row.version for row in queries.to_read(anna, now)] == [version]
    services.mark_understood(version, by=anna, at=now)
    services.mark_understood(version, by=anna, at=now)
    assert Understanding.objects.count() == 1 and not queries.missing_readers(asked).exists()
    ben = UserFactory(display_name="本", roles=[Role.AGENT])
    assert list(queries.missing_readers(asked)) == [ben] and not queries.to_read(anna, now).exists()
    with pytest.raises(RuleBroken) as refused:
        services.ask_reading(
            version, roles=[Role.AGENT], due_at=now + timedelta(days=2), by=version.by, at=now
        )
    assert refused.value.code == "asked_already"


def test_staff_are_not_asked_to_read_what_they_cannot() -> None:
    version = written(article("claims"), "理赔")
    now = timezone.now()
    with pytest.raises(RuleBroken) as refused:
        services.ask_reading(
            version, roles=[Role.AGENT], due_at=now + timedelta(days=2), by=version.by, at=now
        )
    assert refused.value.code == "not_in_force"


def test_an_opinion_counts_once_for_each_reader() -> None:
    version = published("claims", "理赔")
    for who, helped in (("a", True), ("a", False), ("b", True)):
        services.give_opinion(version, who=who, helped=helped, at=timezone.now())
    assert queries.opinions_of(version) == (1, 2) and Opinion.objects.count() == 2


def test_what_was_looked_for_in_vain_is_counted_without_personal_data() -> None:
    now = timezone.now()
    for _ in range(3):
        services.note_search(
            "我的包裹 13812345678", found=False, audience=Audience.PUBLIC, language=ZH, at=now
        )
    row = MissedSearch.objects.get()
    assert row.times == 3 and "12345678" not in row.text
    with pytest.raises(BadInput):
        services.settle_missed_search(row, by=UserFactory(), at=now)
    of = published("parcel", "包裹在哪").article
    services.settle_missed_search(row, article=of, by=UserFactory(), at=now)
    with pytest.raises(RuleBroken):
        services.settle_missed_search(row, article=of, by=UserFactory(), at=now)


def test_the_kind_stays_once_it_was_published() -> None:
    version = published("claims", "理赔")
    with pytest.raises(RuleBroken) as refused:
        services.change_article(
            version.article, {"kind": ArticleKind.POLICY}, by=version.by, at=timezone.now()
        )
    assert refused.value.field == "kind"
    services.change_article(
        version.article, {"section": section("other")}, by=version.by, at=timezone.now()
    )
    assert Article.objects.get().section.code == "other"
