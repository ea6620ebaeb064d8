"""The engine: moves, claims, limits, fallbacks, digests, lost workers, what people decide."""

import threading
import time as clock
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.notifications import channels, services
from apps.notifications.backoff import pause_after, wait_before
from apps.notifications.channels import Channel, Message, Outcome
from apps.notifications.enums import DeliveryState as S
from apps.notifications.enums import Effect, TaskState
from apps.notifications.models import Attempt, Delivery, PhoneTask, ProviderState
from apps.notifications.queries.preferences import quiet_end
from apps.notifications.services import outcomes
from apps.notifications.services.claiming import claim
from apps.notifications.services.outcomes import record_outcome
from apps.notifications.services.rows import move
from apps.notifications.states import DELIVERY_MOVES, TASK_MOVES
from tests.doubles.sms_gateway import SmsGateway
from tests.doubles.wechat_platform import WeChatPlatform
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import PHONE, delivery, no_policies, policy, send_all, states
from tests.faults.pace import most_within_a_second
from tests.waiting import LIMIT

pytestmark = pytest.mark.requirement("NTF-2")
SHANGHAI = ZoneInfo("Asia/Shanghai")
ROBOT = "tests"
ZERO = timedelta(0)


class Probe(Channel):
    """A channel that does what a test tells it to."""

    name = "probe"
    waits = (60, 60, 60)
    idempotent = False
    seconds = 0.0

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.sent: list[Message] = []
        self.in_transaction: list[bool] = []

    def send(self, message: Message) -> Outcome:
        self.in_transaction.append(connection.in_atomic_block)
        self.sent.append(message)
        clock.sleep(self.seconds)
        return self.outcomes.pop(0) if self.outcomes else Outcome(Effect.ACCEPTED, "ok")


@pytest.fixture
def probe() -> Any:
    channel = Probe()
    channels.register(channel)
    yield channel
    channels.unregister("probe")


def state(of: Delivery) -> str:
    of.refresh_from_db()
    return of.state


def due_now(**fields: Any) -> None:
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1), **fields)


# --- pure ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "start", "end", "until"),
    [
        ("2026-11-22 22:00", time(21, 30), time(8), "2026-11-23 08:00"),
        ("2026-11-23 07:59", time(21, 30), time(8), "2026-11-23 08:00"),
        ("2026-11-23 08:00", time(21, 30), time(8), None),
        ("2026-11-22 21:29", time(21, 30), time(8), None),
        ("2026-11-22 21:30", time(21, 30), time(8), "2026-11-23 08:00"),
        ("2026-11-22 13:00", time(12), time(14), "2026-11-22 14:00"),
        ("2026-11-22 14:00", time(12), time(14), None),
        ("2026-11-22 14:00", time(8), time(8), None),
        ("2026-11-22 14:00", None, None, None),
    ],
)
def test_quiet_hours_end_in_the_morning(
    at: str, start: time | None, end: time | None, until: str | None
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    wanted = datetime.fromisoformat(until).replace(tzinfo=SHANGHAI) if until else None
    assert quiet_end(moment.astimezone(UTC), start, end, SHANGHAI) == wanted


@given(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)),
    st.times(),
    st.times(),
)
def test_quiet_hours_never_hold_longer_than_a_day_and_end_outside(
    naive: datetime, start: time, end: time
) -> None:
    moment = naive.replace(tzinfo=UTC)
    until = quiet_end(moment, start, end, SHANGHAI)
    if until is not None:
        assert moment <= until <= moment + timedelta(days=1)
        assert quiet_end(until, start, end, SHANGHAI) is None


@given(st.integers(1, 12), st.floats(0, 1))
def test_waits_grow_with_jitter_and_end(attempt: int, rand: float) -> None:
    waits = (10, 100, 1000)
    wait = wait_before(attempt, waits, rand=lambda: rand)
    if attempt > 3:
        assert wait is None
    else:
        base = waits[attempt - 1]
        assert wait and 0.8 * base <= wait.total_seconds() <= 1.2 * base + 0.001
        asked = wait_before(attempt, waits, asked=5000, rand=lambda: rand)
        assert asked and asked.total_seconds() >= 5000


def test_a_provider_is_left_alone_a_little_longer_each_time() -> None:
    pauses = [pause_after(n) for n in range(1, 14)]
    assert pauses[:4] == [None] * 4
    grown = [p for p in pauses if p]
    assert grown == sorted(grown) and grown[-1] == timedelta(seconds=60)


