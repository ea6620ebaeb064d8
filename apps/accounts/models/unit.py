from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import UnitKind

# The separator of paths cannot occur in a code, and neither can a LIKE wildcard.
UNIT_CODE = RegexValidator(r"\A[A-Z0-9][A-Z0-9-]*\Z", _("Use capital letters, digits and hyphens."))
MAX_PATH = 400


class UnitQuerySet(models.QuerySet["Unit"]):
    def active(self) -> "UnitQuerySet":
        return self.filter(is_active=True)

    def within(self, paths: list[str]) -> "UnitQuerySet":
        """The units at or below any of ``paths``."""
        if not paths:
            return self.none()
        under = Q()
        for path in paths:
            under |= Q(path__startswith=path)
        return self.filter(under)


class Unit(models.Model):
    """A place in the company. ``path`` is the codes from the root, each ended by a slash, so that
    "this unit and all below" is one range of one index."""

    code = models.CharField(_("code"), max_length=20, unique=True, validators=[UNIT_CODE])
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    path = models.CharField(_("path"), max_length=MAX_PATH, unique=True, editable=False)
    city = models.CharField(_("city"), max_length=40, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["path"]
        permissions = [("manage_unit", _("Can create and change units"))]
        default_permissions = ("view",)
        # Scans that bear no unit name one: the public page asks for it by name.
        indexes = [models.Index(fields=["name"], name="accounts_unit_by_name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=UnitKind.values), name="accounts_unit_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9-]*$"),
                name="accounts_unit_code_shape",
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="accounts_unit_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=False, path__regex=r"/.+/$")
                | Q(parent__isnull=True, path__regex=r"^[^/]+/$"),
                name="accounts_unit_path_matches_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """0 for a root."""
        return self.path.count("/") - 1
