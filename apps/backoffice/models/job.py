"""Long work that a worker does for somebody, as a row: what is committed is never done again."""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.backoffice.enums import JobState
from apps.core.crypto import EncryptedTextField

S = JobState


class Job(models.Model):
    """``kind`` names its declaration (``job_kinds``). While it is live ``due_at`` is when a worker may
    take it: at once, after a pause, or when the lease of whoever has it has run out."""

    kind = models.CharField(_("kind"), max_length=80)
    title = models.CharField(_("what"), max_length=160)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    # In which what goes wrong is said, and headings are written.
    language = models.CharField(max_length=10)
    # JSON: filters of a list can name people.
    parameters = EncryptedTextField(default="{}")
    state = models.CharField(_("state"), max_length=10, choices=S.choices, default=S.QUEUED)
    # Where the next step begins, committed with the step before.
    place = models.JSONField(default=dict)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), null=True)
    due_at = models.DateTimeField(null=True)
    # Whose turn it is: only who holds this key writes. A new one with every turn.
    lease = models.UUIDField(null=True)
    # Turns that ended without a step.
    tries = models.PositiveSmallIntegerField(default=0)
    cancel_asked_at = models.DateTimeField(null=True)
    cancel_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    started_at = models.DateTimeField(_("begun"), null=True)
    concluded_at = models.DateTimeField(_("ended"), null=True)
    summary = models.JSONField(default=dict)
    error = models.CharField(_("what went wrong"), max_length=500, blank=True)
    path = models.CharField(max_length=120, blank=True)
    file_name = models.CharField(_("file"), max_length=160, blank=True)
    size = models.PositiveBigIntegerField(_("size (bytes)"), default=0)
    keep_until = models.DateTimeField(_("kept until"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        default_permissions = ()
        permissions = [("view_every_job", _("Can see jobs and imports of others"))]
        indexes = [
            models.Index(fields=["due_at"], name="job_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["asked_by", "-id"], name="job_of_person"),
            models.Index(fields=["keep_until"], name="job_file_end", condition=~Q(path="")),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_live_or_ended",
                condition=Q(
                    state__in=[S.QUEUED, S.RUNNING], due_at__isnull=False, concluded_at__isnull=True
                )
                | Q(
                    state__in=[S.DONE, S.FAILED, S.CANCELLED],
                    due_at__isnull=True,
                    concluded_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="job_at_work_is_leased",
                condition=Q(state=S.RUNNING, lease__isnull=False, started_at__isnull=False)
                | (~Q(state=S.RUNNING) & Q(lease__isnull=True)),
            ),
            models.CheckConstraint(
                name="job_failure_says_why",
                condition=(Q(state=S.FAILED) & ~Q(error="")) | (~Q(state=S.FAILED) & Q(error="")),
            ),
            models.CheckConstraint(
                name="job_file_is_a_result",
                condition=Q(path="")
                | (Q(state=S.DONE, keep_until__isnull=False) & ~Q(file_name="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def given(self) -> dict[str, Any]:
        """What was asked for, as ``ask_job`` was given it."""
        found: dict[str, Any] = json.loads(self.parameters or "{}")
        return found

    @property
    def now(self) -> JobState:
        return JobState(self.state)

    @property
    def is_live(self) -> bool:
        return self.state in (S.QUEUED, S.RUNNING)

    @property
    def percent(self) -> int | None:
        """0 to 100; None while nobody knows how much there is."""
        if not self.total:
            return None
        return min(100, self.done * 100 // self.total)
