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
    policies = apps.get_model("sla", "Policy").objects
    known = set(policies.values_list("code", flat=True))
    new = [entry for entry in usual_policies() if entry["code"] not in known]
    for entry in new:
        names = ("code", "name", "english_name", "kind", "priority")
        policy = policies.create(**{name: entry[name] for name in names})
        version = apps.get_model("sla", "PolicyVersion").objects.create(
            policy=policy,
            number=1,
            valid_from=SINCE,
            classes=entry.get("classes", []),
            severities=entry.get("severities", []),
            published_at=SINCE,
        )
        for target in entry["targets"]:
            _plant_target(apps, version, target)
    return len(new)


def _plant_target(apps: Any, version: Any, entry: dict[str, Any]) -> None:
    calendar = apps.get_model("sla", "WorkingCalendar").objects.get(
        code=entry.get("calendar", "always")
    )
    within = entry["within"]
    target = apps.get_model("sla", "Target").objects.create(
        version=version,
        metric=entry["metric"],
        seconds=None if within is None else seconds(within),
        calendar=calendar,
        pauses=entry.get("pauses", []),
        on_reopen=entry.get("on_reopen", "none"),
        counts_from=entry.get("counts_from", "opening"),
    )
    step = apps.get_model("sla", "Step")
    for position, (when, whom, channels, *calls) in enumerate(entry["steps"], start=1):
        name, english_name = step_names(when, whom)
        is_role = whom not in ("owner", "unit_lead")
        step.objects.create(
            target=target,
            position=position,
            name=name,
            english_name=english_name,
            offset_seconds=seconds(when),
            whom="role" if is_role else whom,
            role=whom if is_role else "",
            channels=channels.split(),
            off_hours="call_then_mail" if calls else "same",
        )
