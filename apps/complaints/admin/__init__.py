"""Staff pages of this app, one module per noun."""

from apps.complaints.admin import cases, chats, exceptions, meetings, rules, words

__all__ = ["cases", "chats", "exceptions", "meetings", "rules", "words"]
