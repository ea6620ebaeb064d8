"""A clock is a row of what was last read from the facts, with the instant at which it acts next."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.core.models import AppendOnly
from apps.sla.enums import ClockState, Metric
from apps.sla.kinds import matter_kind_choices, timed_kinds
from apps.sla.models.calendar import WorkingCalendar
from apps.sla.models.matter import Matter
from apps.sla.models.policy import Step, Target
from apps.sla.states import OPEN_CLOCKS

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
OPEN_VALUES = sorted(str(state) for state in OPEN_CLOCKS)
OPEN = Q(state__in=OPEN_VALUES)
ENDED = Q(state__in=sorted({str(state) for state in ClockState} - {*OPEN_VALUES}))
DUE_ITSELF = 0  # in ``schedule_steps``: the due instant, which no row of a policy stands for


class ClockQuerySet(models.QuerySet["Clock"]):
    def open(self) -> "ClockQuerySet":
        return self.filter(OPEN)

    def overdue(self) -> "ClockQuerySet":
        """Open and past its due instant, by the database's clock."""
        return self.open().filter(due_at__lte=Now())

    def visible_to(self, user: "User") -> "ClockQuerySet":
        """Own clocks and those of the units that ``user`` sees, about what they may see: the title of
        a case is no more public than the case."""
        kinds = [kind for kind, one in timed_kinds().items() if user.has_perm(one.seen_with)]
        seen = self.filter(kind__in=kinds)
        units = user.visible_unit_ids()
        return seen if units is None else seen.filter(Q(unit__in=units) | Q(owner=user.pk))


