"""Staff pages of this app, one module per noun."""

from apps.pricing.admin import papers, tariffs, versions

__all__ = ["papers", "tariffs", "versions"]
