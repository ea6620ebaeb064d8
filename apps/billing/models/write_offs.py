"""What somebody asks to give up as a loss (BIL-5)."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import WriteOffState
from apps.billing.models.fields import amount
from apps.billing.models.payments import Allocation
from apps.billing.models.statements import Statement

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
S = WriteOffState


class WriteOffQuerySet(models.QuerySet["WriteOff"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the statements this user may see."""
        return self.filter(statement__in=Statement.objects.visible_to(user))


class WriteOff(models.Model):
    """A request to write off a part of a statement: done once two people approved it (backoffice's
    approvals), by the allocation it names; void when something else is owed than when it was asked
    for. ``owed`` is what was owed then. One of a statement waits at a time."""

    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="write_offs", verbose_name=_("statement")
    )
    owed = amount(_("owed then"))
    amount = amount(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=S, default=S.ASKED)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    closed_at = models.DateTimeField(_("ended"), null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    allocation = models.OneToOneField(
        Allocation, models.PROTECT, related_name="write_off", null=True
    )

    objects = WriteOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("ask_write_off", _("Can ask for a write-off"))]
        constraints = [
            models.UniqueConstraint(
                fields=["statement"], name="write_off_one_waits", condition=Q(state=S.ASKED)
            ),
            models.CheckConstraint(
                name="write_off_within_owed",
                condition=Q(amount__gt=0) & Q(amount__lte=F("owed")),
            ),
            models.CheckConstraint(name="write_off_state_known", condition=Q(state__in=S.values)),
            models.CheckConstraint(name="write_off_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="write_off_ended_agrees",
                condition=Q(state=S.ASKED, closed_at__isnull=True, closed_by__isnull=True)
                | (~Q(state=S.ASKED) & Q(closed_at__isnull=False, closed_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="write_off_done_by_allocation",
                condition=Q(state=S.DONE, allocation__isnull=False)
                | (~Q(state=S.DONE) & Q(allocation__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement.number} {self.amount}"
