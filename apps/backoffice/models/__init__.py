from apps.backoffice.models.file_retention import FileRetention
from apps.backoffice.models.form_submission import FormSubmission
from apps.backoffice.models.held_file import HeldFile
from apps.backoffice.models.import_file import ImportFile, ImportRow
from apps.backoffice.models.job import Job

__all__ = ["FileRetention", "FormSubmission", "HeldFile", "ImportFile", "ImportRow", "Job"]
