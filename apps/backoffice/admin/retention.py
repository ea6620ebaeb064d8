from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.backoffice import services
from apps.backoffice.models import FileRetention
from apps.backoffice.records import ReferenceAdmin


@admin.register(FileRetention)
class FileRetentionAdmin(ReferenceAdmin):
    """One row for each kind of file; the company only chooses how long."""

    save_by = services.change_retention
    list_display = ["what", "number", "unit"]
    readonly_fields = ["what"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
