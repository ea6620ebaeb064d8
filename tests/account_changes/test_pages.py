"""The pages of a campaign: the press with its preview, the board, the list per channel, who may not (COD-3, COD-5)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.account_changes.enums import FeedbackClass, FeedbackSource, RecipientState
from apps.account_changes.models import Campaign, Feedback, NoticeCheck
from apps.account_changes.services import campaigns
from apps.accounts.enums import Role
from apps.accounts.queries import public_user
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.campaigns import (
    agent_of,
    code,
    customer,
    recipient_of,
    scheduled_change,
    sent_campaign,
)
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-3")]
BOARD, LIST = "/admin/account_changes/campaign/", "/admin/account_changes/campaignrecipient/"


@pytest.fixture
def director(client: Client) -> Client:
    client.cookies["yipiao_language"] = "en"
    sign_in(client, UserFactory(roles=[Role.DIRECTOR], language="en"))
    return client


def typed(project: Any, **changes: Any) -> dict[str, Any]:
    now = timezone.localtime()
    return {
        "project": project.pk,
        "agent": agent_of(project).pk,
        "watch_zh": "请勿改汇其他账户。",
        "watch_en": "Pay into no other account.",
        "call_from": f"{now + timedelta(days=2):%Y-%m-%d %H:%M}",
        "deadline": f"{now + timedelta(days=10):%Y-%m-%d %H:%M}",
        **changes,
    }


def test_it_is_looked_at_first_and_sent_by_one_press(director: Client) -> None:
    customer(), customer()
    project = scheduled_change()
    asked = director.get(f"{BOARD}add/?project={project.number}").content.decode()
    assert project.number in asked and "never press you" in asked
    preview = director.post(f"{BOARD}add/", {**typed(project), "preview": "1"}).content.decode()
    assert "Customers it would go to: 2" in preview and "收款账户将变更" in preview
    assert project.new_account.masked in preview  # type: ignore[union-attr]
    assert not Campaign.objects.exists()
    answer = director.post(f"{BOARD}add/", typed(project))
    campaign = Campaign.objects.get()
    assert answer.status_code == 302 and campaign.customers == 2
    again = director.post(f"{BOARD}add/", typed(project)).content.decode()
    assert Campaign.objects.count() == 1 and "Select a valid choice" in again


def test_a_number_in_the_words_is_refused_beside_its_field(director: Client) -> None:
    customer()
    project = scheduled_change()
    answer = director.post(f"{BOARD}add/", typed(project, watch_en="Call 021 5555 6666"))
    assert "never one from a notice" in answer.content.decode()
    assert not Campaign.objects.exists()


def test_the_board_counts_with_the_way_to_the_rows(director: Client) -> None:
    one, _two = customer(), customer()
    campaign = sent_campaign()
    campaigns.give_feedback(
        recipient_id=recipient_of(campaign, one).pk,
        kind=FeedbackClass.AGREES,
        name="王会计",
        source=FeedbackSource.LINK,
        by=public_user(),
        at=timezone.now(),
    )
    shown = director.get(f"{BOARD}{campaign.pk}/change/").content.decode()
    assert "1 of 2 customers reached" in shown
    assert f"?view=all&amp;campaign={campaign.pk}&amp;state=acknowledged" in shown
    assert campaign.sha256 in shown and "no longer those that were sent" not in shown
    assert director.get(BOARD).status_code == 200


@pytest.mark.parametrize("view", ["open", "mine", "calls", "reached", "acknowledged", "all"])
def test_the_list_in_every_view_and_as_a_sheet(director: Client, view: str) -> None:
    one = customer()
    lonely = CustomerFactory()
    campaign = sent_campaign()
    shown = director.get(f"{LIST}?view={view}").content.decode()
    assert (lonely.name in shown) == (view in ("open", "calls", "all"))
    assert (one.name in shown) == (view in ("open", "all"))
    asked = f"{LIST}?view=all&campaign={campaign.pk}&channel=sms&status=read&q={one.code}"
    assert one.name not in director.get(asked).content.decode()
    sheet = director.post(f"{LIST}export/", {"format": "csv", "view": "all"})
    text = b"".join(sheet.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert one.code in text and lonely.code in text


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    director: Client, n: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _n in range(n):
        customer()
    sent_campaign()
    director.get(LIST)
    with django_assert_max_num_queries(12):
        shown = director.get(LIST).content.decode()
    assert shown.count("data-open") >= n or shown.count("account_changes/campaignrecipient/") >= n


def test_an_agent_calls_enters_what_was_said_and_hands_on(client: Client) -> None:
    lonely = CustomerFactory()
    campaign = sent_campaign()
    row = recipient_of(campaign, lonely)
    agent, other = UserFactory(roles=[Role.AGENT]), UserFactory(roles=[Role.AGENT])
    sign_in(client, agent)
    page = f"{LIST}{row.pk}/change/"
    assert client.get(page).status_code == 200
    act = f"{LIST}{row.pk}/do"
    client.post(f"{act}/give/", {"give-agent": other.pk})
    row.refresh_from_db()
    assert row.agent == other
    refused = client.post(f"{act}/call/", {"call-reached": "no", "call-note": ""})
    assert refused.status_code == 422
    client.post(f"{act}/call/", {"call-reached": "yes", "call-note": "王会计"})
    row.refresh_from_db()
    assert row.state == RecipientState.PHONED
    client.post(
        f"{act}/said/", {"said-kind": "question", "said-name": "王会计", "said-text": "何时开始？"}
    )
    feedback = Feedback.objects.get()
    assert feedback.source == FeedbackSource.PHONE and feedback.case is not None
    assert feedback.case.number in client.get(page).content.decode()
    assert client.get(f"/admin/account_changes/feedback/{feedback.pk}/change/").status_code == 200
    assert (
        feedback.case.number
        in client.get("/admin/account_changes/feedback/?answered=no").content.decode()
    )
    assert (
        feedback.case.number
        not in client.get("/admin/account_changes/feedback/?answered=yes").content.decode()
    )


@pytest.mark.requirement("COD-6")
def test_the_safety_officer_sees_what_was_looked_up(client: Client) -> None:
    one = customer()
    row = recipient_of(sent_campaign(), one)
    wrong = f"{(int(row.account.tail) + 1) % 10_000:04d}"
    campaigns.check_notice(code(row), wrong, address="203.0.113.9", at=timezone.now())
    sign_in(client, UserFactory(roles=[Role.SAFETY_OFFICER]))
    assert one.name in client.get("/admin/account_changes/noticecheck/").content.decode()
    check = NoticeCheck.objects.get()
    page = client.get(f"/admin/account_changes/noticecheck/{check.pk}/change/").content.decode()
    assert "203.0.113.9" not in page and one.name in page


@pytest.mark.parametrize(
    ("role", "address", "status"),
    [
        (Role.WAREHOUSE_MANAGER, BOARD, 403),
        (Role.WAREHOUSE_MANAGER, LIST, 403),
        (Role.WAREHOUSE_MANAGER, "/admin/account_changes/feedback/", 403),
        (Role.AGENT, "/admin/account_changes/noticecheck/", 403),
        (Role.AGENT, f"{BOARD}add/", 403),
        (Role.SAFETY_OFFICER, f"{BOARD}add/", 403),
        (Role.AGENT, LIST, 200),
    ],
)
def test_who_may_not(client: Client, role: Role, address: str, status: int) -> None:
    sign_in(client, UserFactory(roles=[role]))
    assert client.get(address).status_code == status


def test_an_agent_may_not_take_the_list_along(client: Client) -> None:
    customer()
    sent_campaign()
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    assert client.post(f"{LIST}export/", {"format": "csv"}).status_code == 403
