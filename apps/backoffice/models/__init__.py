from apps.backoffice.models.form_submission import FormSubmission
from apps.backoffice.models.held_file import HeldFile
from apps.backoffice.models.saved_filter import SavedFilter

__all__ = ["FormSubmission", "HeldFile", "SavedFilter"]
