"""Who carries shipments to the door and takes money there."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.user import STAFF_NUMBER

if TYPE_CHECKING:
    from apps.accounts.models import User


class CourierQuerySet(models.QuerySet["Courier"]):
    def visible_to(self, user: "User") -> "CourierQuerySet":
        """All of them, or those of the user's units."""
        units = user.visible_unit_ids()
        return self if units is None else self.filter(unit__in=units)

    def active(self) -> "CourierQuerySet":
        return self.filter(is_active=True)


class Courier(models.Model):
    """A courier as staff record; most have no sign-in. The staff number is the person's: whoever counts
    a courier's cash must be another one."""

    number = models.CharField(
        _("staff number"), max_length=20, unique=True, validators=[STAFF_NUMBER]
    )
    name = models.CharField(_("name"), max_length=40)
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, related_name="couriers", verbose_name=_("station")
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="courier",
        verbose_name=_("sign-in"),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = CourierQuerySet.as_manager()

    class Meta:
        verbose_name = _("courier")
        verbose_name_plural = _("couriers")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="courier_number_shape", condition=Q(number__regex=r"^[A-Z0-9][A-Z0-9-]*$")
            ),
            models.CheckConstraint(name="courier_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
