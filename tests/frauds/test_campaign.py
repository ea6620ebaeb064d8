"""Frauds around the notice of an account change, each refused and each with its trace (COD-3, COD-6)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.account_changes.enums import FeedbackClass, FeedbackSource, NoticeAnswer, RecipientState
from apps.account_changes.models import Campaign, CampaignRecipient, Feedback, NoticeCheck
from apps.account_changes.notices import NotAsSent
from apps.account_changes.queries.links import token_of
from apps.account_changes.rules.notice_codes import code_from
from apps.account_changes.services import campaigns, changes
from apps.accounts.enums import Role
from apps.accounts.queries import public_user, system_user
from apps.banking.enums import AccountPurpose
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.events.services import grants
from apps.notifications import services as notifications
from apps.notifications.models import Delivery
from apps.notifications.services import notify_about
from apps.portal.limits import most_misses
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.banking import bank_account
from tests.factories.campaigns import (
    approved_change,
    code,
    customer,
    recipient_of,
    scheduled_change,
    sent_campaign,
)
from tests.factories.notifications import relay_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6")]
A = NoticeAnswer
CROOK = "198.51.100.66"


@pytest.fixture
def victim(db: None) -> CampaignRecipient:
    """A customer who was told."""
    one = customer()
    return recipient_of(sent_campaign(), one)


def asks(typed: str, digits: str, address: str = CROOK) -> NoticeAnswer:
    return campaigns.check_notice(typed, digits, address=address, at=timezone.now())


def trace(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def refused_by_database(work: Callable[[], Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        work()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def sql(statement: str, *values: Any) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            # As whoever has got hold of the application's connection: no maintenance of the owner.
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(statement, values)

    return run


def test_the_verify_page_is_enumerated_by_code(victim: CampaignRecipient) -> None:
    """75 bits, twenty wrong ones an hour: whoever tries codes is stopped, and told nothing meanwhile."""
    for n in range(20):
        assert asks(code_from(n), victim.account.tail) == A.NOT_OURS
    with pytest.raises(RuleBroken) as refusal:
        asks(code(victim), victim.account.tail)
    assert refusal.value.code == "too_many"
    assert NoticeCheck.objects.count() == 20 and trace("account_notice.not_ours") == 20


def test_the_verify_page_is_enumerated_by_digits_from_many_addresses(
    victim: CampaignRecipient,
) -> None:
    """Whoever has a code of ours guesses the account behind it: ten tries a day, from wherever."""
    wrong = [f"{n:04d}" for n in range(12) if f"{n:04d}" != victim.account.tail][:10]
    for n, digits in enumerate(wrong):
        assert asks(code(victim), digits, f"198.51.100.{n}") == A.NOT_OURS
    with pytest.raises(RuleBroken) as refusal:
        asks(code(victim), victim.account.tail, "198.51.100.200")
    assert refusal.value.code == "too_many"
    assert victim.checks.count() == 10, "whose notice it was is known"


def test_the_verify_page_is_timed(victim: CampaignRecipient) -> None:
    """There is nothing to time: a wrong guess at a code of ours asks the database exactly what one at
    nobody's asks, and digits are compared to the end."""

    def asked_for(typed: str) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            assert asks(typed, wrong) == A.NOT_OURS
        return [re.sub(r"'[^']*'|\d+|NULL", "?", one["sql"]) for one in asked]

    wrong = f"{(int(victim.account.tail) + 1) % 10_000:04d}"
    asked_for("warm")
    ours, nobodys = asked_for(code(victim)), asked_for(code_from(7))
    assert [one.split(" WHERE ")[0] for one in ours] == [one.split(" WHERE ")[0] for one in nobodys]
    assert trace("account_notice.not_ours") == 3


def test_a_forged_notice_with_a_code_of_its_own(victim: CampaignRecipient) -> None:
    officer = UserFactory(roles=[Role.SAFETY_OFFICER])
    assert asks("7KQ2-M9XD-4TBW-81HN", "6666") == A.NOT_OURS
    relay_all()
    assert Delivery.objects.filter(
        topic="staff.notice_not_ours", recipient=f"user:{officer.pk}"
    ).exists()


def test_a_forged_notice_with_a_code_of_ours_and_another_account(
    victim: CampaignRecipient,
) -> None:
    """A customer's real code on a letter with the crook's account: not ours, and whose code is told."""
    officer = UserFactory(roles=[Role.SAFETY_OFFICER])
    wrong = f"{(int(victim.account.tail) + 1) % 10_000:04d}"
    assert asks(code(victim), wrong) == A.NOT_OURS
    relay_all()
    alarm = Delivery.objects.get(
        topic="staff.notice_not_ours", recipient=f"user:{officer.pk}", channel="in_app"
    )
    assert alarm.data["customer"] == victim.customer.display_name


