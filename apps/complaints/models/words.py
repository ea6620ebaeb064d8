"""Ready-made answers and guides."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Language
from apps.complaints.enums import AnswerKind, CaseClass


class CannedAnswer(models.Model):
    """A reply to send or a guide to follow, in one language; ``{variables}`` are checked on save."""

    code = models.SlugField(_("code"), max_length=40)
    language = models.CharField(_("language"), max_length=10, choices=Language)
    kind = models.CharField(_("kind"), max_length=6, choices=AnswerKind)
    case_class = models.CharField(_("class"), max_length=10, choices=CaseClass, blank=True)
    title = models.CharField(_("title"), max_length=80)
    body = models.TextField(_("text"), max_length=4000)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(_("changed"), null=True, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )

    class Meta:
        verbose_name = _("ready-made answer")
        verbose_name_plural = _("ready-made answers")
        ordering = ["kind", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["code", "language"], name="cannedanswer_once"),
            models.CheckConstraint(
                name="cannedanswer_kind_known", condition=Q(kind__in=AnswerKind.values)
            ),
            models.CheckConstraint(
                name="cannedanswer_written", condition=~Q(title="") & ~Q(body="")
            ),
            models.CheckConstraint(
                name="cannedanswer_changed_by_whom",
                condition=Q(changed_at__isnull=True, changed_by__isnull=True)
                | Q(changed_at__isnull=False, changed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title
