from apps.sla.admin import calendars

__all__ = ["calendars"]
