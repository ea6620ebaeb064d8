"""What an exception makes people do: evidence, corrective actions, chases, reviews (CMP-4, TRK-7)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly, Stamped
from apps.quality.enums import MeetingState
from apps.quality.models.analysis import QuarterlyAnalysis
from apps.quality.models.exception import ExceptionReport

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
UNANSWERED = Q(answered_at__isnull=True, dropped_at__isnull=True)


def _both(moment: str, name: str) -> models.CheckConstraint:
    at, by = f"{moment}_at__isnull", f"{moment}_by__isnull"
    return models.CheckConstraint(
        name=f"{name}_{moment}_has_person",
        condition=Q(**{at: True, by: True}) | Q(**{at: False, by: False}),
    )


class Evidence(AppendOnly):
    """A file that shows what happened: pictures drawn anew, the rest sniffed by content."""

    exception = models.ForeignKey(
        ExceptionReport, models.PROTECT, related_name="evidence", verbose_name=_("exception report")
    )
    key = models.UUIDField(_("key"), unique=True)
    path = models.CharField(_("file"), max_length=120)
    name = models.CharField(_("file name"), max_length=160)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size (bytes)"))
    sha256 = models.CharField(max_length=64)
    note = models.CharField(_("what it shows"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("who"))

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.exception_id} {self.key}"


class ActionQuerySet(models.QuerySet["CorrectiveAction"]):
    def visible_to(self, user: "User") -> "ActionQuerySet":
        """Those of exceptions that this user sees; those of a quarterly analysis are everybody's who may see it."""
        seen = Q(exception__in=ExceptionReport.objects.visible_to(user))
        if user.has_perm("quality.view_quarterlyanalysis"):
            seen |= Q(analysis__isnull=False)
        return self.filter(seen)