# --- moves --------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("frm", S)
@pytest.mark.parametrize("to", S)
def test_every_move_legal_or_not(frm: S, to: S) -> None:
    made = delivery()
    lease = timezone.now() if frm == S.SENDING else None
    arrived = timezone.now() if frm in (S.DELIVERED, S.READ) else None
    Delivery.objects.filter(pk=made.pk).update(state=frm, lease_until=lease, delivered_at=arrived)
    made.refresh_from_db()
    more = {"lease_until": timezone.now()} if to == S.SENDING else {}
    if DELIVERY_MOVES.allows(frm, to):
        assert state(move(made, to, now=timezone.now(), **more)) == to
    else:
        with pytest.raises(RuleBroken, match=r"."):
            move(made, to, now=timezone.now(), **more)
        assert state(made) == frm


def test_nothing_leads_from_unclear_to_sending() -> None:
    assert not DELIVERY_MOVES.allows(S.AMBIGUOUS, S.SENDING)
    assert DELIVERY_MOVES.ends_of(S.READ) == frozenset()


@pytest.mark.django_db
@pytest.mark.parametrize("frm", TaskState)
@pytest.mark.parametrize("to", [TaskState.REACHED, TaskState.UNREACHABLE, TaskState.DROPPED])
def test_every_settling_of_a_call(frm: TaskState, to: TaskState) -> None:
    call = delivery("phone", PHONE)
    send_all("phone")
    by, at = system_user(ROBOT), timezone.now()
    closed = {} if frm in (TaskState.OPEN, TaskState.TAKEN) else {"closed_at": at, "closed_by": by}
    taken = {"taken_at": at, "taken_by": by} if frm == TaskState.TAKEN else {}
    PhoneTask.objects.update(state=frm, **closed, **taken)
    task = PhoneTask.objects.get()
    settle = {"task_id": task.pk, "outcome": to, "note_text": "电话关机", "by": by, "at": at}
    if TASK_MOVES.allows(frm, to):
        services.close_task(**settle)
        assert state(call) == (S.DELIVERED if to == TaskState.REACHED else S.FAILED)
    else:
        with pytest.raises(RuleBroken):
            services.close_task(**settle)


# --- sending ------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_sending(probe: Probe) -> None:
    delivery("probe", "a")
    send_all("probe")
    assert probe.in_transaction == [False]


@pytest.mark.django_db
def test_a_channel_that_breaks_leaves_it_unclear_and_goes_on(probe: Probe) -> None:
    first, second = delivery("probe", "a"), delivery("probe", "b")
    sends = iter([RuntimeError("bug"), None])
    original = probe.send

    def broken(message: Message) -> Outcome:
        error = next(sends)
        if error:
            raise error
        return original(message)

    probe.send = broken  # type: ignore[method-assign]
    send_all("probe")
    assert {state(first), state(second)} == {S.AMBIGUOUS, S.ACCEPTED}


@pytest.mark.django_db
def test_after_the_last_try_it_has_failed_and_the_next_channel_takes_over(probe: Probe) -> None:
    first = delivery("probe", "a", chain=[["phone", PHONE]])
    probe.outcomes = [Outcome(Effect.RETRY, "busy")] * 4
    for _try in range(4):
        due_now()
        send_all("probe")
    assert (state(first), first.attempts) == (S.FAILED, 4)
    send_all("phone")
    task = PhoneTask.objects.get()
    assert task.delivery.previous == first and task.reason == "fallback"


@pytest.mark.django_db
def test_a_set_time_is_not_outwaited_by_retries(probe: Probe) -> None:
    first = delivery("probe", "a", chain=[["phone", PHONE]], fallback_minutes=1)
    probe.outcomes = [Outcome(Effect.RETRY, "busy", retry_after=600)]
    send_all("probe")
    assert state(first) == S.FAILED
    assert Delivery.objects.get(previous=first).channel == "phone"


