"""Why things go wrong: a tree that staff keep (CMP-4)."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.complaints.enums import Liable

CAUSE_CODE = RegexValidator(
    r"\A[a-z][a-z0-9-]*(\.[a-z0-9-]+)*\Z",
    _("Small letters, digits and hyphens; a dot before each lower level."),
)


class CauseNode(models.Model):
    """One cause; ``code`` is the path from the root, so a branch is one range of one index."""

    code = models.CharField(_("code"), max_length=60, unique=True, validators=[CAUSE_CODE])
    name = models.CharField(_("Chinese name"), max_length=60)
    english_name = models.CharField(_("English name"), max_length=80)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    liable = models.CharField(_("usually liable"), max_length=16, choices=Liable, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("cause")
        verbose_name_plural = _("causes")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                name="cause_code_shape",
                condition=Q(code__regex=r"^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$"),
            ),
            models.CheckConstraint(name="cause_named", condition=~Q(name="") & ~Q(english_name="")),
            models.CheckConstraint(name="cause_not_its_own_parent", condition=~Q(parent=F("id"))),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its name in the language of the page."""
        return self.english_name if (get_language() or "").startswith("en") else self.name
