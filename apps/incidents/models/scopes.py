"""What an incident concerns: place and time, in numbered versions."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.incidents.enums import Leg
from apps.incidents.models.incidents import Incident

USER = settings.AUTH_USER_MODEL


class Scope(AppendOnly):
    """What an incident concerns, in numbered versions; each says all of it. Where none of cities, units and partners
    is named, ``is_everywhere``. ``shipments`` and ``customers`` are the numbers that the one who pressed had seen."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="scopes")
    n = models.PositiveSmallIntegerField(_("version"))
    cities = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("cities"))
    units = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("units"))
    carriers = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("partners"))
    is_everywhere = models.BooleanField(_("all of the country"), default=False)
    legs = ArrayField(models.CharField(max_length=8), default=list, verbose_name=_("legs"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until, as expected"))
    shipments = models.PositiveIntegerField(_("shipments"), default=0)
    customers = models.PositiveIntegerField(_("customers"), default=0)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("scope of an incident")
        verbose_name_plural = _("scopes of incidents")
        ordering = ["-n"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["incident", "n"], name="incident_scope_once"),
            models.CheckConstraint(
                name="incident_scope_ends_after", condition=Q(starts_at__lt=F("ends_at"))
            ),
            models.CheckConstraint(
                name="incident_scope_has_a_place",
                condition=Q(is_everywhere=True, cities=[], units=[], carriers=[])
                | (Q(is_everywhere=False) & (~Q(cities=[]) | ~Q(units=[]) | ~Q(carriers=[]))),
            ),
            models.CheckConstraint(
                name="incident_scope_legs_known",
                condition=~Q(legs=[]) & Q(legs__contained_by=list(Leg.values)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} ({self.n})"
