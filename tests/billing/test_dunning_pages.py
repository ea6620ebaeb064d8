"""The board of overdue payers, letters and plans: what they show and do, who may not (BIL-6)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.billing.models import DunningNotice, DunningPlan, PaymentPromise, Statement
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.billing import payer, received, sent

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-6")]
LIST = "admin:billing_overduepayer_changelist"


def entered(client: Client, *roles: Role) -> User:
    user: User = UserFactory(roles=list(roles or [Role.FINANCE]), scope=ObjectScope.ALL)
    sign_in(client, user)
    return user


def overdue(days: int = 5, *amounts: str, **more: Any) -> Statement:
    """A statement that was due so many days ago."""
    statement = sent(payer(**more), *(amounts or ["100.00"]))
    Statement.objects.filter(pk=statement.pk).update(
        due_on=timezone.localdate() - timedelta(days=days)
    )
    statement.refresh_from_db()
    return statement


def letter_of(client: Client, statement: Statement) -> Any:
    act = reverse("admin:billing_overduepayer_act", args=[statement.bill_to_id, "letter"])
    return client.post(act)


def test_the_board_shows_each_payer_where_it_stands(client: Client) -> None:
    entered(client)
    due, soon = overdue(5, short_name="云裳"), overdue(2, short_name="茶语")
    address = reverse(LIST)
    html = client.get(address).text
    assert "云裳" in html and "茶语" not in html
    assert "应发催款函：第 1 级" in html and "¥100.00" in html
    waits = client.get(address + "?view=waits").text
    assert "茶语" in waits and "云裳" not in waits
    assert "云裳" not in client.get(address + "?level=2").text
    letter_of(client, due)
    assert "云裳" in client.get(address + "?view=waits").text
    assert soon.number in client.get(
        reverse("admin:billing_overduepayer_change", args=[soon.bill_to_id])
    ).text  # fmt: skip


def test_the_board_takes_as_many_statements_for_three_rows_as_for_one(client: Client) -> None:
    entered(client)
    overdue()
    address = reverse(LIST)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        assert client.get(address).status_code == 200
    overdue(4)
    overdue(6)
    with CaptureQueriesContext(connection) as three:
        assert client.get(address).status_code == 200
    assert len(three) == len(one) < 14


def test_the_board_pages_by_place(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.billing.admin.dunning import OverduePayerAdmin

    monkeypatch.setattr(OverduePayerAdmin.listing, "per_page", 2)
    entered(client)
    for days, name in ((9, "甲店"), (8, "乙店"), (7, "丙店")):
        overdue(days, short_name=name)
    first, second = client.get(reverse(LIST)).text, client.get(reverse(LIST) + "?after=2").text
    assert "甲店" in first and "乙店" in first and "丙店" not in first
    assert "丙店" in second and "甲店" not in second and "before=0" in second
    assert client.get(reverse(LIST) + "?after=x").status_code == 200


def test_many_letters_at_once_after_a_look_at_each(client: Client) -> None:
    entered(client)
    first, second, none = overdue(5), overdue(6, "70.00"), overdue(1)
    bulk = reverse("admin:billing_overduepayer_bulk", args=["letters"])
    keys = [one.bill_to_id for one in (first, second, none)]
    asked = client.post(bulk, {"chosen": keys}).text
    assert "¥70.00" in asked and "没有到期的催款函" in asked
    draft = reverse("admin:billing_overduepayer_draft", args=[first.bill_to_id])
    assert draft in asked
    assert client.get(draft)["Content-Type"] == "application/pdf"
    assert not DunningNotice.objects.exists(), "looking sends nothing"
    seen = asked.partition(f'name="seen-{first.bill_to_id}" value="')[2].partition('"')[0]
    assert seen
    answers = client.post(
        bulk, {"chosen": keys, "go": "1", f"seen-{first.bill_to_id}": seen,
               f"seen-{second.bill_to_id}": seen},
    ).text  # fmt: skip
    assert set(DunningNotice.objects.values_list("bill_to", flat=True)) == {first.bill_to_id}
    assert "已有变化" in answers and "没有到期的催款函" in answers
    again = client.post(bulk, {"chosen": [first.bill_to_id], "go": "1"}).text
    assert "没有到期的催款函" in again
    assert client.get(draft).status_code == 404


def test_the_page_sends_the_letter_that_it_has_shown(client: Client) -> None:
    entered(client)
    statement = overdue(5)
    page = reverse("admin:billing_overduepayer_change", args=[statement.bill_to_id])
    shown = client.get(page).text
    seen = shown.partition('name="letter-seen" value="')[2].partition('"')[0]
    received(statement.bill_to, "10.00")
    act = reverse("admin:billing_overduepayer_act", args=[statement.bill_to_id, "letter"])
    refused = client.post(act, {"letter-seen": seen})
    assert refused.status_code == 422 and "已有变化" in refused.text
    assert not DunningNotice.objects.exists()
    now = client.get(page).text.partition('name="letter-seen" value="')[2].partition('"')[0]
    client.post(act, {"letter-seen": now})
    assert str(DunningNotice.objects.get().total) == "90.00"


def test_a_promise_is_noted_on_the_payers_page_and_no_letter_offered(client: Client) -> None:
    entered(client)
    statement = overdue(5)
    page = reverse("admin:billing_overduepayer_change", args=[statement.bill_to_id])
    act = reverse("admin:billing_overduepayer_act", args=[statement.bill_to_id, "promise"])
    assert 'id="act-letter"' in client.get(page).text
    day = timezone.localdate() + timedelta(days=5)
    client.post(act, {"promise-pay_on": day.isoformat(), "promise-given_by": "王会计"})
    assert PaymentPromise.objects.get().pay_on == day
    html = client.get(page).text
    assert day.isoformat() in html and 'id="act-letter"' not in html
    assert "王会计" not in html, "names are masked"
    refused = client.post(act, {"promise-pay_on": "2020-01-01", "promise-given_by": "王会计"})
    assert refused.status_code == 422 and "该日期已过" in refused.text


def test_the_letters_page_has_the_paper(client: Client) -> None:
    entered(client)
    statement = overdue(5)
    letter_of(client, statement)
    letter = DunningNotice.objects.get()
    page = client.get(reverse("admin:billing_dunningnotice_change", args=[letter.pk])).text
    assert letter.number in page and statement.number in page and "付款提醒函" in page
    paper = reverse("admin:billing_dunningnotice_act", args=[letter.pk, "paper"])
    assert client.post(paper)["Content-Type"] == "application/pdf"
    assert letter.number in client.get(reverse("admin:billing_dunningnotice_changelist")).text


def test_finance_writes_the_plan(client: Client) -> None:
    entered(client)
    usual = DunningPlan.objects.get(is_usual=True)
    act = reverse("admin:billing_dunningplan_act", args=[usual.pk, "change"])
    assert "付款提醒函" in client.get(act).text
    typed = {"name": "常规", "is_usual": "on", "after_days_1": "2", "pay_within_days_1": "5",
             "title_1": "提醒函", "words_1": "请付款。"}  # fmt: skip
    gap = client.post(act, {**typed, "after_days_3": "9"})
    assert gap.status_code == 422 and "缺少前一级" in gap.text
    client.post(act, typed)
    assert [row.title for row in usual.levels.all()] == ["提醒函"]
    client.post(reverse("admin:billing_dunningplan_add"), {"name": "不催"})
    assert DunningPlan.objects.get(name="不催").levels.count() == 0


def test_who_may_and_who_may_not(client: Client) -> None:
    statement = overdue(5)
    pages = [reverse(f"admin:billing_{name}_changelist") for name in
             ("overduepayer", "dunningnotice", "dunningplan")]  # fmt: skip
    entered(client, Role.DISPATCHER)
    assert [client.get(page).status_code for page in pages] == [403] * 3
    entered(client, Role.AGENT)
    assert client.get(pages[0]).status_code == 200
    assert letter_of(client, statement).status_code == 403, "finance and leaders send letters"
    assert client.get(pages[2]).status_code == 403
    sign_in(client, UserFactory(roles=[Role.AGENT], scope=ObjectScope.UNITS))
    theirs = reverse("admin:billing_overduepayer_change", args=[statement.bill_to_id])
    assert client.get(theirs).status_code in (302, 404)
    assert str(statement.bill_to) not in client.get(pages[0]).text
    draft = reverse("admin:billing_overduepayer_draft", args=[statement.bill_to_id])
    assert client.get(draft).status_code == 404
    assert not DunningNotice.objects.exists()