def test_an_expired_notice_is_shown_around(victim: CampaignRecipient) -> None:
    changes.call_off_change(
        victim.campaign.project, reason="换行取消", by=system_user("tests"), at=timezone.now()
    )
    assert asks(code(victim), victim.account.tail) == A.EXPIRED
    assert trace("account_notice.expired") == 1


@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE account_changes_campaign SET content = content || \'{"account": "**** 6666"}\'',
        "UPDATE account_changes_campaign SET sha256 = repeat('0', 64)",
        "DELETE FROM account_changes_campaign",
        "UPDATE account_changes_campaignrecipient SET account_id = account_id + 1",
        "UPDATE account_changes_campaignrecipient SET code_index = repeat('0', 32)",
        "DELETE FROM account_changes_campaignrecipient",
        "UPDATE account_changes_noticecheck SET answer = 'genuine'",
        "DELETE FROM account_changes_noticecheck",
    ],
)
def test_a_notice_is_edited_by_sql_after_it_went_out(
    victim: CampaignRecipient, statement: str
) -> None:
    asks("FORGED", "1234")
    refused_by_database(sql(statement))
    fresh = Campaign.objects.get()
    assert fresh.content == victim.campaign.content and trace("campaign.sent") == 1


def test_a_customer_is_slipped_into_a_campaign_by_sql(victim: CampaignRecipient) -> None:
    other = customer()
    refused_by_database(
        sql(
            "INSERT INTO account_changes_campaignrecipient (campaign_id, customer_id, account_id, code_index, state,"
            " state_since, agent_id, acknowledged_by) SELECT campaign_id, %s, account_id, repeat('a', 32),"
            " 'told', now(), agent_id, '' FROM account_changes_campaignrecipient",
            other.pk,
        )
    )
    assert victim.campaign.recipients.count() == victim.campaign.customers


def test_a_notice_that_is_not_what_was_sent_goes_nowhere(victim: CampaignRecipient) -> None:
    """As if somebody had got past triggers and rights: the hash holds it up."""
    events = list(Event.objects.filter(kind="account_notice.told"))
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE account_changes_campaign SET content = content || \'{"watch_zh": "汇到 6666"}\''
        )
    with pytest.raises(NotAsSent):
        notify_about(events)
    assert not Delivery.objects.filter(topic="account_notice.told").exists()


def test_the_application_may_not_write_into_what_was_sent() -> None:
    tables = grants.append_only_tables()
    assert {"account_changes_campaign", "account_changes_noticecheck"} <= set(tables)


def test_the_words_are_edited_by_who_may_write_templates(victim: CampaignRecipient) -> None:
    by = UserFactory(roles=[Role.IT_ADMIN])
    with pytest.raises(RuleBroken) as refusal:
        notifications.save_template(
            topic="account_notice.told",
            channel="sms",
            language="zh-hans",
            subject="",
            body="请汇至 6222 0000 0000 6666",
            by=by,
            at=timezone.now(),
        )
    assert refusal.value.code == "fixed_words"
    assert trace("messagetemplate.saved") == 0 and trace("campaign.sent") == 1


@pytest.mark.parametrize(
    "words", ["拨打 13800138000 核实", "call +86 138 0013 8000", "yipiao-pay.top"]
)
def test_a_number_that_is_not_the_contracts_stands_in_the_notice(words: str) -> None:
    customer()
    project = scheduled_change()
    with pytest.raises(BadInput) as refusal:
        sent_campaign(project, watch_en=words)
    assert refusal.value.code == "number_in_notice"
    assert trace("campaign.sent") == 0 and not Campaign.objects.exists()


def test_a_second_campaign_for_the_same_change(victim: CampaignRecipient) -> None:
    """Another text after the first, by somebody else with the right; nor past the service."""
    project = victim.campaign.project
    with pytest.raises(RuleBroken) as refusal:
        sent_campaign(project, watch_zh="请今天就付款。", by=UserFactory(roles=[Role.DIRECTOR]))
    assert refusal.value.code == "sent_already"
    refused_by_database(
        sql(
            "INSERT INTO account_changes_campaign (project_id, content, sha256, agent_id, customers, call_from,"
            " deadline, since, valid_until, sent_at, sent_by_id) SELECT project_id, '{}', sha256, agent_id,"
            " 1, call_from, deadline, since, valid_until, sent_at, sent_by_id FROM account_changes_campaign"
        )
    )
    assert trace("campaign.sent") == 1


