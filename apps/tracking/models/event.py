"""Scans and status reports, written once and never changed (TRK-2)."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.tracking.enums import Reason, Status


class TrackingEvent(AppendOnly):
    """One event of one waybill.

    The table is partitioned by the month its *waybill* was issued, whatever time the event
    claims: all events of a waybill lie together, uniqueness is real, and retention drops whole
    months. Its SQL is written by hand in migration 0002. The only index is the primary key
    (waybill, source, dedupe key, month), so look events up by waybill, never by id alone.
    """

    id = models.BigAutoField(primary_key=True)
    issued_month = models.DateField(_("month of issue"))
    waybill = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="events",
        db_index=False,
        verbose_name=_("waybill"),
    )
    source = models.CharField(_("source"), max_length=40)
    source_id = models.CharField(_("source's id"), max_length=80, blank=True, default="")
    dedupe_key = models.UUIDField(_("identity"))
    content_hash = models.UUIDField(_("fingerprint of the content"))
    revision = models.IntegerField(_("revision"), default=0)
    supersedes_id = models.BigIntegerField(_("supersedes"), null=True)
    is_withdrawal = models.BooleanField(_("withdraws"), default=False)
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    code = models.CharField(_("scan"), max_length=50)
    status = models.CharField(_("status"), max_length=30, choices=Status)
    reason = models.CharField(_("reason"), max_length=30, choices=Reason, blank=True, default="")
    strength = models.SmallIntegerField(_("strength"))
    rank = models.SmallIntegerField(_("rank"))
    place = models.CharField(_("place"), max_length=120, blank=True, default="")
    city = models.CharField(_("city"), max_length=40, blank=True, default="")
    text = models.CharField(_("what was reported"), max_length=500, blank=True, default="")
    # No foreign key checks below: users, units and carriers are never deleted, and each check
    # costs a tenth of the ingest.
    unit = models.ForeignKey(
        "accounts.Unit",
        models.DO_NOTHING,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
        verbose_name=_("unit"),
    )
    carrier = models.ForeignKey(
        "tracking.PartnerCarrier",
        models.DO_NOTHING,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
        verbose_name=_("partner carrier"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("tracking event")
        verbose_name_plural = _("tracking events")
        permissions = [
            ("correct_trackingevent", _("Can correct tracking events")),
            ("import_trackingevent", _("Can import tracking events from a spreadsheet")),
        ]

    def __str__(self) -> str:
        return f"{self.waybill_id} {self.occurred_at.isoformat()} {self.status}"
