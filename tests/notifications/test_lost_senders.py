"""Who is gone, by the database's own knowledge, and what becomes of what they had claimed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from apps.notifications import channels, services
from apps.notifications.channels import Channel, Message, Outcome
from apps.notifications.enums import DeliveryState as S
from apps.notifications.enums import Effect
from apps.notifications.models import Attempt, Delivery, Sender, SendStamp
from apps.notifications.services import presence, sending
from apps.notifications.services.claiming import claim
from apps.notifications.services.presence import Presence, gone, present, purge_gone
from apps.notifications.services.sending import ClaimLost, NotBegun, SendStart
from apps.notifications.services.working import _Sender
from tests.doubles.mail_server import MailServer
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.notifications import PHONE, delivery
from tests.waiting import LIMIT, eventually

pytestmark = pytest.mark.requirement("NTF-2")


def dead() -> int:
    """A process that has been gone for long enough."""
    long_ago = timezone.now() - timedelta(seconds=presence.GRACE + 1)
    return Sender.objects.create(name="dead", missing_since=long_ago).pk


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Presence]:
    """A process whose number is held by a thread of its own."""
    one = Presence("living")
    monkeypatch.setattr(presence, "LINGER", 0.0)
    with one.at_work() as number:
        keeper = one._keeper
        yield one
    assert keeper is not None
    keeper.join(LIMIT)
    assert not Sender.objects.filter(pk=number).exists(), "it says that it leaves"


def holders() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
            " AND classid::bigint = %s AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())",
            [presence._KEY],
        )
        return [pid for (pid,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_no_death(keeping: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    (before,) = holders()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [before])
    assert gone() == []
    assert eventually(lambda: holders() not in ([], [before])), "it takes the lock again"
    monkeypatch.setattr(presence, "GRACE", 0.0)
    assert gone() == []
    assert Sender.objects.get(pk=keeping.number).missing_since is None


@pytest.mark.django_db(transaction=True)
def test_who_does_not_come_back_in_time_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    number = Sender.objects.create(name="dead").pk
    assert gone() == [], "noticed, but it has a moment"
    assert Sender.objects.get().missing_since is not None
    monkeypatch.setattr(presence, "GRACE", 0.0)
    assert gone() == [number]
    assert purge_gone() == 0, "longer than any lease it is known"
    Sender.objects.update(missing_since=timezone.now() - timedelta(hours=2))
    assert purge_gone() == 1


@pytest.mark.django_db
def test_a_number_is_held_for_as_long_as_it_is_needed() -> None:
    with present("here") as number:
        assert Sender.objects.get().pk == number
        gone()
        assert Sender.objects.get().missing_since is None
    assert not Sender.objects.exists() and holders() == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["email", "sms", "wechat", "wechat_talk"])
def test_what_had_not_begun_is_sent_by_the_next_at_once(name: str) -> None:
    one = channels.channel(name)
    made = delivery(name, "a@example.com" if name == "email" else PHONE)
    claim(one, worker="w", sender=dead())
    assert services.expire_leases() == 1
    made.refresh_from_db()
    assert (made.state, made.state_reason) == (S.QUEUED, "sender_gone")
    assert made.due_at <= timezone.now()
    assert not Attempt.objects.filter(step="timed_out").exists()
    assert claim(one, worker="w2", sender=None).delivery == made


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "becomes"), [("email", S.AMBIGUOUS), ("wechat", S.QUEUED)])
def test_what_had_begun_is_judged_as_ever(name: str, becomes: S) -> None:
    one = channels.channel(name)
    made = delivery(name, "a@example.com")
    claimed = claim(one, worker="w", sender=dead()).delivery
    assert claimed is not None
    SendStart(claimed, one)()
    assert services.expire_leases() == 1
    made.refresh_from_db()
    assert (made.state, made.state_reason) == (becomes, "worker_lost")


@pytest.mark.django_db
def test_a_lease_that_ran_out_before_the_beginning_is_no_ambiguity() -> None:
    email = channels.channel("email")
    made = delivery("email", "a@example.com")
    with present("hangs") as number:
        claim(email, worker="w", sender=number)
        assert services.expire_leases() == 0, "it lives and its lease lasts"
        Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert services.expire_leases() == 1
    made.refresh_from_db()
    assert made.state == S.QUEUED


@pytest.mark.django_db
def test_without_a_number_nothing_is_known_of_the_beginning() -> None:
    """As rows are that a process of the version before had claimed."""
    delivery("email", "a@example.com")
    claim(channels.channel("email"), worker="w")
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    services.expire_leases()
    assert Delivery.objects.get().state == S.AMBIGUOUS


@pytest.mark.django_db
def test_a_code_that_never_left_does_not_count_against_its_address() -> None:
    sms = channels.channel("sms")
    delivery("sms", PHONE, topic="subscription.code", audience="addressee", urgent=True)
    claim(sms, worker="w", sender=dead())
    assert SendStamp.objects.count() == 1
    services.expire_leases()
    assert not SendStamp.objects.exists()
    assert claim(sms, worker="w2").delivery is not None, "and not in a minute"


@pytest.mark.django_db
def test_who_wakes_up_too_late_sends_nothing(
    mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = delivery("email", "a@example.com")
    number = dead()
    email = channels.channel("email")
    prepare = email.prepare

    def taken_meanwhile(one: Delivery) -> Any:
        services.expire_leases()
        return prepare(one)

    monkeypatch.setattr(email, "prepare", taken_meanwhile)
    assert sending.send_next(email, worker="w", sender=number) == 0.0
    made.refresh_from_db()
    assert made.state == S.QUEUED and mail.handed_over == []
    assert not Attempt.objects.filter(step="answered").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["email", "sms", "wechat", "wechat_talk"])
def test_nothing_leaves_unless_its_beginning_is_written(
    name: str, mail: MailServer, sms: SmsGateway, wechat: Any
) -> None:
    def refuse() -> None:
        raise ClaimLost

    address = "a@example.com" if name == "email" else PHONE
    message = Message(
        *(1, "waybill.delivered", "r", address, "en", "subject", "text", "0" * 32, 1),
        timezone.now(),
        extra=True if name == "wechat_talk" else None,
        begin=refuse,
    )
    with pytest.raises(ClaimLost):
        channels.channel(name).send(message)
    assert (mail.handed_over, sms.sent, wechat.sent, wechat.talked) == ([], [], [], [])


class Plain(Channel):
    """Knows nothing of beginnings, as a channel of somebody else's."""

    name = "plain"
    label = "Plain"

    def send(self, message: Message) -> Outcome:
        self.began = Delivery.objects.get().on_wire_since
        return Outcome(Effect.ACCEPTED)


