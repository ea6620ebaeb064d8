"""WeCom, DingTalk and Feishu in the storm: people and groups, each with the faults of all others, and now and then told
that it was too much."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.test import override_settings

from apps.notifications.services.rows import NewDelivery
from tests.doubles.dingtalk_platform import DingTalkPlatform
from tests.doubles.feishu_platform import FeishuPlatform
from tests.doubles.server import Company, Reply, Request
from tests.doubles.wecom_platform import WeComPlatform
from tests.factories import platforms as factory

NAMES = ("wecom", "dingtalk", "feishu")
CHANNELS = frozenset({*NAMES, *(f"{name}_group" for name in NAMES)})
# These drop what comes twice; everywhere else a double is allowed where it was unclear, and there alone.
DROPS_DOUBLES = ("wecom", "feishu")
ROBOTS = 2  # of each platform
MINUTE, SHUT = 3.0, 1.0  # seconds: what takes a minute, or ten, there takes a moment here
# By each platform's own documents; DingTalk names those of its people whom it held back in an answer that is a success.
_TOO_MUCH = {
    "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"},
    "feishu": {"code": 99991400, "msg": "request trigger frequency limit"},
}
_NUMBER = re.compile(r"YP\d{11}")


@dataclass
class Platforms:
    wecom: WeComPlatform
    dingtalk: DingTalkPlatform
    feishu: FeishuPlatform
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def over_limit(self) -> int:
        """How often somebody was told that it was too much."""
        return sum(double.over_limit for double in (self.wecom, self.dingtalk, self.feishu))

    def seen(self) -> dict[str, Counter[str]]:
        """Channel → the number in each message that arrived there → how often."""
        arrived: dict[str, list[Any]] = {
            "wecom": self.wecom.sent,
            "dingtalk": self.dingtalk.sent,
            "feishu": self.feishu.sent,
            "wecom_group": [*chain(*self.wecom.robots.values())],
            "dingtalk_group": [*chain(*self.dingtalk.groups.values())],
            "feishu_group": [*chain(*self.feishu.groups.values())],
        }
        return {name: Counter(_number_in(one) for one in some) for name, some in arrived.items()}


def _number_in(message: Any) -> str:
    found = _NUMBER.search(json.dumps(message, ensure_ascii=False))
    assert found is not None, message
    return found[0]


@contextmanager
def platforms(rate: float, rand: random.Random) -> Iterator[Platforms]:
    with ExitStack() as stack:
        doubles = WeComPlatform(), DingTalkPlatform(), FeishuPlatform()
        wecom, dingtalk, feishu = (stack.enter_context(double) for double in doubles)
        for name, double in zip(NAMES, doubles, strict=True):
            double.slow, double.minute = 1.2, MINUTE
            double.fault = _flaky(name, double, rate, rand)
        dingtalk.shut_for = SHUT
        settings = {
            "PLATFORMS_TIMEOUT": 0.6,
            "WECOM_URL": wecom.url,
            "WECOM_CORP_ID": wecom.corp_id,
            "WECOM_AGENT_ID": wecom.agent_id,
            "WECOM_SECRET": wecom.secret,
            "DINGTALK_URL": dingtalk.url,
            "DINGTALK_OAPI_URL": dingtalk.url,
            "DINGTALK_APP_KEY": dingtalk.app_key,
            "DINGTALK_APP_SECRET": dingtalk.app_secret,
            "DINGTALK_ROBOT_CODE": dingtalk.robot_code,
            "FEISHU_URL": feishu.url,
            "FEISHU_APP_ID": feishu.app_id,
            "FEISHU_APP_SECRET": feishu.secret,
        }
        yield Platforms(wecom, dingtalk, feishu, settings)


def _flaky(
    name: str, double: Any, rate: float, rand: random.Random
) -> Callable[[Request], str | int | Reply | None]:
    faults: list[str | int | Reply] = ["drop", "timeout", "refuse", 503]
    if name in _TOO_MUCH:
        faults.append(Reply(200, json.dumps(_TOO_MUCH[name]).encode()))

    def fault(_request: Request) -> str | int | Reply | None:
        if rand.random() >= rate:
            return None
        chosen = rand.choice(faults)
        double.over_limit += isinstance(chosen, Reply)
        return chosen

    return fault


def rows(channel: str, count: int, there: Platforms, now: datetime) -> list[NewDelivery]:
    """One message for each of ``count`` people, or ``count`` for the robots of a group's platform."""
    name, _sep, group = channel.partition("_")
    robots = _robots(name, there) if group else []
    found = []
    for n in range(count):
        to = robots[n % ROBOTS].recipient if group else f"person{n}"
        found.append(
            NewDelivery(
                cause=f"storm:{channel}:{n}",
                topic="waybill.delivered",
                audience="group" if group else "named",
                channel=channel,
                recipient=to if group else f"{channel}:{n}",
                address=to,
                data={"number": f"YP{n:011d}", "to": "delivered", "when": now},
                urgent=True,
                due_at=now,
            )
        )
    return found


def _robots(name: str, there: Platforms) -> list[Any]:
    double: Company = getattr(there, name)
    secret = {} if name == "wecom" else {"secret": "secret-of-the-robot"}
    with override_settings(**there.settings):
        return [
            factory.robot(name, double.robot(f"key-of-robot-{n}", **secret), **secret)  # type: ignore[attr-defined]  # each of the three has it
            for n in range(ROBOTS)
        ]
