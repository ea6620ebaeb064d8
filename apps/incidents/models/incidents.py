"""An incident is a serious exception with a place and a time (ADR 50)."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.languages import in_reader_language
from apps.core.models import Stamped
from apps.incidents.enums import RUNNING, Effect, IncidentState, Level, PlanKind
from apps.incidents.models.plans import PlanVersion
from apps.quality.models import ExceptionReport

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
MOMENTS = ("declared", "stable", "over", "closed", "withdrawn")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: "User") -> "IncidentQuerySet":
        """Whoever may see incidents sees all: they concern customers of every unit. Whose shipments they see in
        one is asked of the shipments."""
        return self if user.is_active else self.none()

    def running(self) -> "IncidentQuerySet":
        return self.filter(state__in=RUNNING)


def _moment(name: str) -> models.CheckConstraint:
    at, by = f"{name}_at__isnull", f"{name}_by__isnull"
    return models.CheckConstraint(
        name=f"incident_{name}_by_someone",
        condition=Q(**{at: True, by: True}) | Q(**{at: False, by: False}),
    )


class Incident(Stamped):
    """Numbers look like IN20261202-48391527. Investigation, responsible unit, corrective actions and review are
    those of its ``exception``. ``extra_hours`` is by how much promises move where ``effect`` extends them."""

    PREFIX = "IN"

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    title = models.CharField(_("what has happened"), max_length=120)
    title_en = models.CharField(_("what happened, in English"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=PlanKind)
    level = models.CharField(_("level"), max_length=8, choices=Level)
    state = models.CharField(
        _("state"), max_length=10, choices=IncidentState, default=IncidentState.DECLARED
    )
    version = models.ForeignKey(
        PlanVersion, models.PROTECT, related_name="incidents", null=True, verbose_name=_("plan")
    )
    exception = models.OneToOneField(
        ExceptionReport, models.PROTECT, related_name="incident", verbose_name=_("exception report")
    )
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    effect = models.CharField(_("promises"), max_length=10, choices=Effect)
    extra_hours = models.PositiveSmallIntegerField(_("hours more"), default=0)
    is_blocked = models.BooleanField(_("the network is blocked"), default=False)
    happened_at = models.DateTimeField(_("happened"))
    known_at = models.DateTimeField(_("known"))
    declared_at = models.DateTimeField(_("incident declared at"))
    declared_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    stable_at = models.DateTimeField(_("stable"), null=True)
    stable_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    over_at = models.DateTimeField(_("over at"), null=True)
    over_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    reason = models.CharField(_("why withdrawn"), max_length=200, blank=True)
    # Affected rows wait for the worker: the moment they were left for it, empty when it has done all.
    work_since = models.DateTimeField(null=True, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("declare_incident", _("Can declare and extend incidents")),
            ("run_incident", _("Can run incidents: seats, steps, notices, stable, over")),
            ("close_incident", _("Can close and withdraw incidents")),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="incident_by_state"),
            models.Index(fields=["declared_at"], name="incident_by_declaration"),
            models.Index(
                fields=["work_since"], name="incident_work", condition=Q(work_since__isnull=False)
            ),
        ]
        constraints = [
            *(_moment(name) for name in MOMENTS),
            models.CheckConstraint(
                name="incident_kind_known", condition=Q(kind__in=PlanKind.values)
            ),
            models.CheckConstraint(name="incident_level_known", condition=Q(level__in=Level.values)),
            models.CheckConstraint(
                name="incident_titled", condition=~Q(title="") & ~Q(title_en="")
            ),
            models.CheckConstraint(
                name="incident_times_in_order",
                condition=Q(happened_at__lte=F("known_at"), known_at__lte=F("declared_at")),
            ),
            models.CheckConstraint(
                name="incident_moves_in_order",
                condition=Q(stable_at__isnull=True) | Q(stable_at__gte=F("declared_at")),
            ),
            models.CheckConstraint(
                name="incident_extends_by_hours",
                condition=Q(effect=Effect.EXTENDED, extra_hours__gt=0)
                | Q(effect=Effect.HELD, extra_hours=0),
            ),
            models.CheckConstraint(
                name="incident_withdrawn_says_why",
                condition=Q(withdrawn_at__isnull=True, reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="incident_state_agrees",
                condition=Q(
                    state=IncidentState.DECLARED, stable_at=None, over_at=None, closed_at=None,
                    withdrawn_at=None,
                )
                | Q(
                    state=IncidentState.STABLE, stable_at__isnull=False, over_at=None,
                    closed_at=None, withdrawn_at=None,
                )
                | Q(
                    state=IncidentState.OVER, over_at__gte=F("stable_at"), closed_at=None,
                    withdrawn_at=None,
                )
                | Q(state=IncidentState.CLOSED, closed_at__gte=F("over_at"), withdrawn_at=None)
                | Q(state=IncidentState.WITHDRAWN, withdrawn_at__isnull=False, over_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def shown_title(self) -> str:
        """What has happened, in the active language."""
        return in_reader_language(self.title, self.title_en)

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def recipients(self) -> "models.QuerySet[Any]":
        """Everybody whom its notices went to, for what is done about one of them."""
        model = self.notices.model._meta.get_field("recipients").related_model
        return model._default_manager.filter(notice__incident=self)