@pytest.mark.django_db
def test_nothing_confirmed_in_time_goes_to_the_next_channel_once(
    sms: SmsGateway, wechat: WeChatPlatform
) -> None:
    first = delivery("wechat", "o1", chain=[["sms", PHONE], ["phone", PHONE]], fallback_minutes=30)
    send_all("wechat")
    first.refresh_from_db()
    assert first.fallback_due and first.fallback_due > timezone.now() + timedelta(minutes=29)
    assert services.run_fallbacks() == 0
    Delivery.objects.update(fallback_due=timezone.now())
    assert services.run_fallbacks() == 1
    assert services.run_fallbacks() == 0
    second = Delivery.objects.get(previous=first)
    assert (second.channel, second.cause) == ("sms", first.cause)
    # It arrives after all: a late receipt is kept and nothing is undone.
    assert services.record_wechat_outcome(
        first.provider_ref or str(wechat.sent[0]["msgid"]), "success"
    )
    assert state(first) == S.DELIVERED


@pytest.mark.django_db
@pytest.mark.parametrize("left", [[], [["phone", PHONE]]])
def test_what_was_taken_over_once_is_taken_over_no_more(
    sms: SmsGateway, wechat: WeChatPlatform, left: list[list[str]]
) -> None:
    """A failure that is told late neither begins a second chain nor says that nobody was reached."""
    no_policies()
    policy("staff.undelivered", "agent", "in_app")
    first = delivery(
        "wechat", "o1", chain=[["sms", PHONE], *left], fallback_minutes=30,
        customer_id=CustomerFactory().pk,
    )  # fmt: skip
    send_all("wechat")
    Delivery.objects.update(fallback_due=timezone.now())
    services.run_fallbacks()
    send_all("sms")
    first.refresh_from_db()
    reference = first.provider_ref or str(wechat.sent[0]["msgid"])
    assert services.record_wechat_outcome(reference, "failed: system failed")
    assert state(first) == S.FAILED
    services.resend_delivery(
        delivery_id=first.pk, reason="再试", by=system_user(ROBOT), at=timezone.now()
    )
    Delivery.objects.filter(pk=first.pk).update(
        state=S.SENDING, lease_until=timezone.now(), attempts=2
    )
    record_outcome(first.pk, 2, Outcome(Effect.FAILED, "43004"))
    assert state(first) == S.FAILED
    assert list(Delivery.objects.values_list("channel", flat=True).order_by("pk")) == [
        "wechat",
        "sms",
    ]


@pytest.mark.django_db
def test_nobody_reached_tells_the_agent() -> None:
    no_policies()
    policy("staff.undelivered", "agent", "in_app")
    customer = CustomerFactory()
    lost = delivery("sms", PHONE, customer_id=customer.pk)
    # SMS is not set up any more: the message fails, and there is no other channel.
    Delivery.objects.update(state=S.SENDING, lease_until=timezone.now(), attempts=1)
    record_outcome(lost.pk, 1, Outcome(Effect.FAILED, "isv.OUT_OF_SERVICE"))
    answers = Delivery.objects.get(topic="staff.undelivered")
    assert answers.recipient == f"user:{customer.agent_id}"
    assert PHONE not in str(answers.data)


@pytest.mark.django_db
def test_a_late_answer_of_a_lost_worker_still_settles_what_is_unclear(probe: Probe) -> None:
    made = delivery("probe", "a")
    claimed = claim(probe, worker="w1")
    assert claimed.delivery == made
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.expire_leases() == 1
    assert state(made) == S.AMBIGUOUS
    record_outcome(made.pk, 1, Outcome(Effect.ACCEPTED, "ok"), worker="w1")
    assert state(made) == S.ACCEPTED
    # And one of an attempt long past is only noted.
    record_outcome(made.pk, 7, Outcome(Effect.FAILED, "x"))
    assert state(made) == S.ACCEPTED


@pytest.mark.django_db
@pytest.mark.parametrize(("safe", "becomes"), [(True, S.QUEUED), (False, S.AMBIGUOUS)])
def test_a_lost_worker(probe: Probe, safe: bool, becomes: S) -> None:
    probe.idempotent = safe
    made = delivery("probe", "a")
    key = made.idempotency_key
    claim(probe, worker="w1")
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    services.maintain()
    assert state(made) == becomes
    if safe:
        send_all("probe")
        assert probe.sent[0].key == key.hex
    else:
        send_all("probe")
        assert probe.sent == []


@pytest.mark.django_db
def test_what_stays_unclear_ends_with_a_person(probe: Probe) -> None:
    made = delivery("probe", "a")
    probe.outcomes = [Outcome(Effect.AMBIGUOUS, "timeout")]
    send_all("probe")
    due_now(state_since=timezone.now() - timedelta(hours=2))
    services.ask_about_unclear(probe)
    assert state(made) == S.HANDED_OVER
    assert PhoneTask.objects.get().reason == "ambiguous"


