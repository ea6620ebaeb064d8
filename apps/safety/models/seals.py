"""Seals over the tables that are written once, where they are kept outside, and what they found."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.safety.enums import FindingState, SealKind, Tampering


class Seal(AppendOnly):
    """A range of ids of one table, how many rows lay in it and a hash over all of them.

    All seals of the company are one chain: numbers without a gap, each with the hash of the one before.
    The hash is keyed (``core.crypto.blind_index``), so that SQL alone can make no seal that holds.
    """

    number = models.BigIntegerField(_("number"), unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=SealKind, default=SealKind.ROWS)
    table = models.CharField(_("table"), max_length=63)
    # Ids above it (NULL: from the lowest on), up to and with the other.
    after_id = models.BigIntegerField(_("after row"), null=True)
    to_id = models.BigIntegerField(_("to row"))
    count = models.BigIntegerField(_("rows"))
    columns = models.TextField(_("columns"))
    rows_hash = models.CharField(_("hash of the rows"), max_length=64)
    # Sixteen bytes a row, id and the beginning of its own hash: they tell which row is another.
    marks = models.BinaryField()
    previous = models.CharField(_("seal before"), max_length=32, unique=True)
    hash = models.CharField(_("hash"), max_length=32, unique=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["-number"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["table", "-number"], name="seal_by_table"),
            models.Index(fields=["at"], name="seal_by_time"),
        ]
        constraints = [
            models.CheckConstraint(name="seal_kind_known", condition=Q(kind__in=SealKind.values)),
            models.CheckConstraint(
                name="seal_range_goes_up",
                condition=Q(after_id__isnull=True) | Q(to_id__gte=F("after_id")),
            ),
            models.CheckConstraint(
                name="seal_release_has_reason",
                condition=~Q(kind=SealKind.RELEASE) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.table} ≤ {self.to_id}"


class SealMark(models.Model):
    """Up to which id a table had given out when it was last looked at, and which transactions might
    still bring rows below that: once those have ended, all of it can be sealed."""

    table = models.CharField(_("table"), max_length=63, primary_key=True)
    up_to = models.BigIntegerField()
    waits_for = models.JSONField(default=list)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("seal not ready yet")
        verbose_name_plural = _("seals not ready yet")
        default_permissions = ()

    def __str__(self) -> str:
        return self.table


class SealCopy(AppendOnly):
    """Up to which seal the outside copy reached, written after it had: a copy that ends earlier was cut."""

    place = models.CharField(_("place"), max_length=200)
    number = models.BigIntegerField(_("seal"))
    hash = models.CharField(_("hash"), max_length=32)
    at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("outside copy of seals")
        verbose_name_plural = _("outside copies of seals")
        default_permissions = ()
        indexes = [models.Index(fields=["place", "-number"], name="seal_copy_by_place")]

    def __str__(self) -> str:
        return f"{self.place} #{self.number}"


class SealFinding(models.Model):
    """Tampering that a check of the seals found: once, whoever looks how often. ``rows`` are up to
    fifty ids, ``count`` how many there are."""

    tampering = models.CharField(_("what was done"), max_length=14, choices=Tampering)
    table = models.CharField(_("table"), max_length=63)
    first_seal = models.BigIntegerField(_("first seal"))
    last_seal = models.BigIntegerField(_("last seal"))
    from_id = models.BigIntegerField(_("from row"), null=True)
    to_id = models.BigIntegerField(_("to row"), null=True)
    rows = models.JSONField(_("rows"), default=list)
    count = models.BigIntegerField(_("how many"), default=0)
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    found_at = models.DateTimeField(_("found"))
    state = models.CharField(
        _("state"), max_length=10, choices=FindingState, default=FindingState.OPEN
    )
    explanation = models.TextField(_("explanation"), blank=True)
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    explained_at = models.DateTimeField(_("explained at"), null=True)

    class Meta:
        verbose_name = _("tampering")
        verbose_name_plural = _("tamperings")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions: ClassVar = [("explain_sealfinding", _("Can explain a tampering found"))]
        indexes = [models.Index(fields=["state", "-id"], name="seal_finding_by_state")]
        constraints = [
            models.CheckConstraint(
                name="seal_finding_tampering_known", condition=Q(tampering__in=Tampering.values)
            ),
            models.CheckConstraint(
                name="seal_finding_explained_by_whom",
                condition=Q(
                    state=FindingState.OPEN,
                    explanation="",
                    explained_by__isnull=True,
                    explained_at__isnull=True,
                )
                | (
                    Q(
                        state=FindingState.EXPLAINED,
                        explained_by__isnull=False,
                        explained_at__isnull=False,
                    )
                    & ~Q(explanation="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{Tampering(self.tampering).label}: {self.table}"
