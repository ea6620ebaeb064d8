"""All writes of the complaints floor.

Each takes ``by`` (the user who acts) and ``at`` (when, aware), is atomic, locks the row, records
events, and raises RuleBroken or BadInput naming the field. Rows that ``by`` may not see raise
``DoesNotExist``. Permissions are the doors' business.
"""

from apps.complaints.services.actions import add_action, check_action, drop_action, finish_action
from apps.complaints.services.assigning import assign_case, assign_waiting, take_case
from apps.complaints.services.changing import change_case
from apps.complaints.services.chasing import add_chase, answer_chase
from apps.complaints.services.drafts import discard_draft, keep_draft, purge_drafts
from apps.complaints.services.exceptions import (
    assign_exception,
    correct_report,
    follow_complaint,
    judge_seriousness,
    link_case,
    open_exception,
    put_right,
)
from apps.complaints.services.exporting import note_export
from apps.complaints.services.following import (
    Trouble,
    follow,
    follow_late_shipments,
)
from apps.complaints.services.intake import take_report
from apps.complaints.services.investigating import (
    add_evidence,
    check_exception,
    close_exception,
    decide_exception,
    investigate_exception,
    note_findings,
    reopen_exception,
)
from apps.complaints.services.meetings import drop_meeting, hold_meeting, plan_meeting
from apps.complaints.services.merging import link_cases, merge_cases, split_case, unlink_cases
from apps.complaints.services.opening import open_case
from apps.complaints.services.promises import drop_promise, keep_promise, make_promise
from apps.complaints.services.reading import (
    mark_reading,
    open_evidence,
    open_file,
    reveal_case,
    reveal_exception,
    stop_reading,
)
from apps.complaints.services.reopening import reopen_case
from apps.complaints.services.reporting import record_report, reply_plan
from apps.complaints.services.rows import (
    remove_filter,
    save_assignment_rule,
    save_canned_answer,
    save_cause,
    save_filter,
    save_major_rule,
)
from apps.complaints.services.satisfaction import answer_satisfaction, ask_satisfaction
from apps.complaints.services.solving import (
    cancel_case,
    close_case,
    confirm_result,
    solve_case,
)
from apps.complaints.services.talking import add_files, add_message, add_note, log_call
from apps.complaints.services.waiting import resume_case, wait_for_customer
from apps.complaints.services.withdrawing import withdraw_case

__all__ = [
    "Trouble",
    "add_action",
    "add_chase",
    "add_evidence",
    "add_files",
    "add_message",
    "add_note",
    "answer_chase",
    "answer_satisfaction",
    "ask_satisfaction",
    "assign_case",
    "assign_exception",
    "assign_waiting",
    "cancel_case",
    "change_case",
    "check_action",
    "check_exception",
    "close_case",
    "close_exception",
    "confirm_result",
    "correct_report",
    "decide_exception",
    "discard_draft",
    "drop_action",
    "drop_meeting",
    "drop_promise",
    "finish_action",
    "follow",
    "follow_complaint",
    "follow_late_shipments",
    "hold_meeting",
    "investigate_exception",
    "judge_seriousness",
    "keep_draft",
    "keep_promise",
    "link_case",
    "link_cases",
    "log_call",
    "make_promise",
    "mark_reading",
    "merge_cases",
    "note_export",
    "note_findings",
    "open_case",
    "open_evidence",
    "open_exception",
    "open_file",
    "plan_meeting",
    "purge_drafts",
    "put_right",
    "record_report",
    "remove_filter",
    "reopen_case",
    "reopen_exception",
    "reply_plan",
    "resume_case",
    "reveal_case",
    "reveal_exception",
    "save_assignment_rule",
    "save_canned_answer",
    "save_cause",
    "save_filter",
    "save_major_rule",
    "solve_case",
    "split_case",
    "stop_reading",
    "take_case",
    "take_report",
    "unlink_cases",
    "wait_for_customer",
    "withdraw_case",
]
