"""The help centre: what everybody may read, found by words, in the budget of the public pages (STF-2)."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import Role
from apps.knowledge import services
from apps.knowledge.enums import ArticleKind, Audience
from apps.knowledge.models import MissedSearch, Opinion, Publication
from tests.factories.accounts import UserFactory
from tests.factories.knowledge import article, published, written

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-2")]


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_visitor_finds_the_public_article_and_neither_draft_nor_internal_text(
    client: Client,
) -> None:
    published("how-to-claim", "如何申请理赔", "先拍照")
    written(article("draft-claim"), "理赔草稿")
    published("inside", "内部理赔", audience=Audience.INTERNAL)
    for address in ("/help", "/help?q=理赔"):
        shown = text_of(client, address)
        assert "如何申请理赔" in shown and "草稿" not in shown and "内部" not in shown
    assert "先拍照" in text_of(client, "/help/how-to-claim")
    for code in ("draft-claim", "inside", "nothing"):
        assert client.get(f"/help/{code}").status_code == 404


def test_what_is_planned_or_withdrawn_is_not_there(client: Client) -> None:
    version = written(article("rules", ArticleKind.POLICY), "赔付规则")
    now = timezone.now()
    services.publish_version(
        version, audience=Audience.PUBLIC, starts_at=now + timedelta(days=10), by=version.by, at=now
    )
    assert client.get("/help/rules").status_code == 404
    gone = published("gone", "旧文")
    services.withdraw_publication(
        Publication.objects.get(version=gone), reason="过时", by=UserFactory(), at=timezone.now()
    )
    assert client.get("/help/gone").status_code == 404
    assert "旧文" not in text_of(client, "/help")


def test_a_reader_of_english_is_told_that_there_is_only_chinese(client: Client) -> None:
    published("how-to-claim", "如何申请理赔")
    shown = text_of(client, "/help/how-to-claim?lang=en")
    assert "not written in your language yet" in shown and 'lang="zh-CN"' in shown


def test_a_search_in_vain_is_noted_masked_and_a_script_cannot_flood_it(client: Client) -> None:
    shown = text_of(client, "/help?q=包裹13812345678")
    assert "没有找到" in shown and "/report?t=" in shown
    assert "12345678" not in MissedSearch.objects.get().text
    for n in range(60):
        client.get(f"/help?q=词{n}号")
    assert MissedSearch.objects.count() <= 31


def test_the_words_are_carried_into_the_report(client: Client) -> None:
    assert "冷链怎么寄" in text_of(client, "/report?t=冷链怎么寄")
    assert len(text_of(client, "/report?t=" + "长" * 5_000)) < 20_000


def test_an_opinion_counts_once_a_day_for_an_address(client: Client) -> None:
    published("how-to-claim", "如何申请理赔")
    for given in ("helped", "not_helped", "nonsense"):
        answer = client.post("/help/how-to-claim/opinion", {"said": given})
        assert (answer.status_code, answer["Location"]) == (303, "/help/how-to-claim?said=1")
    row = Opinion.objects.get()
    assert not row.helped and "127.0.0.1" not in row.who
    assert client.post("/help/nothing/opinion", {"said": "helped"}).status_code == 404
    for _ in range(40):
        last = client.post("/help/how-to-claim/opinion", {"said": "helped"})
    assert last.status_code == 429 and last["Retry-After"]


def test_nothing_typed_into_the_search_breaks_it(client: Client) -> None:
    for typed in (
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "a" * 10_000,
        "\u0000",
        "&|!()",
        "%",
        "理" * 9_999,
    ):
        answer = client.get("/help", {"q": typed})
        assert answer.status_code == 200 and b"<script>alert" not in answer.content


def test_a_search_that_is_too_long_is_refused_in_words(client: Client) -> None:
    published("how-to-claim", "如何申请理赔")
    for typed in ("a" * 10_000, "理" * 10_000):
        shown = text_of(client, f"/help?q={typed}")
        assert 'role="alert"' in shown and "200" in shown and typed not in shown
        assert "too long" in text_of(client, f"/help?lang=en&q={typed}")
    assert not MissedSearch.objects.exists()


def test_search_engines_list_public_articles_only(client: Client, settings: object) -> None:
    settings.SITE_URL = "https://parcels.example"  # type: ignore[attr-defined]
    published("how-to-claim", "如何申请理赔")
    published("inside", "内部", audience=Audience.INTERNAL)
    answer = client.get("/sitemap.xml")
    assert answer["Content-Type"].startswith("application/xml")
    assert b"https://parcels.example/help/how-to-claim" in answer.content
    assert b"inside" not in answer.content and b"/track" not in answer.content
    assert "X-Robots-Tag" not in client.get("/help/how-to-claim")
    assert client.get("/help?q=理赔")["X-Robots-Tag"] == "noindex, nofollow"


def test_searching_leaves_no_cookie_and_the_pages_stay_in_their_budget(client: Client) -> None:
    published("how-to-claim", "如何申请理赔", "先拍照。" * 2_000)
    for n in range(60):
        published(f"article-{n}", f"第{n}篇：怎样寄件、查件与理赔")
    assert not client.get("/help").cookies and not client.get("/help?q=先拍照").cookies
    for address in ("/help", "/help?q=先拍照", "/help/how-to-claim"):
        assert weight(client, address) < 60_000, address


def weight(client: Client, address: str) -> int:
    """Bytes of a page with the styles and scripts that it names, each compressed as it is served."""
    page = client.get(address).content
    named = re.findall(rb'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)
    assert named
    parts = [page, *((Path("static") / name.decode()).read_bytes() for name in named)]
    return sum(len(gzip.compress(part)) for part in parts)


def test_only_public_words_reach_a_signed_in_colleague_too(client: Client) -> None:
    from tests.factories.accounts import sign_in

    published("inside", "内部理赔", audience=Audience.INTERNAL)
    sign_in(client, UserFactory(roles=[Role.DIRECTOR]))
    assert client.get("/help/inside").status_code == 404
