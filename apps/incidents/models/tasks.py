"""The steps of an incident."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.incidents.enums import Seat
from apps.incidents.models.incidents import Incident

USER = settings.AUTH_USER_MODEL


class IncidentTask(models.Model):
    """A step of the plan, one that the law asks for, or the next word to customers; ``due_at`` follows its clock."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="tasks")
    n = models.PositiveSmallIntegerField(_("step"))
    kind = models.CharField(_("kind"), max_length=14)
    seat = models.CharField(_("seat"), max_length=12, choices=Seat)
    owner = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("owner")
    )
    what = models.CharField(_("what is to be done"), max_length=200)
    due_at = models.DateTimeField(_("due"))
    needs_proof = models.BooleanField(_("needs proof"), default=False)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    proof = models.CharField(_("proof"), max_length=300, blank=True)
    dropped_at = models.DateTimeField(_("dropped"), null=True)

    class Meta:
        verbose_name = _("step of an incident")
        verbose_name_plural = _("steps of incidents")
        ordering = ["n"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["incident", "n"], name="incident_task_once"),
            models.CheckConstraint(
                name="incident_task_done_by_someone",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False, dropped_at__isnull=True),
            ),
            models.CheckConstraint(
                name="incident_task_proved",
                condition=Q(done_at__isnull=True) | Q(needs_proof=False) | ~Q(proof=""),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None
