"""Who opens the page of an account is on record, once within an hour, and on the list of what happened to accounts; not on
the account's own timeline (COD-6)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.banking.services import note_view
from apps.events.models import Event
from apps.safety.queries.trail import trail
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.banking import bank_account
from tests.factories.payees import requested

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("COD-6")]


def test_an_opened_page_is_on_record_once(client: Client) -> None:
    by = UserFactory(scope=ObjectScope.ALL, roles=[Role.FINANCE])
    sign_in(client, by)
    account, payee = bank_account(by), requested()
    for where in (
        f"/admin/banking/bankaccount/{account.pk}/change/",
        f"/admin/banking/payeeaccount/{payee.pk}/change/",
    ):
        for _again in range(2):
            page = client.get(where)
            assert page.status_code == 200
            assert not any(row["kind"].endswith(".viewed") for row in page.context["timeline"])
    kinds = Event.objects.filter(kind__endswith=".viewed", by=by).values_list("kind", flat=True)
    assert sorted(kinds) == ["bankaccount.viewed", "payee.viewed"]
    assert {"bankaccount.viewed", "payee.viewed"} <= {row.kind for row in trail("all")}
    assert account.number not in str(list(Event.objects.values_list("data", flat=True)))


def test_somebody_else_or_an_hour_later_is_another_look() -> None:
    one, other, now = UserFactory(), UserFactory(), timezone.now()
    account = bank_account(one)
    assert note_view(account, by=one, at=now - timedelta(minutes=70))
    assert note_view(account, by=one, at=now)
    assert not note_view(account, by=one, at=now)
    assert note_view(account, by=other, at=now)


def test_who_may_not_see_it_leaves_no_look(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    account = bank_account(UserFactory())
    assert client.get(f"/admin/banking/bankaccount/{account.pk}/change/").status_code in (403, 404)
    assert not Event.objects.filter(kind__endswith=".viewed").exists()
