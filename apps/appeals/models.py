"""Appeals to the postal authority, each beside the case in which it is worked on."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.appeals.enums import AppealDecision
from apps.complaints.models import Case, CaseFile
from apps.core.models import Stamped

USER = settings.AUTH_USER_MODEL


class Appeal(Stamped):
    """An appeal 邮政业申诉: a customer brought the matter to the postal authority (12305), which asks us to
    answer and then decides. The case of channel “authority” is where we work on it.

    ``received_at`` is when the authority's appeal reached us: the clock of the answer counts from there,
    unless the appeal prints a day of its own (``answer_due_at``). ``decided_at`` is when the authority
    decided, which is the period that the appeal rate counts it in; ``decided_by`` wrote it down.
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="appeal", verbose_name=_("case"))
    number = models.CharField(_("number of the appeal"), max_length=40, unique=True)
    received_at = models.DateTimeField(_("received"))
    answer_due_at = models.DateTimeField(_("answer due, as printed"), null=True, blank=True)
    answered_at = models.DateTimeField(_("authority answered"), null=True, editable=False)
    answered_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    # Our answer on paper, among the internal files of the case.
    answer = models.OneToOneField(
        CaseFile, models.PROTECT, related_name="+", null=True, verbose_name=_("our answer")
    )
    decision = models.CharField(_("decision"), max_length=16, choices=AppealDecision, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    decision_note = models.CharField(_("what the authority says"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("appeal to the postal authority")
        verbose_name_plural = _("appeals to the postal authority")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("decide_appeal", _("Can record what the postal authority decided"))]
        indexes = [
            models.Index(
                fields=["decided_at"],
                name="appeal_by_decision",
                condition=Q(decided_at__isnull=False),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="appeal_number_tidy",
                condition=Q(number__regex=r"^[0-9A-Z][0-9A-Z()_/-]{3,39}$"),
            ),
            models.CheckConstraint(
                name="appeal_due_after_received",
                condition=Q(answer_due_at__isnull=True) | Q(answer_due_at__gt=F("received_at")),
            ),
            models.CheckConstraint(
                name="appeal_answer_complete",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer__isnull=True)
                | Q(
                    answered_at__gte=F("received_at"),
                    answered_by__isnull=False,
                    answer__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="appeal_decision_complete",
                condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True)
                | Q(
                    decision__in=AppealDecision.values,
                    decided_at__gte=F("received_at"),
                    decided_by__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number
