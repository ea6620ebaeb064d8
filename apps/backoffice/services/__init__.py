from apps.backoffice.services.form_submissions import (
    claim_submission,
    drop_submission,
    keep_submission,
    sweep_submissions,
)
from apps.backoffice.services.held_files import drop_held, hold_files, purge_held, read_held
from apps.backoffice.services.lists import note_export, remove_filter, save_filter

__all__ = [
    "claim_submission",
    "drop_held",
    "drop_submission",
    "hold_files",
    "keep_submission",
    "note_export",
    "purge_held",
    "read_held",
    "remove_filter",
    "save_filter",
    "sweep_submissions",
]