# --- pace ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_providers_pace_is_exact(probe: Probe) -> None:
    probe.pace = lambda: (5.0, 3.0)  # type: ignore[method-assign]
    for n in range(10):
        delivery("probe", f"a{n}")
    began = clock.monotonic()
    sent = services.send_due("probe", worker="w")
    assert sent >= 3
    clock.sleep(0.4)
    sent += services.send_due("probe", worker="w")
    assert sent <= 3 + (clock.monotonic() - began) * 5
    assert sent >= 4


@pytest.mark.parametrize(
    ("channel", "setting"),
    [
        ("sms", "SMS_PER_SECOND"),
        ("email", "EMAIL_PER_SECOND"),
        ("wechat", "WECHAT_PER_SECOND"),
        ("webhook", "WEBHOOKS_PER_SECOND"),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 7, 30, 2000])
def test_a_provider_s_limit_holds_within_any_second(
    settings: Any, channel: str, setting: str, limit: int
) -> None:
    """Also right after a rest, when thousands held through the night may go at once."""
    setattr(settings, setting, limit)
    rate, burst = channels.channel(channel).pace()
    # As the claim counts: tokens fill up to ``burst`` and come back with ``rate``. Whole steps, so
    # that no rounding moves a message over the end of a second.
    tokens, sent, steps = burst, [], 0
    while steps < 3 * 10 * limit:
        if tokens >= 1 - 1e-6:
            tokens -= 1
            sent.append(Fraction(steps, 10 * limit))
            continue
        steps += 1
        tokens = min(burst, tokens + rate / (10 * limit))
    assert most_within_a_second(sent) <= limit
    assert len(sent) >= 0.9 * 3 * limit, "and hardly less than it allows"


@pytest.mark.django_db
def test_codes_to_one_address_are_limited(sms: SmsGateway) -> None:
    for _n in range(3):
        delivery("sms", PHONE, topic="subscription.code", audience="addressee", urgent=True)
    other = delivery("sms", "+8613800000009", topic="subscription.code", audience="addressee")
    send_all("sms")
    assert len(sms.sent) == 2 and state(other) == S.ACCEPTED
    waiting = Delivery.objects.filter(state=S.QUEUED)
    assert {d.state_reason for d in waiting} == {"address_limit"}
    assert all(d.due_at > timezone.now() + timedelta(seconds=50) for d in waiting)


@pytest.mark.django_db
def test_a_provider_in_trouble_is_left_alone(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    # A minute for each second, which must not be over before all of this is.
    monkeypatch.setattr(outcomes, "pause_after", lambda n: (pause_after(n) or ZERO) * 60)
    probe.outcomes = [Outcome(Effect.RETRY, "timeout", trouble=True)] * 6
    for n in range(8):
        delivery("probe", f"a{n}")
    send_all("probe")
    assert len(probe.sent) == 5
    health = ProviderState.objects.get(pk="probe")
    assert health.failures_in_row == 5 and health.paused_until is not None
    assert health.paused_until - timezone.now() > timedelta(seconds=30)
    send_all("probe")
    assert len(probe.sent) == 5
    ProviderState.objects.update(paused_until=timezone.now())
    send_all("probe")
    assert len(probe.sent) == 6


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_message_once_within_the_limits(probe: Probe) -> None:
    probe.seconds = 0.01
    probe.concurrency = 3
    for n in range(30):
        delivery("probe", f"a{n}")
    most = [0]
    going = [0]
    lock = threading.Lock()
    original = probe.send

    def counted(message: Message) -> Outcome:
        with lock:
            going[0] += 1
            most[0] = max(most[0], going[0])
        try:
            return original(message)
        finally:
            with lock:
                going[0] -= 1

    probe.send = counted  # type: ignore[method-assign]

    def work(n: int) -> None:
        end = clock.monotonic() + LIMIT
        while Delivery.objects.filter(state=S.QUEUED).exists() and clock.monotonic() < end:
            services.send_due("probe", worker=f"w{n}")
            clock.sleep(0.005)
        close_old_connections()
        connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(m.address for m in probe.sent) == sorted(f"a{n}" for n in range(30))
    assert most[0] <= 3
    assert states() == {S.ACCEPTED: 30}


# --- digests ------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_storm_becomes_one_message_that_names_everything(
    sms: SmsGateway, mail: Any, channel: str
) -> None:
    address = PHONE if channel == "sms" else "shop@example.com"
    made = [
        delivery(
            channel,
            address,
            recipient="contact:1",
            digest_key=f"contact:1|{channel}|zh-hans",
            data={"number": f"YP{n:011d}", "to": "delivered", "when": timezone.now()},
        )
        for n in range(40)
    ]
    assert send_all(channel) == 0
    assert services.gather() == 40
    assert send_all(channel) == 1
    digest = Delivery.objects.get(topic="digest")
    assert {state(d) for d in made} == {S.ACCEPTED}
    assert all(d.carried_by_id == digest.pk for d in made)
    if channel == "email":
        text = mail.accepted[0].get_payload(0).get_payload(decode=True).decode()
        assert all(f"YP{n:011d}" in text for n in range(40))
    else:
        assert "40" in sms.sent[0]["param"] and digest.link in sms.sent[0]["param"]


