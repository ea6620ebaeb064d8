from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm

from apps.accounts import services
from apps.accounts.admin.shared import actor, attempt, dialog_action
from apps.accounts.enums import SessionEnd
from apps.accounts.models import UserSession
from apps.backoffice.staff_admin import StaffAdmin


@admin.register(UserSession)
class UserSessionAdmin(StaffAdmin):
    """Sign-ins; the key of the cookie is never shown."""

    list_display = ["user", "seen_at", "started_at", "address", "browser", "two_factor", "ended_at"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter), "two_factor", "end_reason"]
    search_fields = ["user__username", "user__display_name", "address"]
    search_help_text = _("user or address")
    list_select_related = ["user"]
    exclude = ["session_key"]
    ordering = ["-started_at", "-id"]
    actions_row = ["end"]
    actions_detail = ["end"]

    def has_end_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.revoke_session")

    @dialog_action(
        BaseDialogForm,
        description=_("End this session"),
        permissions=["end"],
        title=_("End this session now?"),
        says=_("The next click in it leads to the sign-in page."),
        button=_("End the session"),
    )
    def end(self, request: HttpRequest, form: BaseDialogForm, object_id: int) -> HttpResponse:
        session = UserSession.objects.select_related("user").get(pk=object_id)
        return attempt(
            request,
            lambda: services.end_session(
                session=session, by=actor(request), reason=SessionEnd.REVOKED
            ),
            str(_("That session is ended.")),
            reverse("admin:accounts_usersession_changelist"),
        )