@pytest.fixture
def plain() -> Iterator[Plain]:
    yield channels.register(Plain())  # type: ignore[misc]
    channels.unregister("plain")


@pytest.mark.django_db
def test_for_a_channel_that_does_not_say_so_it_is_written_before(plain: Plain) -> None:
    delivery("plain", "a")
    services.send_due("plain", worker="w")
    made = Delivery.objects.get()
    assert plain.began is not None and made.state == S.ACCEPTED
    assert made.on_wire_since is None and made.sender is None


@pytest.mark.django_db
def test_who_stumbled_lets_go_of_what_he_held(
    plain: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery("plain", "a")
    with present("process") as number:
        step = _Sender(plain, "w", number).step

        def away(_self: SendStart) -> None:
            raise NotBegun from OperationalError()

        with monkeypatch.context() as patch:
            patch.setattr(SendStart, "__call__", away)
            with pytest.raises(NotBegun):
                step()
        assert Delivery.objects.get().state == S.SENDING
        assert step() == 0.0
    assert Delivery.objects.get().state == S.ACCEPTED


@pytest.mark.django_db(transaction=True)
def test_an_outcome_is_not_forgotten_for_a_moment_without_the_database(
    plain: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery("plain", "a")
    real, tries = sending.record_outcome, []

    def once_away(*args: Any, **fields: Any) -> Delivery:
        tries.append(args)
        if len(tries) == 1:
            raise OperationalError("the database system is shutting down")
        return real(*args, **fields)

    monkeypatch.setattr(sending, "record_outcome", once_away)
    services.send_due("plain", worker="w")
    assert Delivery.objects.get().state == S.ACCEPTED and len(tries) == 2
