"""Staff pages of this app, one module per noun."""

from apps.complaints.admin import exceptions, meetings

__all__ = ["exceptions", "meetings"]
