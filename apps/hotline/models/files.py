"""Files of call records as they came, and how far each is taken in."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.backoffice.models import Job
from apps.core.models import Stamped
from apps.hotline.enums import FileState
from apps.hotline.models.systems import PhoneSystem

S = FileState


def file_path(file: "CallFile", filename: str) -> str:
    return f"hotline/files/{uuid4().hex}.bin"


class CallFile(Stamped):
    """The same bytes of one system are one row. All lines up to ``lines_done`` are in, none of those behind.
    ``refusals`` are the first of the refused lines: number, code and reason."""

    system = models.ForeignKey(
        PhoneSystem, models.PROTECT, related_name="files", verbose_name=_("phone system")
    )
    original = models.FileField(_("original file"), upload_to=file_path, max_length=120)
    filename = models.CharField(_("file name"), max_length=160)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    size = models.PositiveIntegerField(_("size (bytes)"))
    state = models.CharField(_("state"), max_length=8, choices=S.choices, default=S.PREVIEW)
    lines_total = models.PositiveIntegerField(_("lines"))
    lines_done = models.PositiveIntegerField(_("lines taken in"), default=0)
    lines_refused = models.PositiveIntegerField(_("lines refused"), default=0)
    calls_changed = models.PositiveIntegerField(_("calls new or completed"), default=0)
    refusals = models.JSONField(_("refused lines"), default=list)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(_("confirmed at"), null=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )

    class Meta:
        verbose_name = _("call file")
        verbose_name_plural = _("call files")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("take_callfile", _("Can take in files of calls"))]
        constraints = [
            models.UniqueConstraint(name="call_file_once", fields=["system", "sha256"]),
            models.CheckConstraint(name="call_file_state_known", condition=Q(state__in=S.values)),
            models.CheckConstraint(
                name="call_file_lines_within",
                condition=Q(lines_total__gte=F("lines_done"))
                & Q(lines_done__gte=F("lines_refused")),
            ),
            models.CheckConstraint(
                name="call_file_taken_is_whole",
                condition=~Q(state=S.TAKEN) | Q(lines_total=F("lines_done")),
            ),
            models.CheckConstraint(
                name="call_file_taken_by_somebody",
                condition=Q(state__in=[S.PREVIEW, S.DROPPED], taken_by__isnull=True, lines_done=0)
                | Q(state__in=[S.TAKING, S.TAKEN, S.STOPPED], taken_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.filename
