from apps.backoffice.services.approvals import (
    ApprovalInput,
    approve,
    ask_approval,
    refuse,
    void_if_changed,
    withdraw_approval,
)
from apps.backoffice.services.counting import purge_counts
from apps.backoffice.services.drafts import discard_draft, purge_drafts, save_draft
from apps.backoffice.services.exporting import export_list
from apps.backoffice.services.form_submissions import (
    claim_submission,
    drop_submission,
    store_submission,
    sweep_submissions,
)
from apps.backoffice.services.held_files import drop_held, hold_files, purge_held, read_held
from apps.backoffice.services.import_files import (
    open_original,
    purge_files,
    refused_rows,
    template_file,
)
from apps.backoffice.services.importing import drop_import, take_import, upload_import
from apps.backoffice.services.job_runs import run_jobs
from apps.backoffice.services.jobs import (
    ask_job,
    begin_again,
    cancel_job,
    open_result,
)
from apps.backoffice.services.lists import remove_filter, save_filter
from apps.backoffice.services.numbers import reserve_rows, take_number, take_numbers
from apps.backoffice.services.retention import change_retention

__all__ = [
    "ApprovalInput",
    "approve",
    "ask_approval",
    "ask_job",
    "begin_again",
    "cancel_job",
    "change_retention",
    "claim_submission",
    "discard_draft",
    "drop_held",
    "drop_import",
    "drop_submission",
    "export_list",
    "hold_files",
    "open_original",
    "open_result",
    "purge_counts",
    "purge_drafts",
    "purge_files",
    "purge_held",
    "read_held",
    "refuse",
    "refused_rows",
    "remove_filter",
    "reserve_rows",
    "run_jobs",
    "save_draft",
    "save_filter",
    "store_submission",
    "sweep_submissions",
    "take_import",
    "take_number",
    "take_numbers",
    "template_file",
    "upload_import",
    "void_if_changed",
    "withdraw_approval",
]
