from apps.quality.services.actions import add_action, check_action, drop_action, finish_action
from apps.quality.services.analyses import add_analysis_action, write_analysis
from apps.quality.services.assigning import assign_exception, take_exception
from apps.quality.services.chasing import add_chase, answer_chase, record_chase
from apps.quality.services.correcting import correct_report
from apps.quality.services.following import FoundProblem, follow, follow_late_shipments
from apps.quality.services.investigating import (
    add_evidence,
    check_exception,
    close_exception,
    decide_exception,
    investigate_exception,
    note_findings,
    reopen_exception,
)
from apps.quality.services.late import (
    close_late,
    link_replacement,
    record_contact,
    state_cause,
)
from apps.quality.services.meetings import drop_meeting, hold_meeting, plan_meeting
from apps.quality.services.opening import open_exception
from apps.quality.services.reading import open_evidence, reveal_exception
from apps.quality.services.seriousness import (
    follow_complaint,
    judge_seriousness,
    link_case,
    put_right,
)

__all__ = [
    "FoundProblem",
    "add_action",
    "add_analysis_action",
    "add_chase",
    "add_evidence",
    "answer_chase",
    "assign_exception",
    "check_action",
    "check_exception",
    "close_exception",
    "close_late",
    "correct_report",
    "decide_exception",
    "drop_action",
    "drop_meeting",
    "finish_action",
    "follow",
    "follow_complaint",
    "follow_late_shipments",
    "hold_meeting",
    "investigate_exception",
    "judge_seriousness",
    "link_case",
    "link_replacement",
    "note_findings",
    "open_evidence",
    "open_exception",
    "plan_meeting",
    "put_right",
    "record_chase",
    "record_contact",
    "reopen_exception",
    "reveal_exception",
    "state_cause",
    "take_exception",
    "write_analysis",
]
