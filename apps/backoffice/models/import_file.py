"""Files of rows that people hand in, and what became of each row."""

import json
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.backoffice.enums import ImportState, RowOutcome
from apps.backoffice.models.job import Job
from apps.core.crypto import EncryptedTextField

S = ImportState


def original_path(filename: str) -> str:
    """Under a name nobody can guess; the ending is kept for whoever looks after the disk."""
    suffix = filename.rsplit(".", 1)[-1].lower()[:8] if "." in filename else "bin"
    token = uuid4().hex
    return f"imports/{token[:2]}/{token}.{suffix if suffix.isalnum() else 'bin'}"


class ImportFile(models.Model):
    """``kind`` names its declaration (``imports.Import``), ``scope`` what was chosen beside the file
    ("customer=12"): within both the same bytes are taken once."""

    kind = models.CharField(_("kind"), max_length=60)
    scope = models.CharField(max_length=120, blank=True)
    parameters = models.JSONField(default=dict)
    path = models.CharField(max_length=120, blank=True)
    name = models.CharField(_("file name"), max_length=160)
    size = models.PositiveIntegerField(_("size (bytes)"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    language = models.CharField(max_length=10)
    state = models.CharField(_("state"), max_length=10, choices=S.choices, default=S.PREVIEW)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("taken in by"),
    )
    taken_at = models.DateTimeField(_("taken in at"), null=True)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="imports")
    # JSON: headings and the first rows as they were read, until the file is taken or dropped.
    sample = EncryptedTextField(default="")
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_taken = models.PositiveIntegerField(_("taken in"), default=0)
    rows_known = models.PositiveIntegerField(_("already known"), default=0)
    rows_refused = models.PositiveIntegerField(_("refused"), default=0)
    keep_until = models.DateTimeField(_("kept until"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["keep_until"], name="import_file_end", condition=~Q(path="")),
            models.Index(fields=["kind", "sha256"], name="import_file_print"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "scope", "sha256"],
                name="import_file_taken_once",
                condition=Q(state__in=[S.TAKING, S.TAKEN]),
            ),
            models.CheckConstraint(
                name="import_rows_within_file",
                condition=Q(rows_total__gte=F("rows_taken") + F("rows_known") + F("rows_refused")),
            ),
            models.CheckConstraint(
                name="import_taken_is_whole",
                condition=~Q(state=S.TAKEN)
                | Q(rows_total=F("rows_taken") + F("rows_known") + F("rows_refused")),
            ),
            models.CheckConstraint(
                name="import_taken_by_somebody",
                condition=Q(
                    state__in=[S.PREVIEW, S.DROPPED], taken_by__isnull=True, taken_at__isnull=True
                )
                | Q(
                    state__in=[S.TAKING, S.TAKEN, S.STOPPED],
                    taken_by__isnull=False,
                    taken_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def now(self) -> ImportState:
        return ImportState(self.state)

    @property
    def first_rows(self) -> dict[str, Any]:
        """ "headings" and "rows" (number and cells), while it waits to be looked at."""
        found: dict[str, Any] = json.loads(self.sample or "{}")
        return found


class ImportRow(models.Model):
    """One row, numbered as people count them; ``message`` is in the uploader's language."""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=RowOutcome.choices)
    code = models.CharField(_("code"), max_length=40, blank=True)
    message = models.CharField(_("message"), max_length=400, blank=True)
    about = models.CharField(_("what"), max_length=80, blank=True)
    # The row that was made of it, or was known already: of the declaration's ``subject``.
    subject_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering = ["number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="import_row_once"),
            models.CheckConstraint(
                name="import_refusal_says_why",
                condition=~Q(outcome=RowOutcome.REFUSED) | ~Q(message=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.number}"

    @property
    def result(self) -> RowOutcome:
        return RowOutcome(self.outcome)
