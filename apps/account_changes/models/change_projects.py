"""The project that changes the account customers pay into 收款账号变更 (COD-2, COD-4)."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums import ChangeScope, ProjectState
from apps.account_changes.enums.changes import ENDED
from apps.accounts.enums import Role
from apps.banking.enums import ASSIGNED_FOR, AccountPurpose
from apps.banking.models import BankAccount
from apps.core.models import Stamped
from apps.training.models import Course

USER = settings.AUTH_USER_MODEL
S = ProjectState
RUNNING = [S.TRANSITION, S.CLOSED, S.REPORTED, S.ROLLED_BACK]
READERS = [
    Role.FINANCE.value,
    Role.SETTLEMENT_CLERK.value,
    Role.CASHIER.value,
    Role.AGENT.value,
    Role.DIRECTOR.value,
]


def usual_readers() -> list[str]:
    """The roles that speak with customers about money, or handle it."""
    return list(READERS)


def _person(label: Any) -> Any:
    return models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=label
    )


class ChangeProject(Stamped):
    """From ``since`` on customers are told to pay into ``new_account``; until ``accept_until`` money
    at ``old_account`` is nothing odd. ``since`` is planned until the project starts, then it is when
    the assignments began. A pause stops what would happen by itself. One runs for an account at a time.

    Weights are per cent of a candidate's score and sum to 100.
    """

    PREFIX = "AC"

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    purpose = models.CharField(_("paid for"), max_length=10, choices=ASSIGNED_FOR)
    reason = models.CharField(_("reason"), max_length=500)
    scope = models.CharField(
        _("whose account changes"),
        max_length=10,
        choices=ChangeScope,
        default=ChangeScope.EVERYBODY,
    )
    old_account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="changes_from", verbose_name=_("old account")
    )
    new_account = models.ForeignKey(
        BankAccount,
        models.PROTECT,
        related_name="changes_to",
        null=True,
        blank=True,
        verbose_name=_("new account"),
    )
    state = models.CharField(_("state"), max_length=12, choices=S, default=S.PREPARING)
    weight_service = models.PositiveSmallIntegerField(_("weight of service"), default=30)
    weight_fees = models.PositiveSmallIntegerField(_("weight of fees"), default=25)
    weight_speed = models.PositiveSmallIntegerField(_("weight of speed"), default=30)
    weight_views = models.PositiveSmallIntegerField(_("weight of customers' views"), default=15)
    justification = models.CharField(_("why this account all the same"), max_length=500, blank=True)
    briefing = models.TextField(_("briefing"), max_length=4000, blank=True)
    # With a course everyone concerned completes it; without one they confirm the briefing by name.
    course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("course"),
    )
    reader_roles = ArrayField(
        models.CharField(max_length=40), default=usual_readers, verbose_name=_("who must read it")
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    approved_by = _person(_("approved by"))
    # Approved and waited for: set when it is approved, by the policy of that moment.
    earliest_start = models.DateTimeField(_("starts at the earliest"), null=True, editable=False)
    since = models.DateTimeField(_("new account since"), null=True, editable=False)
    accept_until = models.DateTimeField(_("old account accepted until"), null=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    started_by = _person(_("started by"))
    closed_at = models.DateTimeField(_("transition over"), null=True, editable=False)
    closed_by = _person(_("closed by"))
    # Reported, rolled back or called off.
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_by = _person(_("ended by"))
    end_reason = models.CharField(_("why it ended"), max_length=300, blank=True, editable=False)
    paused_at = models.DateTimeField(_("paused"), null=True, editable=False)
    paused_by = _person(_("paused by"))
    pause_reason = models.CharField(
        _("why it is paused"), max_length=300, blank=True, editable=False
    )
    # The figures of the final report as they were when it was made.
    report = models.JSONField(null=True, editable=False)

    class Meta:
        verbose_name = _("account change")
        verbose_name_plural = _("account changes")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("run_changeproject", _("Can prepare and run account changes")),
            ("read_changeproject", _("Can confirm the briefing of an account change")),
            ("approve_changeproject", _("Can approve account changes")),
            ("pause_changeproject", _("Can pause account changes and roll them back")),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["since"],
                name="change_to_start",
                condition=Q(state=S.SCHEDULED, paused_at=None),
            ),
            models.Index(
                fields=["accept_until"],
                name="change_to_close",
                condition=Q(state=S.TRANSITION, paused_at=None),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="change_state_known", condition=Q(state__in=S.values)),
            models.CheckConstraint(
                name="change_scope_known", condition=Q(scope__in=ChangeScope.values)
            ),
            models.CheckConstraint(
                name="change_purpose_known",
                condition=Q(purpose__in=[AccountPurpose.FREIGHT, AccountPurpose.COD]),
            ),
            models.CheckConstraint(name="change_says_why", condition=~Q(reason="")),
            models.UniqueConstraint(
                fields=["old_account"],
                name="change_one_of_an_account",
                condition=~Q(state__in=ENDED),
            ),
            models.CheckConstraint(
                name="change_to_another_account",
                condition=Q(new_account__isnull=True) | ~Q(new_account=F("old_account")),
            ),
            models.CheckConstraint(
                name="change_weights_sum_to_100",
                condition=Q(
                    weight_service=100 - F("weight_fees") - F("weight_speed") - F("weight_views")
                ),
            ),
            models.CheckConstraint(
                name="change_account_before_asking",
                condition=Q(state__in=[S.PREPARING, S.CALLED_OFF]) | Q(new_account__isnull=False),
            ),
            models.CheckConstraint(
                name="change_approved_agrees",
                condition=Q(
                    state__in=[S.PREPARING, S.APPROVING],
                    approved_at__isnull=True,
                    approved_by__isnull=True,
                    earliest_start__isnull=True,
                )
                | Q(state=S.CALLED_OFF)
                | (
                    Q(state__in=[S.APPROVED, S.SCHEDULED, *RUNNING])
                    & Q(
                        approved_at__isnull=False,
                        approved_by__isnull=False,
                        earliest_start__isnull=False,
                        earliest_start__gte=F("approved_at"),
                    )
                ),
            ),
            models.CheckConstraint(
                name="change_scheduled_agrees",
                condition=Q(
                    state__in=[S.PREPARING, S.APPROVING, S.APPROVED, S.CALLED_OFF],
                    since__isnull=True,
                    accept_until__isnull=True,
                )
                | (
                    Q(state__in=[S.SCHEDULED, *RUNNING])
                    & Q(
                        since__isnull=False,
                        accept_until__isnull=False,
                        since__gte=F("earliest_start"),
                        accept_until__gt=F("since"),
                    )
                ),
            ),
            models.CheckConstraint(
                name="change_started_agrees",
                condition=(
                    ~Q(state__in=RUNNING) & Q(started_at__isnull=True, started_by__isnull=True)
                )
                | (
                    Q(state__in=RUNNING)
                    & Q(
                        started_at__isnull=False,
                        started_by__isnull=False,
                        started_at__gte=F("earliest_start"),
                    )
                ),
            ),
            models.CheckConstraint(
                name="change_closed_agrees",
                condition=(
                    ~Q(state__in=[S.CLOSED, S.REPORTED])
                    & Q(closed_at__isnull=True, closed_by__isnull=True)
                )
                | (
                    Q(state__in=[S.CLOSED, S.REPORTED])
                    & Q(
                        closed_at__isnull=False,
                        closed_by__isnull=False,
                        closed_at__gte=F("accept_until"),
                    )
                ),
            ),
            models.CheckConstraint(
                name="change_ended_agrees",
                condition=(~Q(state__in=ENDED) & Q(ended_at__isnull=True, ended_by__isnull=True))
                | (Q(state__in=ENDED) & Q(ended_at__isnull=False, ended_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="change_ended_early_says_why",
                condition=~Q(state__in=[S.ROLLED_BACK, S.CALLED_OFF]) | ~Q(end_reason=""),
            ),
            models.CheckConstraint(
                name="change_paused_agrees",
                condition=Q(paused_at__isnull=True, paused_by__isnull=True, pause_reason="")
                | (Q(paused_at__isnull=False, paused_by__isnull=False) & ~Q(pause_reason="")),
            ),
            models.CheckConstraint(
                name="change_reported_with_figures",
                condition=Q(state=S.REPORTED, report__isnull=False)
                | (~Q(state=S.REPORTED) & Q(report__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None
