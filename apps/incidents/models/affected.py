"""Which shipments an incident concerns, and who is notified of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.incidents.enums import NoticeKind, RecipientState, Why
from apps.incidents.models.incidents import Incident
from apps.incidents.models.scopes import Scope

USER = settings.AUTH_USER_MODEL


class Affected(models.Model):
    """A shipment that an incident holds, and why. ``worked_at``: it is held, its promise moved and its parties told.

    Of the running incidents that hold a shipment one ``leads``: that one moves its promise and tells its parties, so
    that two which overlap neither move a promise twice nor tell anybody twice.
    """

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="affected", db_index=False)
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+", db_index=False)
    waybill = models.ForeignKey("tracking.Waybill", models.PROTECT, related_name="incidents")
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    why = models.CharField(_("why"), max_length=16, choices=Why)
    place = models.CharField(_("place"), max_length=80, blank=True)
    leads = models.BooleanField(default=True)
    found_at = models.DateTimeField(_("found"))
    worked_at = models.DateTimeField(_("held since"), null=True)
    promise_before = models.DateTimeField(_("promised before"), null=True)
    promise_now = models.DateTimeField(_("promised now"), null=True)
    released_at = models.DateTimeField(_("promise released"), null=True)

    class Meta:
        verbose_name = _("shipment of an incident")
        verbose_name_plural = _("shipments of incidents")
        ordering = ["id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["incident", "customer"], name="affected_by_customer"),
            models.Index(
                fields=["incident", "id"], name="affected_to_work", condition=Q(worked_at=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["incident", "waybill"], name="affected_once"),
            models.UniqueConstraint(
                fields=["waybill"],
                name="affected_one_leads",
                condition=Q(leads=True, released_at__isnull=True),
            ),
            models.CheckConstraint(name="affected_why_known", condition=Q(why__in=Why.values)),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.waybill_id}"


class IncidentNotice(AppendOnly):
    """What customers and consignees are told, word for word; a further word is a further row with its own text."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="notices")
    n = models.PositiveSmallIntegerField(_("notice"))
    kind = models.CharField(_("kind of notice"), max_length=10, choices=NoticeKind)
    text_zh = models.CharField(_("text, in Chinese"), max_length=500)
    text_en = models.CharField(_("text, in English"), max_length=500)
    at = models.DateTimeField(_("sent at"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("notice of an incident")
        verbose_name_plural = _("notices of incidents")
        ordering = ["n"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["incident", "n"], name="incident_notice_once"),
            models.CheckConstraint(
                name="incident_notice_says_something", condition=~Q(text_zh="") & ~Q(text_en="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} ({self.n})"


class NoticeRecipient(models.Model):
    """One customer, or one consignee by the keyed index of their phone, who is notified by one notice: never twice.
    ``waybill`` is the shipment that a consignee is told about, of a customer one of theirs."""

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(
        IncidentNotice, models.PROTECT, related_name="recipients", db_index=False
    )
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+", null=True)
    phone_index = models.CharField(max_length=32, blank=True)
    waybill = models.ForeignKey(
        "tracking.Waybill", models.PROTECT, related_name="+", db_index=False
    )
    shipments = models.PositiveIntegerField(_("shipments"), default=1)
    notified_at = models.DateTimeField(_("told"))
    state = models.CharField(
        _("how far it came"), max_length=8, choices=RecipientState, default=RecipientState.QUEUED
    )
    channel = models.CharField(_("channel"), max_length=16, blank=True)
    state_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("recipient of an incident notice")
        verbose_name_plural = _("recipients of incident notices")
        ordering = ["id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["phone_index"],
                name="incident_recipient_by_phone",
                condition=~Q(phone_index=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="incident_recipient_one_party",
                condition=Q(customer__isnull=False, phone_index="")
                | (Q(customer__isnull=True) & ~Q(phone_index="")),
            ),
            models.UniqueConstraint(
                fields=["notice", "customer"],
                name="incident_recipient_customer_once",
                condition=Q(customer__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["notice", "phone_index"],
                name="incident_recipient_phone_once",
                condition=~Q(phone_index=""),
            ),
            models.CheckConstraint(
                name="incident_recipient_state_known", condition=Q(state__in=RecipientState.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.customer_id or '☎'}"
