"""The staff pages of the hotline."""

from apps.hotline.admin import call_backs, calls, files, systems

__all__ = ["call_backs", "calls", "files", "systems"]