class CorrectiveAction(Stamped):
    """What is changed so that it does not happen again, by whom and until when; and whether it
    worked."""

    # What it follows from: one of the two.
    exception = models.ForeignKey(
        ExceptionReport,
        models.PROTECT,
        related_name="actions",
        null=True,
        verbose_name=_("exception report"),
    )
    analysis = models.ForeignKey(
        QuarterlyAnalysis,
        models.PROTECT,
        related_name="actions",
        null=True,
        verbose_name=_("quarterly analysis of opinions"),
    )
    what = models.CharField(_("what is to be done"), max_length=300)
    owner = models.ForeignKey(
        USER, models.PROTECT, related_name="corrective_actions", verbose_name=_("owner")
    )
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, editable=False)
    done_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, editable=False)
    result = models.CharField(_("what was done"), max_length=300, blank=True)
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)
    checked_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    has_worked = models.BooleanField(_("worked"), null=True)
    check_note = models.CharField(_("how it was checked"), max_length=300, blank=True)
    dropped_at = models.DateTimeField(_("dropped"), null=True, editable=False)
    dropped_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    drop_reason = models.CharField(_("why dropped"), max_length=200, blank=True)

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        ordering = ["due_at", "id"]
        permissions = [("check_correctiveaction", _("Can check whether an action worked"))]
        indexes = [
            models.Index(
                fields=["owner", "due_at"],
                name="action_open_by_owner",
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
            )
        ]
        constraints = [
            *(_both(moment, "action") for moment in ("done", "checked", "dropped")),
            models.CheckConstraint(
                name="action_follows_from_one",
                condition=Q(exception__isnull=False, analysis__isnull=True)
                | Q(exception__isnull=True, analysis__isnull=False),
            ),
            models.CheckConstraint(name="action_says_what", condition=~Q(what="")),
            models.CheckConstraint(
                name="action_done_says_what", condition=Q(done_at__isnull=True) | ~Q(result="")
            ),
            models.CheckConstraint(
                name="action_checked_after_done",
                condition=Q(checked_at__isnull=True, has_worked__isnull=True)
                | (
                    Q(checked_at__isnull=False, has_worked__isnull=False, done_at__isnull=False)
                    & ~Q(check_note="")
                ),
            ),
            models.CheckConstraint(
                name="action_dropped_or_done",
                condition=Q(dropped_at__isnull=True)
                | (Q(done_at__isnull=True) & ~Q(drop_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None


class ChaseQuerySet(models.QuerySet["ChaseTask"]):
    def open(self) -> "ChaseQuerySet":
        return self.filter(UNANSWERED)

    def visible_to(self, user: "User") -> "ChaseQuerySet":
        return self.filter(exception__in=ExceptionReport.objects.visible_to(user))


class ChaseTask(Stamped):
    """The freight centre or the partner has to be asked, or asked again (TRK-7)."""

    exception = models.ForeignKey(
        ExceptionReport, models.PROTECT, related_name="chases", verbose_name=_("exception report")
    )
    unit = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("unit"),
    )
    carrier = models.ForeignKey(
        "tracking.PartnerCarrier",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("partner carrier"),
    )
    question = models.CharField(_("what to ask"), max_length=200)
    owner = models.ForeignKey(
        USER,
        models.PROTECT,
        related_name="chase_tasks",
        null=True,
        blank=True,
        verbose_name=_("owner"),
    )
    due_at = models.DateTimeField(_("due"))
    answer = models.CharField(_("what they said"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    answered_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    # Its exception was closed before anybody answered.
    dropped_at = models.DateTimeField(_("dropped"), null=True, editable=False)
    dropped_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )

    objects = ChaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("chase")
        verbose_name_plural = _("chases")
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(
                fields=["owner", "due_at"],
                name="chase_open_by_owner",
                condition=UNANSWERED,
            )
        ]
        constraints = [
            _both("answered", "chase"),
            _both("dropped", "chase"),
            models.CheckConstraint(
                name="chase_asks_one",
                condition=Q(unit__isnull=False, carrier__isnull=True)
                | Q(unit__isnull=True, carrier__isnull=False),
            ),
            models.CheckConstraint(
                name="chase_answered_says_answer",
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
            ),
            # Nobody is asked the same thing twice before they answered.
            models.UniqueConstraint(
                fields=["exception", "unit"],
                name="chase_unit_once",
                condition=UNANSWERED & Q(unit__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["exception", "carrier"],
                name="chase_carrier_once",
                condition=UNANSWERED & Q(carrier__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exception_id} {self.unit or self.carrier}"


class ReviewMeeting(Stamped):
    """Serious exceptions are reviewed in a meeting, with its minutes (CMP-5)."""

    title = models.CharField(_("subject"), max_length=120)
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    planned_for = models.DateTimeField(_("planned for"))
    state = models.CharField(
        _("state"), max_length=8, choices=MeetingState, default=MeetingState.PLANNED
    )
    people: "models.ManyToManyField[User, models.Model]" = models.ManyToManyField(
        USER, related_name="review_meetings", blank=True, verbose_name=_("who takes part")
    )
    minutes = EncryptedTextField(_("minutes"), blank=True, default="")
    held_at = models.DateTimeField(_("held"), null=True, editable=False)
    held_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, editable=False)

    class Meta:
        verbose_name = _("review meeting")
        verbose_name_plural = _("review meetings")
        ordering = ["-planned_for", "-id"]
        permissions = [("hold_reviewmeeting", _("Can plan and hold review meetings"))]
        constraints = [
            models.CheckConstraint(
                name="meeting_held_agrees",
                condition=Q(state=MeetingState.HELD, held_at__isnull=False, held_by__isnull=False)
                | ~Q(state=MeetingState.HELD) & Q(held_at__isnull=True, held_by__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ReviewItem(models.Model):
    """One exception on the agenda of one meeting, and what the meeting concluded."""

    meeting = models.ForeignKey(ReviewMeeting, models.PROTECT, related_name="items")
    exception = models.ForeignKey(ExceptionReport, models.PROTECT, related_name="reviews")
    conclusion = models.CharField(_("conclusion"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("item of a review meeting")
        verbose_name_plural = _("items of review meetings")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "exception"], name="reviewitem_once"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.exception_id}"
