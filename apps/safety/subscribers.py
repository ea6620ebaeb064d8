"""Which events the rules about access look at. Kinds of apps above or beside are named only."""

from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.safety import services

TURN = "safety.access"


def _judge(events: list[Event]) -> None:
    services.judge_events(events)


for _kind in (
    "bankaccount.revealed",
    "payee.revealed",
    "bankaccount.viewed",
    "payee.viewed",
    "user.second_factor_refused",
    "user.role_granted",
    "accountchange.attempt_refused",
    "payee.attempt_refused",
    "payout.attempt_refused",
    "account_notice.not_ours",
):
    subscribe_many(_kind, name=f"safety.{_kind}", most=100, turn=TURN)(_judge)


@subscribe_many("bankaccount.opened", name="safety.plan_check")
def plan_check(events: list[Event]) -> None:
    """An account of ours is checked from its first day on."""
    services.plan_checks()


@subscribe_many("bankaccount.closed", name="safety.drop_check")
def drop_check(events: list[Event]) -> None:
    services.drop_checks_of_closed()
