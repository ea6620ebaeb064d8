from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.accounts import services
from apps.accounts.enums import SessionEnd
from apps.accounts.models import UserSession
from apps.backoffice.acts import Act
from apps.backoffice.records import RecordAdmin


@admin.register(UserSession)
class UserSessionAdmin(RecordAdmin):
    """Sign-ins; the key of the cookie is never shown."""

    acts = (
        Act(
            "end", _("End this session"), "accounts.revoke_session",
            lambda d: services.end_session(session=d.record, by=d.by, reason=SessionEnd.REVOKED),
            explains=_("The next click in it leads to the sign-in page."),
            done=_("That session is ended."), button=_("End the session"), in_list=True,
            may=lambda session: session.ended_at is None,
        ),
    )  # fmt: skip
    list_display = ["user", "seen_at", "started_at", "address", "browser", "two_factor", "ended_at"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter), "two_factor", "end_reason"]
    search_fields = ["user__username", "user__display_name", "address"]
    search_help_text = _("user or address")
    list_select_related = ["user"]
    exclude = ["session_key"]
    ordering = ["-started_at", "-id"]
