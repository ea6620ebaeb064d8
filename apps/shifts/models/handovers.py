"""At the end of a shift its watch passes to a person who accepts it by name. Nobody's case changes its owner."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import DutyShift
from apps.core.crypto import EncryptedTextField
from apps.shifts.enums import HandoverState, ItemState

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
LIVE = [HandoverState.OPEN, HandoverState.OFFERED]


class HandoverQuerySet(models.QuerySet["Handover"]):
    def visible_to(self, user: "User") -> "HandoverQuerySet":
        """One's own, and for who plans the roster those of the units they see."""
        mine = Q(giver=user.pk) | Q(receiver=user.pk) | Q(watch=user.pk)
        if not user.has_perm("accounts.manage_dutyshift"):
            return self.filter(mine)
        units = user.visible_unit_ids()
        return self if units is None else self.filter(mine | Q(shift__unit__in=units))


class Handover(models.Model):
    """``until`` is when the giver is back: their next shift, as it was planned when the list was made.
    ``watch`` has the watch now and is never empty: the giver, then the director on duty, then the receiver."""

    shift = models.OneToOneField(
        DutyShift, models.PROTECT, related_name="handover", verbose_name=_("shift")
    )
    giver = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("giver"))
    receiver = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("receiver")
    )
    watch = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("the watch is with")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=HandoverState, default=HandoverState.OPEN
    )
    note = EncryptedTextField(_("word to the receiver"), blank=True, default="")
    ends_at = models.DateTimeField(_("shift ends"))
    until = models.DateTimeField(_("giver is back"))
    opened_at = models.DateTimeField(_("opened"))
    offered_at = models.DateTimeField(_("offered"), null=True)
    offered_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    lapsed_at = models.DateTimeField(_("lapsed"), null=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift handover")
        verbose_name_plural = _("shift handovers")
        ordering = ["-ends_at", "-id"]
        default_permissions = ("view",)
        permissions = [("work_handover", _("Can hand over a shift and accept one"))]
        indexes = [
            models.Index(fields=["ends_at"], name="handover_live", condition=Q(state__in=LIVE)),
            models.Index(fields=["giver", "-ends_at"], name="handover_of_giver"),
            models.Index(fields=["receiver", "-ends_at"], name="handover_of_receiver"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(receiver__isnull=True) | ~Q(receiver=F("giver")),
                name="handover_to_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=HandoverState.ACCEPTED)
                & Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(
                    state=HandoverState.ACCEPTED, accepted_at__isnull=False,
                    accepted_by=F("receiver"), watch=F("receiver"),
                ),
                name="handover_accepted_by_receiver",
            ),
            models.CheckConstraint(
                condition=Q(offered_at__isnull=True, offered_by__isnull=True)
                | Q(offered_at__isnull=False, offered_by__isnull=False, receiver__isnull=False),
                name="handover_offered_to_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state=HandoverState.OFFERED) | Q(offered_at__isnull=False),
                name="handover_offer_agrees",
            ),
            models.CheckConstraint(
                condition=~Q(state=HandoverState.LAPSED) | Q(lapsed_at__isnull=False),
                name="handover_lapse_agrees",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("ends_at")), name="handover_until_later"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver or '…'}"


class HandoverItem(models.Model):
    """A matter of which a clock runs out before the giver is back, or something in the giver's hand that is moved."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="items")
    kind = models.CharField(_("kind"), max_length=30)
    subject_id = models.BigIntegerField()
    # Where its page is: "complaints.case" and 17.
    page_type = models.CharField(max_length=60)
    page_id = models.CharField(max_length=40)
    title = models.CharField(_("title"), max_length=160)
    due_at = models.DateTimeField(_("due then"), null=True)
    is_promise = models.BooleanField(_("promise"), default=False)
    word = EncryptedTextField(_("word"), blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=ItemState, default=ItemState.LISTED)
    why = models.CharField(_("why returned"), max_length=200, blank=True)
    # Who answers for it: never empty.
    watch = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("the watch is with")
    )

    class Meta:
        verbose_name = _("item of a handover")
        verbose_name_plural = _("items of handovers")
        ordering = ["-is_promise", F("due_at").asc(nulls_last=True), "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "kind", "subject_id"], name="handoveritem_once"
            ),
            models.CheckConstraint(
                condition=Q(state=ItemState.RETURNED) & ~Q(why="")
                | ~Q(state=ItemState.RETURNED) & Q(why=""),
                name="handoveritem_returned_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ItemState.values), name="handoveritem_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title
