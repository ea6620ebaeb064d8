"""One query decides what is public; page, search, suggestion, list for search engines and API ask it
(STF-2)."""

import ast
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import ApiScope
from apps.knowledge import services
from apps.knowledge.enums import Audience, FitAspect
from apps.knowledge.models import ArticleVersion, Publication
from apps.knowledge.queries import readable, suggestions
from apps.knowledge.rules.fits import CaseTraits
from tests.factories.accounts import UserFactory, bearer
from tests.factories.knowledge import article, published, written

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-2")]
WORDS = "赔付上限"
APPS = Path(__file__).resolve().parents[2] / "apps"


@pytest.fixture
def five(settings: Any) -> None:
    """A draft, an internal, a withdrawn, a future-dated and a public article with the same words."""
    settings.SITE_URL = "https://parcels.example"
    now = timezone.now()
    written(article("one-draft"), WORDS)
    published("one-internal", WORDS, audience=Audience.INTERNAL)
    gone = published("one-withdrawn", WORDS)
    services.withdraw_publication(
        Publication.objects.get(version=gone), reason="过时", by=gone.by, at=timezone.now()
    )
    future = written(article("one-future"), WORDS)
    services.publish_version(
        future, audience=Audience.PUBLIC, starts_at=now + timedelta(days=3), by=future.by, at=now
    )
    published("one-public", WORDS)


def doors(client: Client) -> dict[str, str]:
    """What each door says to somebody from outside."""
    key = bearer(ApiScope.ARTICLES_READ)
    asked: dict[str, dict[str, Any]] = {
        "/help": {}, f"/help?q={WORDS}": {}, "/help/one-public": {}, "/sitemap.xml": {},
        "/api/v1/articles": {"headers": key}, f"/api/v1/articles?q={WORDS}": {"headers": key},
    }  # fmt: skip
    return {path: client.get(path, **given).content.decode() for path, given in asked.items()}


@pytest.mark.usefixtures("five")
def test_no_door_shows_a_trace_of_what_is_not_public(client: Client) -> None:
    hidden = ("one-draft", "one-internal", "one-withdrawn", "one-future")
    for path, shown in doors(client).items():
        assert "one-public" in shown, path
        assert not [code for code in hidden if code in shown], path
    key = bearer(ApiScope.ARTICLES_READ)
    nothing = client.get("/help/nothing").content
    unknown = client.get("/api/v1/articles/nothing", headers=key)
    for code in hidden:
        answer = client.get(f"/help/{code}")
        shown = answer.content.decode().replace(code, "nothing")
        assert (answer.status_code, len(shown)) == (404, len(nothing.decode()))
        answer = client.get(f"/api/v1/articles/{code}", headers=key)
        assert (answer.status_code, answer.json()["code"]) == (404, unknown.json()["code"])
        assert WORDS not in client.get(f"/report?a={code}").content.decode()
        assert client.post(f"/help/{code}/opinion", {"said": "helped"}).status_code == 404
    assert f"“{WORDS}”" in client.get("/report?a=one-public&lang=en").content.decode()


@pytest.mark.usefixtures("five")
def test_where_that_query_says_nothing_nothing_is_public_anywhere(
    client: Client, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Proof that no door decides by itself: each falls silent with the one query."""
    version = ArticleVersion.objects.get(article__code="one-public")
    services.set_fits(
        version.article, values={FitAspect.CLASS: ["loss"]}, by=UserFactory(), at=timezone.now()
    )

    def suggested() -> list[bool]:
        found = suggestions(
            CaseTraits("loss"), at=timezone.now(), customer_language="zh-hans", reader_language="zh-hans"
        )  # fmt: skip
        return [one.is_public for one in found]

    assert suggested() == [True]

    def none(_at: datetime, _language: str | None = None) -> "QuerySet[ArticleVersion]":
        return ArticleVersion.objects.none()

    for name in ("queries", "queries.in_force", "queries.suggesting", "services.using"):
        monkeypatch.setattr(sys.modules[f"apps.knowledge.{name}"], "public", none)
    # What was written out of it is written out again, now and after this test.
    written_out = sys.modules["apps.knowledge.queries.suggesting"]._reading
    request.addfinalizer(written_out.cache_clear)
    written_out.cache_clear()
    for path, shown in doors(client).items():
        assert "one-public" not in shown or path == "/help/one-public", path
    assert client.get("/help/one-public").status_code == 404
    assert suggested() == [False]


def test_nobody_else_asks_who_may_read() -> None:
    """Publications are read by the query, by those who write articles, and by what they are made of."""
    allowed = {
        "knowledge/queries/in_force.py", "knowledge/queries/articles.py", "knowledge/models/__init__.py",
        "knowledge/models/publications.py", "knowledge/services/publishing.py", "knowledge/demo.py",
        "knowledge/services/using.py", "knowledge/seeding.py",
    }  # fmt: skip
    found = set()
    for path in APPS.rglob("*.py"):
        name = str(path.relative_to(APPS))
        if "/migrations/" in name or "knowledge" not in path.read_text():
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            of_ours = isinstance(node, ast.ImportFrom) and "apps.knowledge" in (node.module or "")
            if of_ours and "Publication" in {one.name for one in node.names}:  # type: ignore[attr-defined]  # checked above
                found.add(name)
    assert found <= allowed, found - allowed


def test_a_language_of_staffs_own_hides_the_public_text_in_that_language_only() -> None:
    published("claims", "给同事的", audience=Audience.INTERNAL)
    published("claims", "For everybody", language="en")
    published("other", "内部英文", language="en", audience=Audience.INTERNAL)
    at: datetime = timezone.now()
    found = {row.title for row in readable(Audience.INTERNAL, at)}
    assert found == {"给同事的", "For everybody", "内部英文"}
