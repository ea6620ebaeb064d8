from apps.safety.services.alerts import (
    find_harmless,
    investigate_alert,
    judge_events,
    save_rule,
)
from apps.safety.services.checks import (
    Answer,
    carry_out_check,
    close_follow_up,
    drop_checks_of_closed,
    hand_follow_up,
    plan_checks,
    save_item,
)
from apps.safety.services.findings import explain_finding
from apps.safety.services.sealing import release_rows, seal_new_rows, store_outside
from apps.safety.services.verifying import verify_all, verify_recent

__all__ = [
    "Answer",
    "carry_out_check",
    "close_follow_up",
    "drop_checks_of_closed",
    "explain_finding",
    "find_harmless",
    "hand_follow_up",
    "investigate_alert",
    "judge_events",
    "plan_checks",
    "release_rows",
    "save_item",
    "save_rule",
    "seal_new_rows",
    "store_outside",
    "verify_all",
    "verify_recent",
]
