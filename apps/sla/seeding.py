"""The policies a new installation starts with: each app has those of its own things in ``seed/clocks.json`` or
``seed/…_clocks.json``. They are data that a manager edits afterwards; a policy that is there already is
left as it is."""

import json
from datetime import UTC, datetime
from typing import Any

from apps.core.discovery import seeds

SINCE = datetime(2000, 1, 1, tzinfo=UTC)  # also for what is taken over from before
_UNITS = {
    "m": (60, "分钟", "minute", "minutes"),
    "h": (3600, "小时", "hour", "hours"),
    "d": (86_400, "天", "day", "days"),
}
_WHO = {
    "owner": ("负责人", "the owner"),
    "unit_lead": ("单位负责人", "whoever leads the unit"),
    "director": ("客服主任", "the director"),
    "department_manager": ("部门经理", "the department manager"),
    "project_manager": ("项目经理", "the project manager"),
    "qc_manager": ("质控经理", "the QC manager"),
    "finance": ("财务", "finance"),
    "cashier": ("出纳", "the cashier"),
    "safety_officer": ("安全员", "the safety officer"),
    "deputy_general_manager": ("副总经理", "the deputy general manager"),
    "general_manager": ("总经理", "the general manager"),
}


def seconds(text: str) -> int:
    """``"-10m"`` → -600."""
    if text == "0":
        return 0
    return int(text[:-1]) * _UNITS[text[-1]][0]


def step_names(text: str, whom: str) -> tuple[str, str]:
    """What a step is called, in Chinese and in English."""
    chinese, english = _WHO[whom]
    if text == "0":
        return f"到期，告知{chinese}", f"Due: tell {english}"
    number = abs(int(text[:-1]))
    _seconds, unit, one, many = _UNITS[text[-1]]
    span, en_span = f" {number} {unit}", f"{number} {one if number == 1 else many}"
    if text.startswith("-"):
        return f"到期前{span}，提醒{chinese}", f"{en_span} before: remind {english}"
    return f"超时{span}，上报{chinese}", f"{en_span} over: tell {english}"


def usual_policies() -> list[dict[str, Any]]:
    """Those of all apps, from the lowest floor up."""
    books = [json.loads(file.read_text("utf-8")) for file in seeds("clocks")]
    return [policy for book in books for policy in book["policies"]]


def plant(apps: Any) -> int:
    """Add the policies that are missing; returns how many. ``apps`` as a migration has it."""
    policy, version, target, step = (
        apps.get_model("sla", name) for name in ("Policy", "PolicyVersion", "Target", "Step")
    )
    known = set(policy.objects.values_list("code", flat=True))
    new = [entry for entry in usual_policies() if entry["code"] not in known]
    names = ("code", "name", "english_name", "kind", "priority")
    policies = policy.objects.bulk_create(
        [policy(**{name: entry[name] for name in names}) for entry in new]
    )
    versions = version.objects.bulk_create(
        version(
            policy=of,
            number=1,
            valid_from=SINCE,
            classes=entry.get("classes", []),
            severities=entry.get("severities", []),
            channels=entry.get("channels", []),
            published_at=SINCE,
        )
        for of, entry in zip(policies, new, strict=True)
    )
    calendars = {each.code: each for each in apps.get_model("sla", "WorkingCalendar").objects.all()}
    wanted = [
        (of, one) for of, entry in zip(versions, new, strict=True) for one in entry["targets"]
    ]
    targets = target.objects.bulk_create(
        target(version=of, **_target_values(one, calendars)) for of, one in wanted
    )
    step.objects.bulk_create(
        step(target=of, position=position, **_step_values(*words))
        for of, (_version, one) in zip(targets, wanted, strict=True)
        for position, words in enumerate(one["steps"], start=1)
    )
    return len(new)


def _target_values(entry: dict[str, Any], calendars: dict[str, Any]) -> dict[str, Any]:
    within = entry["within"]
    return {
        "metric": entry["metric"],
        "seconds": None if within is None else seconds(within),
        "calendar": calendars[entry.get("calendar", "always")],
        "pauses": entry.get("pauses", []),
        "on_reopen": entry.get("on_reopen", "none"),
        "counts_from": entry.get("counts_from", "opening"),
    }


def _step_values(when: str, whom: str, channels: str, *calls: str) -> dict[str, Any]:
    name, english_name = step_names(when, whom)
    is_role = whom not in ("owner", "unit_lead")
    return {
        "name": name,
        "english_name": english_name,
        "offset_seconds": seconds(when),
        "whom": "role" if is_role else whom,
        "role": whom if is_role else "",
        "channels": channels.split(),
        "off_hours": "call_then_mail" if calls else "same",
    }
