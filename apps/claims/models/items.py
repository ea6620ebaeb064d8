"""What a claim is made of: the claimed things and the papers that prove them (CMP-6)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.claims.enums import PaperKind
from apps.core.models import AppendOnly, MoneyField

if TYPE_CHECKING:
    pass
from apps.claims.models.claims import Claim

USER = settings.AUTH_USER_MODEL


class ClaimItem(models.Model):
    """One thing of a claim; what was claimed for all of them is the claim's sum. ``proved`` is its value by
    the papers, ``salvage`` what is left of it."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="items", verbose_name=_("claim"))
    place = models.PositiveSmallIntegerField(_("line number"))
    what = models.CharField(_("goods"), max_length=120)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    claimed = MoneyField(_("claimed"))
    proved = MoneyField(_("proved"), null=True, blank=True)
    salvage = MoneyField(_("what is left"), default=0)
    why = models.CharField(_("why this amount"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("claimed thing")
        verbose_name_plural = _("claimed things")
        ordering = ["claim", "place"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="claim_item_place", fields=["claim", "place"]),
            models.CheckConstraint(
                name="claim_item_amounts",
                condition=Q(claimed__gt=0, quantity__gt=0, salvage__gte=0)
                & (Q(proved=None) | Q(proved__gte=0))
                & (Q(proved=None, salvage=0) | Q(salvage__lte=F("proved"))),
            ),
            models.CheckConstraint(name="claim_item_named", condition=~Q(what="")),
        ]

    def __str__(self) -> str:
        return f"{self.what} × {self.quantity}"


class ClaimPaper(AppendOnly):
    """A file that proves something; the pictures of the case are read there and are not stored twice."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="papers", verbose_name=_("claim"))
    key = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=PaperKind.choices)
    path = models.CharField(max_length=200, editable=False)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("content type"), max_length=120)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by_customer = models.BooleanField(_("from the customer"), default=False)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("paper of a claim")
        verbose_name_plural = _("papers of claims")
        ordering = ["claim", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="claim_paper_once", fields=["claim", "kind", "sha256"]),
            models.CheckConstraint(
                name="claim_paper_known", condition=Q(kind__in=PaperKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.name}"
