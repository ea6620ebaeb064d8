"""What happened: the audit trail and the outbox in one row (pattern 1 of the architecture)."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly


class Event(AppendOnly):
    """One thing that happened, written in the transaction that made it so; never changed."""

    kind = models.CharField(_("what"), max_length=60)
    subject_type = models.CharField(_("kind of subject"), max_length=60)
    subject_id = models.CharField(_("subject"), max_length=40)
    at = models.DateTimeField(_("when"), db_default=Now())
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    data = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="event_by_subject"),
            models.Index(fields=["kind", "-id"], name="event_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type}:{self.subject_id}"


class TaskRun(models.Model):
    """When a task that runs at regular times was last done, by whichever process."""

    name = models.CharField(_("task"), max_length=80, primary_key=True)
    ran_at = models.DateTimeField(_("last done"), db_default=Now())

    class Meta:
        verbose_name = _("background task")
        verbose_name_plural = _("background tasks")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class Dispatch(models.Model):
    """An event that one subscriber has not dealt with yet; the row goes once it has."""

    # The unique constraint begins with it and is its index. No constraint says that the event is there: the
    # statement that writes a dispatch writes its event, and events stay (adr/0020).
    event = models.ForeignKey(
        Event,
        models.PROTECT,
        related_name="+",
        verbose_name=_("event"),
        db_index=False,
        db_constraint=False,
    )
    subscriber = models.CharField(_("subscriber"), max_length=80)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"), db_default=Now())
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("pending dispatch")
        verbose_name_plural = _("pending dispatches")
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="dispatch_once"),
        ]
        # The relay walks it from subscriber to subscriber.
        indexes = [models.Index(fields=["subscriber", "due_at", "id"], name="dispatch_turn")]

    def __str__(self) -> str:
        return f"{self.subscriber} ← {self.event_id}"
