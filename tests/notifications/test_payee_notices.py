"""Who hears of payout accounts and payouts: everybody who was on file before, and colleagues (COD-6)."""

from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.banking import services
from apps.banking.models import Payout
from apps.banking.queries.links import stop_token
from apps.core.errors import RuleBroken
from apps.customers.queries.reaching import reachable_before
from apps.customers.services import change_contact, retire_contact
from apps.notifications.models import Delivery, NotificationPolicy, PhoneTask
from apps.notifications.queries.words import render
from tests.doubles.mail_server import MailServer
from tests.doubles.sms_gateway import SmsGateway
from tests.factories import payees as f
from tests.factories.accounts import UserFactory
from tests.factories.notifications import relay_all, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6")]


@pytest.fixture(autouse=True)
def _no_night(settings: Any) -> None:
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    settings.SITE_URL = "https://yp.example"


def queued(topic: str) -> list[Delivery]:
    relay_all()
    return list(Delivery.objects.filter(topic=topic).order_by("pk"))


def test_every_old_way_is_told_while_it_waits(sms: SmsGateway, mail: MailServer) -> None:
    customer = f.merchant()
    mine = customer.contacts.get()
    change_contact(mine, {"email": "caiwu@shop.example"}, by=UserFactory(), at=f.ago(days=100))
    left = f.contact(customer, at=f.ago(days=300), name="老会计", phone="13811110000")
    payee = f.called_back(f.requested(customer))
    # Whoever changes the account changes first who hears of it.
    by, now = UserFactory(), timezone.now()
    change_contact(mine, {"phone": "13922223333", "email": "thief@x.example"}, by=by, at=now)
    retire_contact(left, by=by, at=now)
    payee = f.cooling_of(payee)
    sent = queued("payee.cooling")
    ways = {(one.channel, one.address) for one in sent}
    assert ("sms", "+8613811110000") in ways, "who was retired"
    assert ("email", "caiwu@shop.example") in ways, "the address before the change"
    old = [way.address for way in reachable_before(customer, now)]
    assert len(old) == len(set(old)) == len(ways)
    words = render(sent[0], frozenset())
    assert stop_token(payee) in words.text and payee.masked.strip("* ") in words.text
    assert payee.number not in words.subject + words.text


def test_a_phone_task_asks_to_call_the_number_on_file() -> None:
    payee = f.requested()
    [task] = queued("payee.call_back")
    assert task.channel == "phone" and task.address == payee.customer.contacts.get().phone
    send_all()
    assert PhoneTask.objects.count() == 1


def test_nobody_is_called_at_a_new_number() -> None:
    customer = f.merchant()
    change_contact(customer.contacts.get(), {"phone": "13922223333"}, by=UserFactory(), at=timezone.now())  # fmt: skip
    f.requested(customer)
    assert queued("payee.call_back") == []


def test_colleagues_hear_of_stops_attempts_and_outcomes() -> None:
    customer = f.merchant()
    officer = UserFactory(roles=[Role.SAFETY_OFFICER], unit=customer.unit)
    cashier = UserFactory(roles=[Role.CASHIER], unit=customer.unit)
    payee = f.requested(customer)
    services.stop_payee(payee, reason="商户否认", by=UserFactory(), at=timezone.now())
    assert f"user:{officer.pk}" in {one.recipient for one in queued("staff.payee_stopped")}
    with pytest.raises(RuleBroken):
        f.draft(payee)
    assert [one.recipient for one in queued("staff.payment_attempt")] == [f"user:{officer.pk}"]
    payout = f.released(payee=f.active(customer))
    f.filed(payout)
    Payout.objects.filter(pk=payout.pk).update(sent_at=f.ago(days=4))
    services.mark_unclear()
    assert f"user:{cashier.pk}" in {one.recipient for one in queued("staff.payout_unclear")}
