"""Somebody asks a colleague to work their shift, or the rest of it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import DutyShift
from apps.shifts.enums import SwapState

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
LIVE = [SwapState.ASKED, SwapState.TAKEN]


class SwapQuerySet(models.QuerySet["Swap"]):
    def visible_to(self, user: "User") -> "SwapQuerySet":
        """One's own, those open to all, and those of the units one plans for."""
        mine = Q(shift__user=user.pk) | Q(to_user=user.pk) | Q(taken_by=user.pk)
        mine |= Q(state=SwapState.ASKED, to_user=None)
        if not user.has_perm("shifts.decide_swap"):
            return self.filter(mine)
        units = user.visible_unit_ids()
        return self if units is None else self.filter(mine | Q(shift__unit__in=units))


class Swap(models.Model):
    """From ``starts_at`` on the shift is to be another's: ``to_user``, or whoever takes it. Done together with
    the shifts that take the old one's place, or not at all."""

    shift = models.ForeignKey(DutyShift, models.PROTECT, related_name="+", verbose_name=_("shift"))
    starts_at = models.DateTimeField(_("from"))
    to_user = models.ForeignKey(
        USER,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("colleague asked"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=SwapState, default=SwapState.ASKED)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    taken_at = models.DateTimeField(_("taken at"), null=True)
    taken_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("taken by")
    )
    ended_at = models.DateTimeField(_("decided at"), null=True)
    ended_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("decided by")
    )
    why = models.CharField(_("reason"), max_length=200, blank=True)
    new_shift = models.OneToOneField(
        DutyShift, models.PROTECT, related_name="+", null=True, editable=False
    )

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = _("swap")
        verbose_name_plural = _("swaps")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("ask_swap", _("Can ask for a swap and take one")),
            ("decide_swap", _("Can confirm or refuse swaps")),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="swap_live", condition=Q(state__in=LIVE))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], name="swap_one_at_a_time", condition=Q(state__in=LIVE)
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True) | ~Q(taken_by=F("asked_by")),
                name="swap_with_another",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taken_by__isnull=True)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="swap_taken_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=SwapState.ASKED, taken_at__isnull=True, ended_at__isnull=True,
                    ended_by__isnull=True, new_shift__isnull=True,
                )
                | Q(
                    state=SwapState.TAKEN, taken_at__isnull=False, ended_at__isnull=True,
                    ended_by__isnull=True, new_shift__isnull=True,
                )
                | Q(
                    state=SwapState.DONE, taken_at__isnull=False, ended_at__isnull=False,
                    ended_by__isnull=False, new_shift__isnull=False,
                )
                | Q(
                    state__in=[SwapState.REFUSED, SwapState.EXPIRED], ended_at__isnull=False,
                    ended_by__isnull=False, new_shift__isnull=True,
                ),
                name="swap_state_agrees",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.shift} → {self.taken_by or self.to_user or '…'}"
