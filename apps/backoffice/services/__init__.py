from apps.backoffice.services.approvals import (
    approve,
    ask_approval,
    refuse,
    void_if_changed,
    withdraw_approval,
)
from apps.backoffice.services.counting import purge_counts
from apps.backoffice.services.drafts import discard_draft, keep_draft, purge_drafts
from apps.backoffice.services.form_submissions import (
    claim_submission,
    drop_submission,
    keep_submission,
    sweep_submissions,
)
from apps.backoffice.services.held_files import drop_held, hold_files, purge_held, read_held
from apps.backoffice.services.lists import note_export, remove_filter, save_filter
from apps.backoffice.services.numbers import reserve_rows, take_number, take_numbers

__all__ = [
    "approve",
    "ask_approval",
    "claim_submission",
    "discard_draft",
    "drop_held",
    "drop_submission",
    "hold_files",
    "keep_draft",
    "keep_submission",
    "note_export",
    "purge_counts",
    "purge_drafts",
    "purge_held",
    "read_held",
    "refuse",
    "remove_filter",
    "reserve_rows",
    "save_filter",
    "sweep_submissions",
    "take_number",
    "take_numbers",
    "void_if_changed",
    "withdraw_approval",
]
