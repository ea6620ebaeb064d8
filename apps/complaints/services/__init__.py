"""All writes of the complaints floor.

Each takes ``by`` (the user who acts) and ``at`` (when, aware), is atomic, locks the row, records
events, and raises RuleBroken or BadInput naming the field. Rows that ``by`` may not see raise
``DoesNotExist``. Permissions are the doors' business.
"""

from apps.complaints.services.assigning import (
    assign_case,
    assign_waiting,
    hand_to_director,
    take_case,
)
from apps.complaints.services.changing import change_case
from apps.complaints.services.drafts import discard_draft, save_draft
from apps.complaints.services.holding import hold_case, lift_hold
from apps.complaints.services.intake import take_report
from apps.complaints.services.merging import link_cases, merge_cases, split_case, unlink_cases
from apps.complaints.services.opening import open_case
from apps.complaints.services.praise import name_colleague
from apps.complaints.services.promises import drop_promise, keep_promise, make_promise
from apps.complaints.services.reading import mark_reading, open_file, reveal_case, stop_reading
from apps.complaints.services.reopening import reopen_case
from apps.complaints.services.reporting import record_report, reply_plan
from apps.complaints.services.rows import save_assignment_rule, save_cause, save_major_rule
from apps.complaints.services.satisfaction import answer_satisfaction, ask_satisfaction
from apps.complaints.services.solving import cancel_case, close_case, confirm_result, solve_case
from apps.complaints.services.talking import (
    add_files,
    add_message,
    add_note,
    log_call,
    note_article_read,
)
from apps.complaints.services.waiting import resume_case, wait_for_customer
from apps.complaints.services.withdrawing import withdraw_case

__all__ = [
    "add_files",
    "add_message",
    "add_note",
    "answer_satisfaction",
    "ask_satisfaction",
    "assign_case",
    "assign_waiting",
    "cancel_case",
    "change_case",
    "close_case",
    "confirm_result",
    "discard_draft",
    "drop_promise",
    "hand_to_director",
    "hold_case",
    "keep_promise",
    "lift_hold",
    "link_cases",
    "log_call",
    "make_promise",
    "mark_reading",
    "merge_cases",
    "name_colleague",
    "note_article_read",
    "open_case",
    "open_file",
    "record_report",
    "reopen_case",
    "reply_plan",
    "resume_case",
    "reveal_case",
    "save_assignment_rule",
    "save_cause",
    "save_draft",
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
