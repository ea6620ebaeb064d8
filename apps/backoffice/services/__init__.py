from apps.backoffice.services.approvals import (
    approve,
    ask_approval,
    refuse,
    void_if_changed,
    withdraw_approval,
)
from apps.backoffice.services.form_submissions import (
    claim_submission,
    drop_submission,
    keep_submission,
    sweep_submissions,
)
from apps.backoffice.services.held_files import drop_held, hold_files, purge_held, read_held

__all__ = [
    "approve",
    "ask_approval",
    "claim_submission",
    "drop_held",
    "drop_submission",
    "hold_files",
    "keep_submission",
    "purge_held",
    "read_held",
    "refuse",
    "sweep_submissions",
    "void_if_changed",
    "withdraw_approval",
]
