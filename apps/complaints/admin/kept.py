"""Data that staff keep: edited on plain pages, saved by a service, never deleted."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.staff import person
from apps.backoffice.staff_admin import StaffAdmin
from apps.complaints.admin.access import may


class KeptAdmin(StaffAdmin):
    """Rows go out of use rather than away, so that old cases stay explained."""

    save_by: Callable[..., Any]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, f"add_{self.opts.model_name}")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, f"change_{self.opts.model_name}")

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        type(self).save_by(obj, by=person(request), at=timezone.now())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    # The house keeps one record of what happened, not Django's second one.
    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        return None

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        return None
