"""Articles by API: what everybody may read, in the shape that is described (STF-2)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import ApiScope
from tests.factories.accounts import bearer
from tests.factories.knowledge import published

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-2")]
URL = "/api/v1/articles"


def ask(client: Client, url: str = URL, **query: str) -> Any:
    answer = client.get(url, query, headers=bearer(ApiScope.ARTICLES_READ))
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_articles_are_listed_found_and_read_in_both_languages(client: Client) -> None:
    published("claims", "如何申请理赔", "先**拍照**。\n\n<script>alert(1)</script>")
    published("claims", "How to claim", "Take pictures.", language="en")
    published("hours", "营业时间", "每天。")
    assert [one["code"] for one in ask(client)["results"]] == ["claims", "hours"]
    (found,) = ask(client, q="申请理")["results"]
    assert found["title"] == "如何申请理赔" and found["begins"].startswith("先拍照。")
    (english,) = ask(client, language="en")["results"]
    assert english["section"] == "Section service"
    one = ask(client, f"{URL}/claims")
    assert "<strong>拍照</strong>" in one["html"] and "<script>" not in one["html"]
    assert ask(client, f"{URL}/hours", language="en")["language"] == "zh-hans"


def test_a_key_without_the_scope_and_nobody_are_refused(client: Client) -> None:
    assert client.get(URL).status_code == 401
    assert client.get(URL, headers=bearer(ApiScope.CASES_READ)).status_code == 403
    assert client.get(f"{URL}/x", headers=bearer(ApiScope.CASES_READ)).status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [({"language": "de"}, "language"), ({"q": ""}, "q"), ({"q": " "}, "q"), ({"q": "理" * 10_000}, "q"), ({"find": "x"}, "find")],
)  # fmt: skip
def test_what_the_description_forbids_is_refused_by_name(
    client: Client, query: dict[str, str], field: str
) -> None:
    answer = client.get(URL, query, headers=bearer(ApiScope.ARTICLES_READ))
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_one_statement_for_one_article_and_three(client: Client, rows: int) -> None:
    for n in range(rows):
        published(f"claims-{n}", f"理赔 {n}")
    with CaptureQueriesContext(connection) as asked:
        assert len(ask(client)["results"]) == rows
    assert len([q for q in asked if 'FROM "knowledge_' in q["sql"]]) == 1
