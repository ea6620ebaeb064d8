"""Who holds which seat in an incident."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.role import TimeSpan
from apps.incidents.enums import Seat
from apps.incidents.models.incidents import Incident

USER = settings.AUTH_USER_MODEL


class IncidentSeat(models.Model):
    """Who has a seat from when until when. The command is never without a row: one without a person is an incident
    without a commander, which its clock escalates."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="seats")
    seat = models.CharField(_("seat"), max_length=12, choices=Seat)
    user = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("person")
    )
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)

    class Meta:
        verbose_name = _("seat in an incident")
        verbose_name_plural = _("seats in incidents")
        ordering = ["since", "id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["user"], name="incident_seat_of_user", condition=Q(until__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(name="incident_seat_known", condition=Q(seat__in=Seat.values)),
            models.CheckConstraint(
                name="incident_seat_empty_in_command_only",
                condition=Q(user__isnull=False) | Q(seat=Seat.COMMAND),
            ),
            models.CheckConstraint(
                name="incident_seat_ends_after",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
            models.UniqueConstraint(
                fields=["incident", "seat", "user"],
                name="incident_seat_once",
                condition=Q(until__isnull=True, user__isnull=False),
            ),
            ExclusionConstraint(
                name="incident_seat_one_commander",
                expressions=[
                    ("incident", RangeOperators.EQUAL),
                    (TimeSpan("since", "until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(seat=Seat.COMMAND),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat} {self.user_id or '—'}"
