from apps.backoffice.models.approval import Approval, ApprovalRequest
from apps.backoffice.models.day_series import DaySeries
from apps.backoffice.models.draft import Draft
from apps.backoffice.models.file_retention import FileRetention
from apps.backoffice.models.form_submission import FormSubmission
from apps.backoffice.models.held_file import HeldFile
from apps.backoffice.models.import_file import ImportFile, ImportRow
from apps.backoffice.models.job import Job
from apps.backoffice.models.saved_filter import SavedFilter
from apps.backoffice.models.window_count import WindowCount

__all__ = [
    "Approval",
    "ApprovalRequest",
    "DaySeries",
    "Draft",
    "FileRetention",
    "FormSubmission",
    "HeldFile",
    "ImportFile",
    "ImportRow",
    "Job",
    "SavedFilter",
    "WindowCount",
]
