"""One form for each act on a case, in the modules of ``complaints.admin.acts``."""

from apps.complaints.forms.acts.base import ActForm, ReasonForm

__all__ = ["ActForm", "ReasonForm"]
