"""What has to be done for an order after it is confirmed, by class (TRK-3)."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.customers.enums import FollowUpClass
from apps.orders.enums import ClockStage, TaskAnchor, TaskStatus
from apps.orders.models.work_order import WorkOrder
from apps.tracking.enums import Status

USER = settings.AUTH_USER_MODEL


class FollowUpTemplate(models.Model):
    """One step of a class. Its task is due ``minutes`` after (or, negative, before) its anchor."""

    follow_up_class = models.CharField(
        _("follow-up class"), max_length=1, choices=FollowUpClass.choices
    )
    step = models.SlugField(_("step"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("what to do"), max_length=120)
    english_name = models.CharField(_("what to do, in English"), max_length=160)
    anchor = models.CharField(_("counted from"), max_length=16, choices=TaskAnchor.choices)
    anchor_status = models.CharField(
        _("tracking status"),
        max_length=24,
        blank=True,
        help_text=_(
            "With the anchor “a tracking status”: the task appears when a waybill reaches it."
        ),
    )
    minutes = models.IntegerField(_("minutes"))
    done_by_status = models.CharField(
        _("done by itself at status"),
        max_length=24,
        blank=True,
        help_text=_("The task is ticked off when a waybill reaches this status."),
    )
    intra_city_only = models.BooleanField(_("same-day intra-city only"), default=False)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("follow-up step")
        verbose_name_plural = _("follow-up steps")
        ordering = ["follow_up_class", "position"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up_class", "step"], name="follow_up_step_once"),
            models.CheckConstraint(
                name="follow_up_status_iff_anchor",
                condition=Q(anchor=TaskAnchor.STATUS) & ~Q(anchor_status="")
                | ~Q(anchor=TaskAnchor.STATUS) & Q(anchor_status=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follow_up_class} {self.position} {self.name}"

    @property
    def title(self) -> str:
        """What to do, in the language of the page."""
        chinese = (get_language() or "").startswith("zh")
        return self.name if chinese else self.english_name


class FollowUpTask(models.Model):
    """One thing to do by a time, by a named person."""

    work_order = models.ForeignKey(
        WorkOrder, models.PROTECT, related_name="tasks", verbose_name=_("work order")
    )
    waybill = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="follow_up_tasks",
        verbose_name=_("waybill"),
        null=True,
        blank=True,
    )
    template = models.ForeignKey(
        FollowUpTemplate, models.PROTECT, related_name="tasks", verbose_name=_("step")
    )
    occurrence = models.PositiveSmallIntegerField(_("occurrence"), default=1)
    owner = models.ForeignKey(
        USER, models.PROTECT, related_name="follow_up_tasks", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, editable=False)
    done_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    dropped_at = models.DateTimeField(_("dropped"), null=True, editable=False)
    dropped_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )

    class Meta:
        verbose_name = _("follow-up task")
        verbose_name_plural = _("follow-up tasks")
        ordering = ["due_at", "id"]
        permissions = [("complete_followuptask", _("Can tick off follow-up tasks"))]
        indexes = [
            models.Index(
                name="follow_up_open_due",
                fields=["owner", "due_at"],
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
            ),
            models.Index(fields=["due_at", "id"], name="follow_up_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["work_order", "template", "occurrence"], name="follow_up_task_once"
            ),
            models.CheckConstraint(
                name="follow_up_done_has_person",
                condition=Q(done_at__isnull=True, done_by__isnull=True, outcome="")
                | Q(done_at__isnull=False, done_by__isnull=False) & ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="follow_up_dropped_has_person",
                condition=Q(dropped_at__isnull=True, dropped_by__isnull=True)
                | Q(dropped_at__isnull=False, dropped_by__isnull=False, done_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_order} {self.template.title}"

    @property
    def state(self) -> TaskStatus:
        if self.done_at is not None:
            return TaskStatus.DONE
        return TaskStatus.OPEN if self.dropped_at is None else TaskStatus.DROPPED

    @property
    def outcome_text(self) -> str:
        """What a person wrote, or in words what the system saw."""
        known = {
            "printed": _("printed"),
            "vehicle_arranged": _("arranged"),
            "customer_told": _("told"),
        }
        head, _colon, status = self.outcome.partition(":")
        if head == "status" and status in Status.values:
            return str(Status(status).label)
        return str(known.get(self.outcome, self.outcome))

    @property
    def urgency(self) -> ClockStage:
        """Of an open task: running, due within the hour, overdue."""
        left = self.due_at - timezone.now()
        if left <= timedelta(0):
            return ClockStage.OVERDUE
        return ClockStage.DUE_SOON if left <= timedelta(hours=1) else ClockStage.RUNNING
