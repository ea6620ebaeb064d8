"""As whom somebody proved to be a party of a shipment, and which half that opens (TRK-10)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PartyRole(TextChoices):
    """A shipment has two halves, and a key opens one of them.

    A merchant's phone stands on every parcel it sends, and on its web page: it must not open who
    lives where. So the sender's phone opens what the sender gave, the consignee's phone what
    concerns the delivery; whoever may sign sees the delivery without the consignee's phone.
    """

    SENDER = "sender", _("Sender")
    CONSIGNEE = "consignee", _("Consignee")
    SIGNER = "signer", _("Authorised signer")
    # One phone that stands at both ends.
    BOTH = "both", _("Sender and consignee")

    @property
    def opens_sender(self) -> bool:
        """Who sent it, its value and the sender's reference."""
        return self in (PartyRole.SENDER, PartyRole.BOTH)

    @property
    def opens_delivery(self) -> bool:
        """Who receives it and where, the proof of delivery and its photos."""
        return self in (PartyRole.CONSIGNEE, PartyRole.SIGNER, PartyRole.BOTH)

    @property
    def opens_consignee_phone(self) -> bool:
        return self in (PartyRole.CONSIGNEE, PartyRole.BOTH)
