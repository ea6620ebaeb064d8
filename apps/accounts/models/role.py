from datetime import datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models.unit import Unit

USER = settings.AUTH_USER_MODEL


class TimeSpan(Func):
    """since ≤ t < until; an empty ``until`` is for ever."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class UserRoleQuerySet(models.QuerySet["UserRole"]):
    def current(self, at: datetime | None = None) -> "UserRoleQuerySet":
        at = at or timezone.now()
        return self.filter(Q(until__isnull=True) | Q(until__gt=at), since__lte=at)

    def running(self) -> "UserRoleQuerySet":
        """Held now or yet to begin."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=timezone.now()))


class UserRole(models.Model):
    """A user holds a role in a unit (and so in all units below it) for a time."""

    user = models.ForeignKey(USER, models.PROTECT, related_name="roles", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=30, choices=Role)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="role_holders", verbose_name=_("unit")
    )
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    granted_by = models.ForeignKey(
        USER,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("granted by"),
    )
    ended_by = models.ForeignKey(
        USER,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("ended by"),
    )

    objects = UserRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role of a user")
        verbose_name_plural = _("roles of users")
        ordering = ["user_id", "role", "since"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["role", "unit"], name="accounts_userrole_holders")]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_userrole_role_known"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="accounts_userrole_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(until__isnull=False),
                name="accounts_userrole_ended_has_a_time",
            ),
            ExclusionConstraint(
                name="accounts_userrole_held_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (TimeSpan("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.unit.name}"

    @property
    def holds_now(self) -> bool:
        now = timezone.now()
        return self.since <= now and (self.until is None or self.until > now)

    @property
    def colour(self) -> str:
        return Role(self.role).colour


class RolePolicy(models.Model):
    """What a role asks of whoever holds it. A role without a row asks for two-factor sign-in."""

    role = models.CharField(_("role"), max_length=30, choices=Role, unique=True)
    two_factor_required = models.BooleanField(_("two-factor sign-in required"), default=True)

    class Meta:
        verbose_name = _("role policy")
        verbose_name_plural = _("role policies")
        ordering = ["role"]
        default_permissions = ("view",)
        permissions = [("change_role_policy", _("Can change what a role requires"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_rolepolicy_role_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_role_display())
