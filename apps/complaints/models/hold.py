"""What keeps a case from ending, written down by the floor above that knows why (CMP-6)."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.complaints.models.case import Case

USER = settings.AUTH_USER_MODEL


class CaseHold(models.Model):
    """From ``since`` until it is lifted, once for each thing that holds the case; ``label`` is what people call the
    thing, ``subject_type`` and ``subject_id`` its row."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="holds", verbose_name=_("case"))
    subject_type = models.CharField(max_length=60, editable=False)
    subject_id = models.CharField(max_length=40, editable=False)
    label = models.CharField(_("what holds it"), max_length=60)
    # Without it a hold moves along with what the case is merged into.
    blocks_merging = models.BooleanField(default=False)
    since = models.DateTimeField(_("since"))
    held_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("hold on a case")
        verbose_name_plural = _("holds on cases")
        ordering = ["case", "id"]
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id"],
                name="case_hold_by_subject",
                condition=Q(lifted_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="case_hold_once",
                fields=["case", "subject_type", "subject_id"],
                condition=Q(lifted_at__isnull=True),
            ),
            models.CheckConstraint(name="case_hold_labelled", condition=~Q(label="")),
            models.CheckConstraint(
                name="case_hold_lifted_by_whom",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def what(self) -> str:
        """What kind of thing it is, and which one, in the language of whoever reads."""
        model = apps.get_model(self.subject_type)
        return f"{model._meta.verbose_name} {self.label}"