@pytest.mark.django_db
def test_one_message_alone_stays_itself(sms: SmsGateway) -> None:
    only = delivery("sms", PHONE, digest_key="contact:1|sms|zh-hans")
    services.gather()
    send_all("sms")
    assert state(only) == S.ACCEPTED and not Delivery.objects.filter(topic="digest").exists()


@pytest.mark.django_db
def test_a_digest_that_fails_takes_its_messages_to_the_next_channel(
    wechat: WeChatPlatform, sms: SmsGateway
) -> None:
    wechat.refusals["o1"] = 43004
    made = [
        delivery(
            "wechat",
            "o1",
            recipient="contact:1",
            digest_key="k",
            chain=[["sms", PHONE]],
            data={"number": f"YP{n}", "to": "delivered"},
        )
        for n in range(3)
    ]
    services.gather()
    send_all("wechat", "sms")
    assert len(sms.sent) == 1
    assert {state(d) for d in made} == {S.ACCEPTED}


# --- people -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_what_people_decide_is_on_record(probe: Probe) -> None:
    by, at = system_user(ROBOT), timezone.now()
    made = delivery("probe", "a")
    services.cancel_delivery(delivery_id=made.pk, reason="客户要求", by=by, at=at)
    assert (state(made), made.state_reason) == (S.SUPPRESSED, "cancelled")
    services.resend_delivery(delivery_id=made.pk, reason="误操作", by=by, at=at)
    send_all("probe")
    assert state(made) == S.ACCEPTED
    services.hand_over_delivery(delivery_id=made.pk, reason="没有收到 13800138000", by=by, at=at)
    assert state(made) == S.HANDED_OVER
    kinds = list(Event.objects.filter(kind__startswith="delivery.").order_by("id"))
    assert [e.kind for e in kinds] == [
        "delivery.cancelled",
        "delivery.resent",
        "delivery.handed_over",
    ]
    assert "13800138000" not in str(list(Attempt.objects.values_list("answer", flat=True)))
    with pytest.raises(RuleBroken):
        services.cancel_delivery(delivery_id=made.pk, reason="x", by=by, at=at)
    with pytest.raises(RuleBroken):
        services.resend_delivery(delivery_id=made.pk, reason="  ", by=by, at=at)


@pytest.mark.django_db
@pytest.mark.parametrize("arrived", [True, False])
def test_a_person_settles_what_is_unclear(probe: Probe, arrived: bool) -> None:
    made = delivery("probe", "a", chain=[["phone", PHONE]])
    probe.outcomes = [Outcome(Effect.AMBIGUOUS, "timeout")]
    send_all("probe")
    services.resolve_delivery(
        delivery_id=made.pk,
        arrived=arrived,
        reason="客户来电",
        by=system_user(ROBOT),
        at=timezone.now(),
    )
    assert state(made) == (S.DELIVERED if arrived else S.FAILED)
    assert Delivery.objects.filter(previous=made).exists() is not arrived


@pytest.mark.django_db
def test_the_number_to_call_is_shown_once_and_recorded() -> None:
    delivery("phone", PHONE)
    send_all("phone")
    task = PhoneTask.objects.get()
    by = system_user(ROBOT)
    assert services.reveal_phone(task_id=task.pk, by=by, at=timezone.now()) == PHONE
    assert Event.objects.filter(kind="phonetask.revealed").count() == 1
    assert PHONE not in task.delivery.recipient_label
