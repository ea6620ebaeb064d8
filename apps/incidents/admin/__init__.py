from apps.incidents.admin import incidents, plans

__all__ = ["incidents", "plans"]