def test_a_notice_goes_out_for_a_change_that_nobody_scheduled() -> None:
    customer()
    project = approved_change()
    with pytest.raises(RuleBroken) as refusal:
        sent_campaign(project)
    assert refusal.value.code == "not_scheduled" and trace("campaign.sent") == 0


def test_the_account_is_exchanged_after_customers_were_told(victim: CampaignRecipient) -> None:
    project = victim.campaign.project
    by = UserFactory(roles=[Role.FINANCE])
    other = bank_account(by, purpose=project.purpose)
    with pytest.raises(RuleBroken) as refusal:
        changes.choose_account(project, account=other, by=by, at=timezone.now())
    assert refusal.value.code == "announced"
    refused_by_database(
        sql(
            "UPDATE account_changes_changeproject SET new_account_id = %s WHERE id = %s",
            other.pk,
            project.pk,
        )
    )
    assert asks(code(victim), victim.account.tail) == A.GENUINE


def test_the_link_of_another_customer(client: Client, victim: CampaignRecipient) -> None:
    """The link's own number with another's seal opens nothing."""
    second = customer()
    theirs = recipient_of(sent_campaign(scheduled_change(purpose=AccountPurpose.FREIGHT)), second)
    mine, its = token_of(victim), token_of(theirs)
    mixed = mine[:-23]
    assert client.get(f"/notice/{mixed}-{its[-22:]}").status_code == 404
    typed = {"kind": "agrees", "name": "某人"}
    assert client.post(f"/notice/{mixed}-{its[-22:]}/answer", typed).status_code == 404
    victim.refresh_from_db()
    assert victim.state == RecipientState.TOLD and trace("account_notice.acknowledged") == 0
    assert not Feedback.objects.exists()


def test_links_are_guessed(client: Client, victim: CampaignRecipient) -> None:
    token = token_of(victim)
    guesses = [f"/notice/{token[:-4]}{n:04d}" for n in range(most_misses() + 1)]
    answers = [client.get(guess).status_code for guess in guesses]
    assert set(answers) == {404, 429}
    assert client.get(f"/notice/{token}").status_code == 429, "whoever guesses is stopped"
    victim.refresh_from_db()
    assert victim.state == RecipientState.TOLD


def test_html_in_feedback(client: Client, victim: CampaignRecipient) -> None:
    UserFactory(roles=[Role.AGENT])
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    typed = {"kind": "question", "name": "<b>王</b>", "text": bad}
    assert client.post(f"/notice/{token_of(victim)}/answer", typed).status_code == 303
    feedback = Feedback.objects.get()
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    for page in (
        f"/admin/account_changes/campaignrecipient/{victim.pk}/change/",
        f"/admin/account_changes/feedback/{feedback.pk}/change/",
    ):
        shown = client.get(page).content.decode()
        assert bad not in shown and "&lt;script&gt;" in shown and "<b>王</b>" not in shown
    assert trace("feedback.given") == 1


def test_a_flood_of_feedback(victim: CampaignRecipient) -> None:
    """Ten a day from one link, each a case at most; what is beyond is refused and opens none."""
    UserFactory(roles=[Role.AGENT])
    given: dict[str, Any] = {
        "recipient_id": victim.pk,
        "kind": FeedbackClass.QUESTION,
        "name": "王",
        "text": "？",
        "source": FeedbackSource.LINK,
        "by": public_user(),
    }
    now = timezone.now()
    for _n in range(10):
        campaigns.give_feedback(**given, at=now)
    with pytest.raises(RuleBroken) as refusal:
        campaigns.give_feedback(**given, at=now)
    assert refusal.value.code == "too_much" and refusal.value.params["wait"] > timedelta(0)
    assert Feedback.objects.count() == 10 == trace("feedback.given")


def test_who_may_not_send_presses_past_the_form(client: Client) -> None:
    customer()
    project = scheduled_change()
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    assert (
        client.post("/admin/account_changes/campaign/add/", {"project": project.pk}).status_code
        == 403
    )
    assert not Campaign.objects.exists() and trace("campaign.sent") == 0


def test_a_stranger_marks_a_customer_as_reached(victim: CampaignRecipient) -> None:
    """So that nobody calls them: whoever may not see the customer finds nothing, and no state goes back."""
    stranger = UserFactory(roles=[Role.AGENT], scope="customers")
    with pytest.raises(CampaignRecipient.DoesNotExist):
        campaigns.note_call(
            recipient_id=victim.pk, reached=True, note="", by=stranger, at=timezone.now()
        )
    with pytest.raises(RuleBroken):
        campaigns.note_call(
            recipient_id=victim.pk, reached=True, note="", by=UserFactory(), at=timezone.now()
        )
    victim.refresh_from_db()
    assert victim.state == RecipientState.TOLD and trace("account_notice.moved") == 0
