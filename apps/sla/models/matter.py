"""What is timed, and the facts that decide: what was done when, and what was waited for."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.core.models import AppendOnly
from apps.sla.enums import FactKind, IntervalKind, MatterState
from apps.sla.kinds import matter_kind_choices
from apps.sla.models.policy import PolicyVersion

USER = settings.AUTH_USER_MODEL


class MatterQuerySet(models.QuerySet["Matter"]):
    def about(self, *subjects: models.Model) -> "MatterQuerySet":
        """Those that were opened for one of these, whatever their key."""
        ids: dict[str, list[str]] = {}
        for subject in subjects:
            ids.setdefault(subject._meta.label_lower, []).append(str(subject.pk))
        which = Q(pk__in=())
        for subject_type, keys in ids.items():
            which |= Q(subject_type=subject_type, subject_id__in=keys)
        return self.filter(which)


class Matter(models.Model):
    """A case, an order, a task … as the clocks see it: its kind and the attributes that choose its
    policy, copied from the floor above, which brings the row itself as ``subject``."""

    kind = models.CharField(_("kind"), max_length=20, choices=matter_kind_choices)
    subject_type = models.CharField(max_length=60, editable=False)
    subject_id = models.CharField(max_length=40, editable=False)
    key = models.CharField(max_length=40, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=120)  # no personal data: it stands in events
    klass = models.CharField(_("class"), max_length=40, blank=True)
    severity = models.CharField(_("severity"), max_length=40, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    customer_id = models.BigIntegerField(_("customer"), null=True)
    contract_id = models.BigIntegerField(_("contract"), null=True)
    owner = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("owner")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, verbose_name=_("unit")
    )
    version = models.ForeignKey(
        PolicyVersion, models.PROTECT, related_name="+", null=True, verbose_name=_("policy version")
    )
    # The instant whose policies apply: the opening, or the last change that open matters follow.
    policy_as_of = models.DateTimeField(editable=False)
    policy_epoch = models.PositiveIntegerField(default=1, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=MatterState.choices, default=MatterState.OPEN
    )
    cycle = models.PositiveSmallIntegerField(_("times opened"), default=1)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    stopped_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    stop_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = _("timed matter")
        verbose_name_plural = _("timed matters")
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["kind", "policy_epoch"],
                name="sla_matter_epoch",
                condition=Q(state=MatterState.OPEN),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "key"], name="sla_matter_once"
            ),
            models.CheckConstraint(
                name="sla_matter_state_agrees",
                condition=Q(state=MatterState.OPEN, closed_at__isnull=True, stopped_at__isnull=True)
                | Q(state=MatterState.CLOSED, closed_at__isnull=False, stopped_at__isnull=True)
                | Q(state=MatterState.STOPPED, stopped_at__isnull=False),
            ),
            models.CheckConstraint(
                name="sla_matter_closed_by_someone",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__gte=F("opened_at"), closed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="sla_matter_stopped_by_someone",
                condition=Q(stopped_at__isnull=True, stopped_by__isnull=True, stop_reason="")
                | Q(stopped_at__gte=F("opened_at"), stopped_by__isnull=False) & ~Q(stop_reason=""),
            ),
            models.CheckConstraint(name="sla_matter_cycle", condition=Q(cycle__gte=1)),
        ]

    def __str__(self) -> str:
        return self.title


class FactQuerySet(models.QuerySet["Fact"]):
    def uncorrected(self) -> "FactQuerySet":
        """Those that no later one corrects."""
        return self.filter(replaced_by__isnull=True)


class Fact(AppendOnly):
    """Something that was done, at the instant it was done; when it was written down is beside it. One
    that ``replaces`` another says when it was really done."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="facts")
    cycle = models.PositiveSmallIntegerField()
    kind = models.CharField(_("what"), max_length=20, choices=FactKind.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, related_name="replaced_by", null=True, editable=False
    )

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["at", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="sla_fact_kind_known", condition=Q(kind__in=FactKind.values)
            ),
        ]

    def __str__(self) -> str:
        return str(FactKind(self.kind).label)


class Interval(models.Model):
    """A time of waiting, or of being closed. A fact of the matter: whichever policy applies later
    finds it here and decides whether it pauses anything."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="intervals")
    kind = models.CharField(_("what"), max_length=20, choices=IntervalKind.choices)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)
    since_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    until_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("waiting time")
        verbose_name_plural = _("waiting times")
        ordering = ["since", "id"]
        default_permissions = ()
        indexes = [models.Index(fields=["matter", "since"], name="sla_interval_of_matter")]
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "kind"],
                condition=Q(until__isnull=True),
                name="sla_interval_open_once",
            ),
            models.CheckConstraint(
                name="sla_interval_kind_known", condition=Q(kind__in=IntervalKind.values)
            ),
            models.CheckConstraint(
                name="sla_interval_ends_after_it_begins",
                condition=Q(until__isnull=True, until_by__isnull=True)
                | Q(until__gte=F("since"), until_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(IntervalKind(self.kind).label)
