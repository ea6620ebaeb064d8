"""The account change, from its reason to its final report (COD-2, COD-4)."""

from apps.account_changes.services.changes.approving import (
    approve_change,
    ask_change_approval,
    refuse_change,
)
from apps.account_changes.services.changes.ending import (
    call_off_change,
    close_change,
    report_change,
    roll_back_change,
)
from apps.account_changes.services.changes.old_account import (
    follow_late_money,
    follow_naming_orders,
)
from apps.account_changes.services.changes.preparing import (
    add_member,
    begin_change,
    choose_account,
    edit_change,
    justify_choice,
    list_customer,
    rate_candidate,
    remove_member,
    unlist_customer,
)
from apps.account_changes.services.changes.running import (
    extend_change,
    pause_change,
    resume_change,
    schedule_change,
    start_change,
)
from apps.account_changes.services.changes.showing import (
    confirm_read,
    file_paper,
    note_deposit,
    void_deposit,
    write_briefing,
)
from apps.account_changes.services.changes.working import WORK, work_changes

__all__ = [
    "WORK",
    "add_member",
    "approve_change",
    "ask_change_approval",
    "begin_change",
    "call_off_change",
    "choose_account",
    "close_change",
    "confirm_read",
    "edit_change",
    "extend_change",
    "file_paper",
    "follow_late_money",
    "follow_naming_orders",
    "justify_choice",
    "list_customer",
    "note_deposit",
    "pause_change",
    "rate_candidate",
    "refuse_change",
    "remove_member",
    "report_change",
    "resume_change",
    "roll_back_change",
    "schedule_change",
    "start_change",
    "unlist_customer",
    "void_deposit",
    "work_changes",
    "write_briefing",
]
