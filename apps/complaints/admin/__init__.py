"""Staff pages of this app, one module per noun."""

from apps.complaints.admin import cases, rules, words

__all__ = ["cases", "rules", "surveys", "words"]
