"""What the API of payout accounts takes and gives. A number goes in and never comes out: what is given is masked."""

from datetime import datetime
from typing import Any

from rest_framework import serializers as s

from apps.banking.enums import PayeePaperKind, PayeeState, PayoutPurpose
from apps.banking.models import PayeeAccount
from apps.core.api.exact import ExactChoice, ExactText, StrictShape
from apps.core.opaque import Id, hide

BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
# Four signs for three bytes; a request holds 8 MB in all.
MOST_SIGNS = 7_000_000
MOST_PAPERS = 4


class PaperInShape(StrictShape):
    kind = ExactChoice(
        choices=PayeePaperKind.choices,
        help_text="One of them is the `request`, signed by the company; `mandate` where the holder is somebody else.",
    )
    name = ExactText(max_length=160, help_text="As your people know it.")
    content = ExactText(
        BASE64, max_length=MOST_SIGNS, help_text="Base64 of a PDF, JPEG or PNG scan."
    )


class PayeeInShape(StrictShape):
    customer = ExactText(
        required=False,
        max_length=20,
        help_text="Customer code; needed when the key serves several.",
    )
    purpose = ExactChoice(choices=PayoutPurpose.choices, required=False)
    holder = ExactText(max_length=120, help_text="As on the bank's paper.")
    bank = ExactText(max_length=60)
    branch = ExactText(max_length=80)
    cnaps = ExactText(r"^[0-9]{12}$", max_length=12, help_text="CNAPS code of the branch.")
    number = ExactText(r"^[0-9 -]{9,60}$", max_length=60, help_text="9 to 32 digits.")
    reference = ExactText(
        max_length=64, help_text="Your own; the same one is one request, however often it is sent."
    )
    papers = s.ListField(child=PaperInShape(), min_length=1, max_length=MOST_PAPERS)


class PayeeShape(s.Serializer[PayeeAccount]):
    id = s.SerializerMethodField()
    customer = s.CharField(source="customer.code")
    purpose = s.ChoiceField(choices=PayoutPurpose.choices)
    holder = s.CharField()
    bank = s.CharField()
    branch = s.CharField()
    account = s.CharField(source="masked", help_text="The last digits only.")
    state = s.ChoiceField(
        choices=PayeeState.choices, help_text="Money is paid to an `active` one only."
    )
    reference = s.SerializerMethodField(help_text="Yours; empty where it was not asked for by API.")
    requested_at = s.DateTimeField()
    usable_from = s.SerializerMethodField(
        help_text="When its waiting time ends; null before it was approved."
    )

    def get_id(self, row: PayeeAccount) -> str:
        return hide(Id.PAYEE, row.pk)

    def get_reference(self, row: PayeeAccount) -> str:
        return row.source_key

    def get_usable_from(self, row: PayeeAccount) -> datetime | None:
        return row.cooling_until


class PayeeListShape(s.Serializer[Any]):
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    results = PayeeShape(many=True)
