"""Staff pages of this app, one module per noun."""

from apps.quality.admin import analyses, exceptions, late, meetings

__all__ = ["analyses", "exceptions", "late", "meetings"]
