"""What a channel leaves for people inside: calls to make, announcements to show."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.complaints.models import Case
from apps.customers.models import Customer
from apps.notifications.enums import TaskReason, TaskState

if TYPE_CHECKING:
    from apps.accounts.models import User


class PhoneTaskQuerySet(models.QuerySet["PhoneTask"]):
    def visible_to(self, user: "User") -> Self:
        if user.visible_unit_ids() is None:
            return self
        theirs = Q(delivery__customer__in=Customer.objects.visible_to(user))
        return self.filter(theirs | Q(delivery__case__in=Case.objects.visible_to(user)))

    def open(self) -> Self:
        return self.filter(state__in=[TaskState.OPEN, TaskState.TAKEN])


class PhoneTask(models.Model):
    """Somebody has to be called: the last link of every chain."""

    delivery = models.OneToOneField(
        "notifications.Delivery",
        models.PROTECT,
        related_name="phone_task",
        verbose_name=_("message"),
    )
    reason = models.CharField(
        _("why by phone"), max_length=12, choices=TaskReason, default=TaskReason.POLICY
    )
    state = models.CharField(_("state"), max_length=12, choices=TaskState, default=TaskState.OPEN)
    due_at = models.DateTimeField(_("call by"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    calls = models.PositiveSmallIntegerField(_("calls made"), default=0)
    note = models.CharField(_("note"), max_length=300, blank=True)
    taken_at = models.DateTimeField(_("taken at"), null=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("taken by"),
    )
    closed_at = models.DateTimeField(_("settled at"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("settled by"),
    )

    objects = PhoneTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("call to make")
        verbose_name_plural = _("calls to make")
        permissions = [("work_phonetask", _("Can take and settle calls to make"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taken_by__isnull=True)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="phonetask_taken_by_someone",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=[TaskState.OPEN, TaskState.TAKEN])
                    & Q(closed_at__isnull=True, closed_by__isnull=True)
                )
                | (
                    Q(state__in=[TaskState.REACHED, TaskState.UNREACHABLE, TaskState.DROPPED])
                    & Q(closed_at__isnull=False, closed_by__isnull=False)
                ),
                name="phonetask_settled_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state=TaskState.TAKEN) | Q(taken_by__isnull=False),
                name="phonetask_taken_has_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="phonetask_queue",
                condition=Q(state__in=[TaskState.OPEN, TaskState.TAKEN]),
            )
        ]

    def __str__(self) -> str:
        return str(self.delivery)


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def current(self, at: datetime) -> Self:
        return self.filter(starts_at__lte=at, withdrawn_at__isnull=True).filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=at)
        )


class Announcement(models.Model):
    """A word to everybody on the public pages, in both languages."""

    delivery = models.OneToOneField(
        "notifications.Delivery",
        models.PROTECT,
        related_name="announcement",
        null=True,
        blank=True,
        editable=False,
    )
    title_zh = models.CharField(_("title in Chinese"), max_length=80)
    title_en = models.CharField(_("title in English"), max_length=120)
    body_zh = models.TextField(_("text in Chinese"), max_length=2000)
    body_en = models.TextField(_("text in English"), max_length=3000)
    urgent = models.BooleanField(_("urgent"), default=False)
    starts_at = models.DateTimeField(_("shown from"))
    ends_at = models.DateTimeField(_("shown until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="announcement_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(title_zh="") & ~Q(title_en="") & ~Q(body_zh="") & ~Q(body_en=""),
                name="announcement_in_both_languages",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="announcement_withdrawn_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                name="announcement_current",
                condition=Q(withdrawn_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.title_zh
