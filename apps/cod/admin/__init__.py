"""Staff pages of the COD floor."""

from apps.cod.admin.changes import ChangeProjectAdmin

__all__ = ["ChangeProjectAdmin"]
