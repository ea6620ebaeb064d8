from apps.backoffice.admin.events import DispatchAdmin, EventAdmin
from apps.backoffice.admin.imports import ImportFileAdmin
from apps.backoffice.admin.jobs import JobAdmin
from apps.backoffice.admin.retention import FileRetentionAdmin

__all__ = ["DispatchAdmin", "EventAdmin", "FileRetentionAdmin", "ImportFileAdmin", "JobAdmin"]
