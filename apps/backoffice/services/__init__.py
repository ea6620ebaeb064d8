from apps.backoffice.services.exporting import export_list
from apps.backoffice.services.form_submissions import (
    claim_submission,
    drop_submission,
    keep_submission,
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
    change_retention,
    open_result,
)

__all__ = [
    "ask_job",
    "begin_again",
    "cancel_job",
    "change_retention",
    "claim_submission",
    "drop_held",
    "drop_import",
    "drop_submission",
    "export_list",
    "hold_files",
    "keep_submission",
    "open_original",
    "open_result",
    "purge_files",
    "purge_held",
    "read_held",
    "refused_rows",
    "run_jobs",
    "sweep_submissions",
    "take_import",
    "template_file",
    "upload_import",
]
