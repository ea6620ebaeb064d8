from apps.backoffice.models.form_submission import FormSubmission
from apps.backoffice.models.held_file import HeldFile

__all__ = ["FormSubmission", "HeldFile"]
