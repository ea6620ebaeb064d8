"""A merchant stops a payout account from the alert, without signing in (COD-6)."""

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import public_user
from apps.banking import services
from apps.banking.enums import PayeeState
from apps.banking.queries import payee_account_for
from apps.banking.queries.links import payee_of_token, stop_token
from apps.events.models import Event
from apps.portal.limits import most_misses
from tests.factories import payees as f
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6")]


def test_looking_changes_nothing_and_the_button_stops_it_once(client: Client) -> None:
    old = f.active()
    payee = f.cooling(f.requested(old.customer))
    where = f"/payee/{stop_token(payee)}"
    answer = client.get(where)
    content = answer.content.decode()
    assert payee.masked in content and payee.number not in content and "停用这个账户" in content
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]
    assert f.fresh(payee).state == PayeeState.COOLING
    assert "已停用" in client.post(where).content.decode()
    payee = f.fresh(payee)
    assert (payee.state, payee.over_by) == (PayeeState.STOPPED, public_user())
    assert payee_account_for(old.customer, timezone.now()) == old, "the account before it is in use"
    again = client.post(where).content.decode()
    assert "已经停用" in again and Event.objects.filter(kind="payee.stopped").count() == 1
    assert services.move_payees() == 0


def test_it_speaks_english(client: Client) -> None:
    payee = f.cooling()
    content = client.get(f"/payee/{stop_token(payee)}?lang=en").content.decode()
    assert "Stop this account" in content and "Has your company not asked for this?" in content


def test_what_is_over_cannot_be_stopped(client: Client) -> None:
    payee = f.active()
    services.end_payee(payee, reason="商户注销", by=UserFactory(), at=timezone.now())
    content = client.post(f"/payee/{stop_token(payee)}").content.decode()
    assert "不再使用" in content and f.fresh(payee).state == PayeeState.ENDED


def test_links_that_we_did_not_make_open_nothing(client: Client) -> None:
    token = stop_token(f.cooling())
    for wrong in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "zzzzzzzz-" + "A" * 22,
        "x",
        token.upper(),
    ):
        assert payee_of_token(wrong) is None
    tries = range(most_misses() + 1)
    answers = {client.get(f"/payee/abc-{n:022d}").status_code for n in tries}
    assert answers == {404, 429}
