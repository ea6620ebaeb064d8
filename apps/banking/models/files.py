"""Bank files as they came, and how banks lay theirs out."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.banking.enums import FileState
from apps.banking.models.accounts import BankAccount
from apps.core.models import Stamped


def file_path(file: "BankFile", filename: str) -> str:
    return f"banking/files/{uuid4().hex}.bin"


class BankLayout(Stamped):
    """A layout that staff added to those that are built in (``reading.layouts``). A change is
    a new version; the newest one of a code counts."""

    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    name = models.CharField(_("name"), max_length=80)
    source = models.CharField(_("where it is documented"), max_length=200)
    definition = models.JSONField(_("columns"), default=dict)

    class Meta:
        verbose_name = _("file layout")
        verbose_name_plural = _("file layouts")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(name="bank_layout_version", fields=["code", "version"]),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"

    @property
    def as_definition(self) -> dict[str, Any]:
        return {**self.definition, "code": self.code, "name": self.name, "source": self.source}


class BankFile(Stamped):
    """One file of one account; the original is kept. Held: its balances contradict it, or rows could
    not be read, and none of its lines are in until a person says so."""

    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="files", verbose_name=_("account")
    )
    original = models.FileField(_("original file"), upload_to=file_path, max_length=120)
    filename = models.CharField(_("file name"), max_length=160)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    form = models.CharField(_("form"), max_length=8)
    layout = models.CharField(_("layout"), max_length=48, blank=True)
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"))
    opening = models.DecimalField(
        _("opening balance"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    closing = models.DecimalField(
        _("closing balance"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    lines_total = models.PositiveIntegerField(_("lines"))
    lines_new = models.PositiveIntegerField(_("new lines"), default=0)
    is_proven = models.BooleanField(_("balances prove it"), default=False)
    is_posted = models.BooleanField(_("posted"), default=False, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=FileState.choices)
    findings = models.JSONField(_("findings"), default=list)
    judged_at = models.DateTimeField(_("judged"), null=True, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("judged by"),
    )
    judged_why = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        ordering = ["-id"]
        permissions = [("take_bankfile", _("Can take in bank files"))]
        indexes = [
            models.Index(fields=["account", "to_day"], name="bank_file_by_day"),
            models.Index(fields=["id"], name="bank_file_to_post", condition=Q(is_posted=False)),
        ]
        constraints = [
            models.UniqueConstraint(name="bank_file_once", fields=["account", "sha256"]),
            models.CheckConstraint(
                name="bank_file_state_known", condition=Q(state__in=FileState.values)
            ),
            models.CheckConstraint(
                name="bank_file_days_in_order", condition=Q(from_day__lte=models.F("to_day"))
            ),
            models.CheckConstraint(
                name="bank_file_only_taken_has_lines",
                condition=Q(state=FileState.TAKEN) | Q(lines_new=0),
            ),
            models.CheckConstraint(
                name="bank_file_judged_with_reason",
                condition=Q(judged_at__isnull=True, judged_by__isnull=True, judged_why="")
                | (Q(judged_at__isnull=False, judged_by__isnull=False) & ~Q(judged_why="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename} ({self.from_day:%Y-%m-%d} – {self.to_day:%Y-%m-%d})"
