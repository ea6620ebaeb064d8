"""Approvals: who must agree before something counts, and who did (docs/adr/0025-…).

No other tables of the installation serve this. What is approved is the content as canonical JSON, by its
SHA-256; the subject is named by model and number, so that every floor above can ask.
"""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.backoffice.enums import ApprovalState, Decision
from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly

LIVE = [ApprovalState.OPEN, ApprovalState.APPROVED]


class ApprovalRequest(models.Model):
    """One asking for one content. Triggers keep everything but its course as it was asked, let it
    move by the table only, and let it be approved only with the quorum of every round."""

    kind = models.CharField(_("kind"), max_length=40)
    subject_type = models.CharField(max_length=60)  # "customers.handoverform"
    subject_id = models.CharField(max_length=40)
    title = models.CharField(_("about"), max_length=160)
    # Canonical JSON of what the approvers are shown; it may name people and accounts.
    content = EncryptedTextField()
    sha256 = models.CharField(max_length=64)
    # [{"quorum": 1, "seats": [{"code": "sales", "roles": ["sales"]}]}], as the policy was then.
    rounds = models.JSONField()
    # Who asked and who made it, as persons (staff numbers): none of them approves.
    maker_persons = ArrayField(models.CharField(max_length=80))
    state = models.CharField(
        _("state"), max_length=10, choices=ApprovalState, default=ApprovalState.OPEN
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    # The roles of the seats that are free in this round; empty when nobody is waited for.
    waiting_roles = ArrayField(models.CharField(max_length=40), default=list)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    close_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("approval request")
        verbose_name_plural = _("approval requests")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id", "kind", "-id"], name="approval_by_subject"
            ),
            GinIndex(
                fields=["waiting_roles"],
                condition=Q(state=ApprovalState.OPEN),
                name="approval_waiting",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="approval_one_live",
                fields=["subject_type", "subject_id", "kind"],
                condition=Q(state__in=LIVE),
            ),
            models.CheckConstraint(
                name="approval_state_known", condition=Q(state__in=ApprovalState.values)
            ),
            models.CheckConstraint(
                name="approval_closed_when_over",
                condition=Q(
                    state=ApprovalState.OPEN, closed_at__isnull=True, closed_by__isnull=True
                )
                | (
                    ~Q(state=ApprovalState.OPEN)
                    & Q(closed_at__isnull=False, closed_by__isnull=False, waiting_roles=[])
                ),
            ),
            models.CheckConstraint(
                name="approval_sha256_is_one", condition=Q(sha256__regex="^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="approval_has_makers", condition=Q(maker_persons__len__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Approval(AppendOnly):
    """One person's decision about one request; written once. A trigger refuses makers."""

    request = models.ForeignKey(
        ApprovalRequest, models.PROTECT, related_name="approvals", verbose_name=_("request")
    )
    round = models.PositiveSmallIntegerField(_("round"))
    # The seat of the round that this person took: a role or a department.
    seat = models.CharField(_("as"), max_length=40)
    person = models.CharField(_("person"), max_length=80)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    sha256 = models.CharField(max_length=64)
    decided_at = models.DateTimeField(_("at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    # Who is away and whose place they took, as the stand-in; null: a role of their own.
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("for")
    )
    # When this person's second factor was checked for this; null where the policy asks for none.
    second_factor_at = models.DateTimeField(_("second factor at"), null=True)
    reason = models.CharField(_("reason or remark"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["request", "pk"]
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="approval_person_once", fields=["request", "person"]),
            models.UniqueConstraint(name="approval_seat_once", fields=["request", "round", "seat"]),
            models.CheckConstraint(name="approval_names_a_person", condition=~Q(person="")),
            models.CheckConstraint(
                name="approval_decision_known", condition=Q(decision__in=Decision.values)
            ),
            models.CheckConstraint(
                name="approval_refused_with_reason",
                condition=~Q(decision=Decision.REFUSED) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat} · {self.get_decision_display()}"
