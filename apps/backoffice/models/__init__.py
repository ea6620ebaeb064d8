from apps.backoffice.models.approval import Approval, ApprovalRequest
from apps.backoffice.models.form_submission import FormSubmission
from apps.backoffice.models.held_file import HeldFile

__all__ = ["Approval", "ApprovalRequest", "FormSubmission", "HeldFile"]