class Clock(models.Model):
    """``due_at`` is empty while a pause keeps it from being known. ``schedule`` holds the instants at
    which somebody is notified, ascending, ``schedule_steps`` the step of each (0: the due instant);
    ``position`` says how many are behind, ``next_at`` is the next one, the sweeper's index."""

    # Without an index of its own: the unique one begins with it; every act writes all of them.
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="clocks", db_index=False)
    metric = models.CharField(_("what"), max_length=20, choices=Metric.choices)
    cycle = models.PositiveSmallIntegerField(default=1)
    key = models.PositiveIntegerField(default=0)  # promises: one clock each
    kind = models.CharField(_("kind"), max_length=20, choices=matter_kind_choices)
    label = models.CharField(_("label"), max_length=120, blank=True)
    target = models.ForeignKey(Target, models.PROTECT, related_name="+", null=True, db_index=False)
    calendar = models.ForeignKey(
        WorkingCalendar,
        models.PROTECT,
        related_name="+",
        verbose_name=_("working calendar"),
        db_index=False,
    )
    calendar_version = models.PositiveIntegerField()
    seconds = models.PositiveIntegerField(_("within"), null=True)
    is_fixed = models.BooleanField(_("fixed by hand"), default=False)
    owner = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("owner"), db_index=False
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, verbose_name=_("unit"), db_index=False
    )

    state = models.CharField(
        _("state"), max_length=10, choices=ClockState.choices, default=ClockState.RUNNING
    )
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("due"), null=True)
    paused_since = models.DateTimeField(_("paused since"), null=True)
    met_at = models.DateTimeField(_("done"), null=True)
    met_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, db_index=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    stopped_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, db_index=False
    )
    # The clock itself was ended (a dropped promise, a policy without the target), not its matter.
    is_dropped = models.BooleanField(default=False, editable=False)
    breached_at = models.DateTimeField(_("missed"), null=True)
    spent_seconds = models.PositiveIntegerField(_("working time taken"), null=True)

    # Due instant of an earlier policy that was missed while that one applied: it stays missed.
    missed_before = models.DateTimeField(_("missed before"), null=True, editable=False)
    # Since when each earlier policy counted. One that comes to apply again goes on from there.
    held_policies = ArrayField(models.BigIntegerField(), default=list, editable=False)
    held_starts = ArrayField(models.DateTimeField(), default=list, editable=False)

    schedule = ArrayField(models.DateTimeField(), default=list, editable=False)
    schedule_steps = ArrayField(models.BigIntegerField(), default=list, editable=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    next_at = models.DateTimeField(null=True, editable=False)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["next_at"], name="sla_clock_next", condition=Q(next_at__isnull=False)
            ),
            models.Index(fields=["owner", "due_at"], name="sla_clock_owner", condition=OPEN),
            models.Index(fields=["unit", "due_at"], name="sla_clock_unit", condition=OPEN),
            models.Index(fields=["due_at"], name="sla_clock_due", condition=OPEN),
            # What was due in a week and done by then.
            models.Index(fields=["due_at"], name="sla_clock_was_due", condition=ENDED),
            models.Index(
                fields=["calendar", "calendar_version"], name="sla_clock_calendar", condition=OPEN
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "metric", "cycle", "key"], name="sla_clock_once"
            ),
            models.CheckConstraint(
                name="sla_clock_choices_known",
                condition=Q(
                    metric__in=Metric.values,
                    state__in=ClockState.values,
                ),
            ),
            models.CheckConstraint(
                name="sla_clock_paused_agrees",
                condition=Q(state=ClockState.PAUSED, paused_since__isnull=False, is_fixed=False)
                | ~Q(state=ClockState.PAUSED) & Q(paused_since__isnull=True),
            ),
            models.CheckConstraint(
                name="sla_clock_met_agrees",
                condition=Q(state=ClockState.MET, met_at__gte=F("started_at"), met_by__isnull=False)
                | ~Q(state=ClockState.MET) & Q(met_at__isnull=True, met_by__isnull=True),
            ),
            models.CheckConstraint(
                name="sla_clock_stopped_agrees",
                condition=Q(
                    state=ClockState.STOPPED, stopped_at__isnull=False, stopped_by__isnull=False
                )
                | ~Q(state=ClockState.STOPPED)
                & Q(stopped_at__isnull=True, stopped_by__isnull=True, is_dropped=False),
            ),
            models.CheckConstraint(
                name="sla_clock_ended_is_silent_and_measured",
                condition=OPEN & Q(spent_seconds__isnull=True)
                | ~OPEN & Q(next_at__isnull=True, spent_seconds__isnull=False),
            ),
            models.CheckConstraint(
                name="sla_clock_due_after_start",
                condition=Q(due_at__isnull=True) | Q(due_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="sla_clock_fixed_has_a_due",
                condition=Q(is_fixed=False) | Q(due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="sla_clock_missed_after_due",
                condition=Q(breached_at__isnull=True) | Q(breached_at=F("due_at")),
            ),
            models.CheckConstraint(
                name="sla_clock_held_agrees",
                condition=Q(held_policies__len=F("held_starts__len")),
            ),
            models.CheckConstraint(
                name="sla_clock_schedule_agrees",
                condition=Q(
                    schedule__len=F("schedule_steps__len"), position__lte=F("schedule__len")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.label or str(Metric(self.metric).label)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_VALUES

    @property
    def is_missed(self) -> bool:
        """Under the policy that applies or under one that did."""
        return self.breached_at is not None or self.missed_before is not None

    @property
    def is_living(self) -> bool:
        """Running or paused, or dropped for want of a target and so able to come back."""
        return self.is_open or self.is_dropped


class FiredStep(AppendOnly):
    """One instant that has passed: announced with its event, or silently (``is_silent``) because it was
    past before anybody could have been notified. Once per clock, step and due instant, for ever."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="fired", db_index=False)
    step = models.ForeignKey(Step, models.PROTECT, related_name="+", null=True, db_index=False)
    due_at = models.DateTimeField(_("due"))
    at = models.DateTimeField(_("when"))
    fired_at = models.DateTimeField(_("told"), db_default=Now())
    late_seconds = models.PositiveIntegerField(_("told late by"), default=0)
    is_silent = models.BooleanField(_("silent"), default=False)
    recipients = ArrayField(models.BigIntegerField(), verbose_name=_("told to"), default=list)
    event = models.ForeignKey(
        "events.Event", models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        verbose_name = _("fired step")
        verbose_name_plural = _("fired steps")
        ordering = ["id"]
        default_permissions = ("view",)
        # Rows come in the order of this time, so a few pages of index find a day.
        indexes = [BrinIndex(fields=["fired_at"], name="sla_fired_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "step", "due_at"], nulls_distinct=False, name="sla_fired_once"
            ),
            models.CheckConstraint(
                name="sla_fired_told_with_its_event",
                condition=Q(is_silent=True, event__isnull=True)
                | Q(is_silent=False, event__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} · {self.step_id or 0}"
