"""Whom customers praise."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.complaints.models.case import Case

USER = settings.AUTH_USER_MODEL


class Praise(models.Model):
    """Whom the praise of a case is about; named by whoever works on it, from the customer's words."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="praise", verbose_name=_("case"))
    colleague = models.ForeignKey(
        USER, models.PROTECT, related_name="praises", verbose_name=_("colleague")
    )
    named_at = models.DateTimeField(_("named"))
    named_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("named by"))

    class Meta:
        verbose_name = _("praise of a colleague")
        verbose_name_plural = _("praises of colleagues")
        ordering = ["-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.case_id} {self.colleague_id}"
