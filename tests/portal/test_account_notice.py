"""A customer's notice on its secret link, and the public page that says whether one is ours (COD-3, COD-5, COD-6)."""

import re

import pytest
from django.test import Client

from apps.account_changes.enums import RecipientState
from apps.account_changes.models import CampaignRecipient, Feedback, NoticeCheck
from apps.account_changes.queries.links import recipient_of_token, token_of
from apps.account_changes.rules.notice_codes import code_from, grouped
from apps.accounts.enums import Role
from apps.portal.limits import most_misses
from tests.factories.accounts import UserFactory
from tests.factories.campaigns import (
    WATCH_EN,
    WATCH_ZH,
    code,
    customer,
    recipient_of,
    sent_campaign,
)

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def row(db: None) -> CampaignRecipient:
    UserFactory(roles=[Role.AGENT])
    one = customer()
    return recipient_of(sent_campaign(), one)


def address(row: CampaignRecipient, more: str = "") -> str:
    return f"/notice/{token_of(row)}{more}"


@pytest.mark.requirement("COD-3")
def test_it_says_what_the_notice_says_in_both_languages(
    client: Client, row: CampaignRecipient
) -> None:
    answer = client.get(address(row))
    content = answer.content.decode()
    assert row.account.masked in content and WATCH_ZH in content and grouped(code(row)) in content
    assert row.account.number not in content
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]
    assert WATCH_EN in client.get(f"{address(row)}?lang=en").content.decode()
    row.refresh_from_db()
    assert row.state == RecipientState.TOLD, "looking changes nothing"


@pytest.mark.requirement("COD-5")
def test_they_confirm_by_name_and_ask(client: Client, row: CampaignRecipient) -> None:
    assert client.post(address(row, "/answer"), {"kind": "agrees", "name": " "}).status_code == 422
    kept = client.post(address(row, "/answer"), {"kind": "question", "name": "王会计", "text": ""})
    assert kept.status_code == 422 and "王会计" in kept.content.decode()
    answer = client.post(address(row, "/answer"), {"kind": "agrees", "name": "王会计"})
    assert answer.status_code == 303
    assert client.get(answer["Location"]).status_code == 200
    client.post(
        address(row, "/answer"),
        {"kind": "cannot_pay_in", "name": "王会计", "text": "付不进去 <script>alert(1)</script>"},
    )
    row.refresh_from_db()
    assert row.state == RecipientState.ACKNOWLEDGED
    asked = Feedback.objects.get(kind="cannot_pay_in")
    assert asked.case is not None and "<script>" in asked.text


@pytest.mark.requirement("COD-3")
def test_a_link_that_we_did_not_make_opens_nothing(client: Client, row: CampaignRecipient) -> None:
    token = token_of(row)
    for wrong in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[::-1],
        "x",
        "an_0-" + "a" * 22,
    ):
        assert recipient_of_token(wrong) is None
        assert client.get(f"/notice/{wrong}").status_code == 404
        assert (
            client.post(f"/notice/{wrong}/answer", {"kind": "agrees", "name": "x"}).status_code
            == 404
        )


@pytest.mark.requirement("COD-3")
def test_whoever_tries_out_links_is_stopped(client: Client, row: CampaignRecipient) -> None:
    answers = {client.get(f"/notice/{n}").status_code for n in range(most_misses() + 1)}
    assert answers == {404, 429}
    assert client.get(address(row)).status_code == 429


@pytest.mark.requirement("COD-6")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_anybody_learns_whether_a_notice_is_ours(
    client: Client, row: CampaignRecipient, language: str
) -> None:
    empty = client.get(f"/verify?lang={language}")
    assert empty.status_code == 200 and "no-store" in empty["Cache-Control"]
    words = {
        "zh-hans": ("真实", "不是我司发出"),
        "en": ("Genuine: this notice is ours", "Not ours: do not pay"),
    }[language]
    right = client.post("/verify", {"code": grouped(code(row)).lower(), "digits": row.account.tail})
    assert right.status_code == 200 and words[0] in right.content.decode()
    wrong = client.post("/verify", {"code": code_from(5), "digits": row.account.tail})
    assert wrong.status_code == 200 and words[1] in wrong.content.decode()
    for answer in (right, wrong):
        content = answer.content.decode()
        assert row.customer.name not in content and row.account.number not in content
        assert not re.search(r"<script[^>]*portal", content)


@pytest.mark.requirement("COD-6")
def test_answers_are_of_one_size(client: Client, row: CampaignRecipient) -> None:
    wrong = f"{(int(row.account.tail) + 1) % 10_000:04d}"
    client.get("/verify")
    known = client.post("/verify", {"code": code(row), "digits": wrong})
    unknown = client.post("/verify", {"code": code_from(99), "digits": wrong})
    assert abs(len(known.content) - len(unknown.content)) < 200
    assert known.status_code == unknown.status_code == 200


@pytest.mark.requirement("COD-6")
def test_what_is_missing_is_said_and_too_many_tries_wait(
    client: Client, row: CampaignRecipient
) -> None:
    for typed in ({"code": "", "digits": "1234"}, {"code": "x", "digits": "12"}):
        assert client.post("/verify", typed).status_code == 422
    answers = [
        client.post("/verify", {"code": f"guess{n}", "digits": "0000"}).status_code
        for n in range(21)
    ]
    assert answers == [200] * 20 + [429]
    stopped = client.post("/verify", {"code": code(row), "digits": row.account.tail})
    assert stopped.status_code == 429 and int(stopped["Retry-After"]) > 0
    assert NoticeCheck.objects.count() == 20
