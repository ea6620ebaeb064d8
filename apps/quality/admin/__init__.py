"""Staff pages of this app, one module per noun."""

from apps.quality.admin import exceptions, late, meetings

__all__ = ["exceptions", "late", "meetings"]
