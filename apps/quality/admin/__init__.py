"""Staff pages of this app, one module per noun."""

from apps.quality.admin import exceptions, meetings

__all__ = ["exceptions", "meetings"]
