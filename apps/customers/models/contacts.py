"""People and places of a customer. Phones, addresses and e-mail are encrypted at rest."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.masking import mask_address, mask_phone, mask_text
from apps.core.models import AppendOnly, Stamped
from apps.core.times import now
from apps.customers.enums import Channel, ContactRole, FormerKind, Language, SiteUse
from apps.customers.models.customers import Customer


class Contact(Stamped):
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="contacts", verbose_name=_("customer")
    )
    name = models.CharField(_("contact's name"), max_length=60)
    role = models.CharField(
        _("role"), max_length=12, choices=ContactRole.choices, default=ContactRole.ORDERS
    )
    phone = EncryptedTextField(_("phone"))
    phone_index = models.CharField(max_length=32, editable=False)
    # Whoever is called back about money is called at a number that has been on file for long.
    phone_since = models.DateTimeField(_("this number since"), default=now, editable=False)
    email = EncryptedTextField(_("e-mail"), blank=True, default="")
    email_index = models.CharField(max_length=32, blank=True, editable=False)
    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    preferred_channel = models.CharField(
        _("prefers"), max_length=10, choices=Channel.choices, default=Channel.PHONE
    )
    default_pickup = models.BooleanField(_("usual pickup contact"), default=False)
    active = models.BooleanField(_("in use"), default=True, editable=False)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-active", "-default_pickup", "pk"]
        indexes = [
            models.Index(name="contact_phone", fields=["phone_index"]),
            GinIndex(name="contact_names", fields=["name"], opclasses=["gin_trgm_ops"]),
            models.Index(
                name="contact_email", fields=["email_index"], condition=~Q(email_index="")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="contact_one_default_pickup",
                fields=["customer"],
                condition=Q(default_pickup=True, active=True),
            ),
            models.CheckConstraint(name="contact_phone_indexed", condition=~Q(phone_index="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.get_role_display()}"

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def masked_email(self) -> str:
        return mask_text(self.email)


class CustomerSite(Stamped):
    """A saved place to pick up from or deliver to; choosing the company fills it in (ORD-4)."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="sites", verbose_name=_("customer")
    )
    label = models.CharField(_("place"), max_length=60)
    use = models.CharField(
        _("used for"), max_length=10, choices=SiteUse.choices, default=SiteUse.PICKUP
    )
    company = models.CharField(_("company at the door"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=40)
    address = EncryptedTextField(_("address"))
    contact_name = models.CharField(_("contact"), max_length=60)
    phone = EncryptedTextField(_("phone"))
    phone_index = models.CharField(max_length=32, editable=False)
    is_default = models.BooleanField(_("usual pickup place"), default=False)
    opening_hours = models.CharField(_("opening hours"), max_length=80, blank=True)
    notes = models.CharField(_("notes for the driver"), max_length=300, blank=True)
    active = models.BooleanField(_("in use"), default=True, editable=False)

    class Meta:
        verbose_name = _("saved place")
        verbose_name_plural = _("saved places")
        ordering = ["-active", "-is_default", "pk"]
        indexes = [
            models.Index(name="site_phone", fields=["phone_index"]),
            GinIndex(name="site_names", fields=["contact_name"], opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="site_one_default",
                fields=["customer"],
                condition=Q(is_default=True, active=True),
            ),
            models.CheckConstraint(
                name="site_default_is_pickup",
                condition=Q(is_default=False) | ~Q(use=SiteUse.DELIVERY),
            ),
            models.CheckConstraint(
                name="site_complete",
                condition=~Q(city="") & ~Q(phone_index=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} · {self.city}"

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def masked_address(self) -> str:
        return mask_address(self.address)


class FormerAddress(AppendOnly):
    """A phone number or e-mail address that a contact had until it was changed. Whoever changes where a
    customer is reached before changing where its money goes is found out there."""

    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="former_addresses", verbose_name=_("contact")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=FormerKind.choices)
    address = EncryptedTextField(_("phone or e-mail"))
    until = models.DateTimeField(_("until"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        verbose_name = _("former address of a contact")
        verbose_name_plural = _("former addresses of contacts")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="former_address_kind_known", condition=Q(kind__in=FormerKind.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact.name} · {self.get_kind_display()}"
