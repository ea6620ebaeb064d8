from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import SessionEnd
from apps.accounts.models.user import User


class UserSessionQuerySet(models.QuerySet["UserSession"]):
    def open(self) -> "UserSessionQuerySet":
        return self.filter(ended_at__isnull=True)


class UserSession(models.Model):
    """One sign-in of one person. Ending it deletes Django's session row as well, so the next
    request with that cookie is already a stranger's."""

    user = models.ForeignKey(User, models.PROTECT, related_name="sessions", verbose_name=_("user"))
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    started_at = models.DateTimeField(_("signed in at"))
    # Written at most once a minute.
    seen_at = models.DateTimeField(_("last seen at"))
    address = models.CharField(_("address"), max_length=64)
    browser = models.CharField(_("browser"), max_length=200, blank=True)
    two_factor = models.BooleanField(_("with two factors"), default=False)
    # The session of the company's directory that it came from, by which the directory may end it.
    directory_sid = models.CharField(max_length=200, blank=True, default="", editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, verbose_name=_("ended by")
    )
    end_reason = models.CharField(_("why it ended"), max_length=20, choices=SessionEnd, blank=True)

    objects = UserSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-started_at", "-id"]
        default_permissions = ("view",)
        permissions = [("revoke_session", _("Can end other people's sessions"))]
        indexes = [
            models.Index(
                fields=["user", "-started_at"],
                condition=Q(ended_at__isnull=True),
                name="accounts_session_open",
            ),
            models.Index(fields=["user", "address"], name="accounts_session_known_places"),
            models.Index(
                fields=["directory_sid"],
                condition=Q(ended_at__isnull=True) & ~Q(directory_sid=""),
                name="accounts_session_by_directory",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | Q(
                    ended_at__isnull=False,
                    ended_by__isnull=False,
                    end_reason__in=SessionEnd.values,
                ),
                name="accounts_session_end_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(seen_at__gte=F("started_at")),
                name="accounts_session_seen_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.started_at:%Y-%m-%d %H:%M}"
