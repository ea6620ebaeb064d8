"""The notice of an account change, whom it was sent to, and how far it came (COD-3)."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums.campaigns import MessageStatus, RecipientState
from apps.account_changes.models.change_projects import ChangeProject
from apps.banking.models import BankAccount
from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
R = RecipientState
WITH_AGENT = [R.TO_CALL, R.UNREACHABLE]


class Campaign(AppendOnly):
    """The notice as it was when it went out: one a project, and never edited afterwards.

    ``content`` is what customers are told, ``sha256`` the hash over it and over every customer with their
    account. From ``call_from`` whoever was not reached is called by an agent; by ``deadline``, which is
    before ``since``, everybody is reached or has a named agent. ``valid_until`` is when its codes expire.
    """

    project = models.OneToOneField(
        ChangeProject, models.PROTECT, related_name="campaign", verbose_name=_("account change")
    )
    content = models.JSONField(_("what customers are told"))
    sha256 = models.CharField(_("hash"), max_length=64)
    agent = models.ForeignKey(
        USER,
        models.PROTECT,
        related_name="+",
        verbose_name=_("account-change agent"),
        help_text=_("Answers questions, and calls customers who have no agent of their own."),
    )
    customers = models.PositiveIntegerField(_("customers told"))
    call_from = models.DateTimeField(_("calls begin"))
    deadline = models.DateTimeField(_("everybody reached by"))
    since = models.DateTimeField(_("new account since"))
    valid_until = models.DateTimeField(_("codes valid until"))
    sent_at = models.DateTimeField(_("sent"))
    sent_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("sent by"))

    class Meta:
        verbose_name = _("notice campaign")
        verbose_name_plural = _("notice campaigns")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("send_campaign", _("Can send the notice of an account change to customers")),
            ("work_campaign", _("Can follow customers up about an account change")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="campaign_has_customers", condition=Q(customers__gt=0)),
            models.CheckConstraint(
                name="campaign_instants_in_order",
                condition=Q(
                    call_from__gt=F("sent_at"),
                    deadline__gte=F("call_from"),
                    since__gt=F("deadline"),
                    valid_until__gt=F("since"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.project)


class CampaignSupplement(AppendOnly):
    """Customers who became concerned after the campaign went out, told by the same words.

    ``sha256`` is over those words and over each of these customers with their account. From ``call_from``
    whoever of them was not reached is called by an agent, who is there by ``deadline``.
    """

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="supplements", verbose_name=_("notice campaign")
    )
    sha256 = models.CharField(_("hash"), max_length=64)
    customers = models.PositiveIntegerField(_("customers told"))
    call_from = models.DateTimeField(_("calls begin"))
    deadline = models.DateTimeField(_("everybody reached by"))
    sent_at = models.DateTimeField(_("sent"))
    sent_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("sent by"))

    class Meta:
        verbose_name = _("notice to customers who came later")
        verbose_name_plural = _("notices to customers who came later")
        ordering = ["-id"]
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="supplement_has_customers", condition=Q(customers__gt=0)),
            models.CheckConstraint(
                name="supplement_instants_in_order",
                condition=Q(call_from__gte=F("sent_at"), deadline__gte=F("call_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.sent_at:%Y-%m-%d}"


class RecipientQuerySet(models.QuerySet["CampaignRecipient"]):
    def visible_to(self, user: "User") -> Self:
        """Customers this person may see, and those they are named for."""
        if user.visible_unit_ids() is None:
            return self
        theirs = Q(customer__in=Customer.objects.visible_to(user))
        return self.filter(theirs | Q(agent=user.pk) | Q(campaign__agent=user.pk))

    def reached(self) -> Self:
        return self.exclude(state__in=[R.TOLD, *WITH_AGENT])

    def with_agent(self) -> Self:
        """Not reached, and somebody named has to."""
        return self.filter(state__in=WITH_AGENT)


class CampaignRecipient(models.Model):
    """One customer of a campaign, once in it. Which account they were told of, and the fingerprint of the code in
    their notice, never change; ``agent`` is who calls when nothing else got through."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="recipients", verbose_name=_("notice campaign")
    )
    # Of those who came after the press.
    supplement = models.ForeignKey(
        CampaignSupplement, models.PROTECT, related_name="recipients", null=True, editable=False
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="account_notices", verbose_name=_("customer")
    )
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="+", verbose_name=_("new account")
    )
    code_index = models.CharField(max_length=32, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=R, default=R.TOLD)
    state_since = models.DateTimeField(_("since"))
    agent = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("agent"))
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)
    acknowledged_by = EncryptedTextField(_("acknowledged by"), blank=True, default="")

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer told of an account change")
        verbose_name_plural = _("customers told of an account change")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("export_campaignrecipient", _("Can export who was told"))]
        indexes: ClassVar = [
            models.Index(fields=["campaign", "state"], name="recipient_by_state"),
            models.Index(fields=["campaign"], name="recipient_to_reach", condition=Q(state=R.TOLD)),
            models.Index(
                fields=["agent"], name="recipient_to_call", condition=Q(state__in=WITH_AGENT)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "customer"], name="recipient_once"),
            models.CheckConstraint(name="recipient_state_known", condition=Q(state__in=R.values)),
            models.CheckConstraint(name="recipient_has_code", condition=~Q(code_index="")),
            models.CheckConstraint(
                name="recipient_acknowledged_agrees",
                condition=Q(state=R.ACKNOWLEDGED, acknowledged_at__isnull=False)
                | (~Q(state=R.ACKNOWLEDGED) & Q(acknowledged_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.customer}"


class CampaignMessage(models.Model):
    """How far the notice to one customer came by one channel; the messages themselves are the
    notifications floor's."""

    recipient = models.ForeignKey(
        CampaignRecipient, models.PROTECT, related_name="messages", verbose_name=_("customer")
    )
    channel = models.CharField(_("channel"), max_length=20)
    status = models.CharField(_("how far"), max_length=10, choices=MessageStatus)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("notice by one channel")
        verbose_name_plural = _("notices by channel")
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "channel"], name="campaign_message_once"),
            models.CheckConstraint(
                name="campaign_message_status_known", condition=Q(status__in=MessageStatus.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.get_status_display()}"
