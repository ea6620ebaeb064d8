from apps.sla.admin import calendars, clocks, policies

__all__ = ["calendars", "clocks", "policies"]
