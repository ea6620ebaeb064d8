"""Who answers for a stage of one shipment, where somebody decided it (TRK-5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.tracking.enums import Stage
from apps.tracking.models.partner import PartnerCarrier


class StageAssignment(AppendOnly):
    """One decision; the newest of a waybill's stage counts. With neither carrier nor unit the
    decision is taken back, and whoever scanned answers again."""

    waybill = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="stage_assignments",
        verbose_name=_("waybill"),
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices)
    carrier = models.ForeignKey(
        PartnerCarrier,
        models.PROTECT,
        related_name="stage_assignments",
        null=True,
        verbose_name=_("partner carrier"),
    )
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, related_name="+", null=True, verbose_name=_("unit")
    )
    reason = models.CharField(_("reason"), max_length=300)
    # The stage was over when this was decided: it changes whose record a known figure is on.
    is_afterwards = models.BooleanField(_("after the stage"), default=False)
    assigned_at = models.DateTimeField(_("decided at"))
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )

    class Meta:
        verbose_name = _("responsibility for a stage")
        verbose_name_plural = _("responsibilities for stages")
        ordering = ["-id"]
        indexes = [models.Index(fields=["waybill", "stage", "-id"], name="stage_assignment_newest")]
        constraints = [
            models.CheckConstraint(
                name="stage_assignment_one_party",
                condition=Q(carrier__isnull=True) | Q(unit__isnull=True),
            ),
            models.CheckConstraint(
                name="stage_assignment_stage_known", condition=Q(stage__in=Stage.values)
            ),
            models.CheckConstraint(name="stage_assignment_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.waybill_id} {self.stage}"

    @property
    def party(self) -> str:
        return str(self.carrier or self.unit or "")
