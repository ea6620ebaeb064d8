"""What the cases API takes and gives. Types and lengths are judged here, meaning by the services,
which every other channel passes too."""

from datetime import datetime
from typing import Any

from rest_framework import serializers as s

from apps.accounts.enums import Language
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, Outcome, Severity
from apps.complaints.models import Case
from apps.complaints.queries.following import PublicEntry
from apps.complaints.rules.merchants import is_merchants_own
from apps.core.api.exact import ExactChoice, ExactText, StrictShape
from apps.core.opaque import Id, hide
from apps.core.phones import API_SHAPE, LONGEST

EMAIL = r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}$"
BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
# Four signs for three bytes; a request holds 8 MB in all.
MOST_SIGNS = 7_000_000
MOST_FILES = 6


class FileInShape(StrictShape):
    name = ExactText(max_length=160, help_text="As your people know it.")
    content = ExactText(
        BASE64,
        max_length=MOST_SIGNS,
        help_text="Base64. A JPEG, PNG, WebP or GIF picture (not HEIC), PDF, Word, Excel or plain text."
        " Pictures are drawn anew without their metadata.",
    )


class CaseInShape(StrictShape):
    customer = ExactText(
        required=False,
        max_length=20,
        help_text="Customer code; needed without a waybill when the key serves several.",
    )
    waybill = ExactText(
        r"^[A-Za-z0-9 -]{8,40}$",
        required=False,
        max_length=40,
        help_text="The shipment it is about.",
    )
    reference = ExactText(
        required=False, max_length=64, help_text="Your own; the same one opens one case."
    )
    # Called ``class`` outside, which is no name for a field here.
    description = ExactText(max_length=10_000)
    contact_name = ExactText(required=False, allow_blank=True, max_length=60)
    contact_phone = ExactText(API_SHAPE, required=False, max_length=LONGEST)
    contact_email = ExactText(EMAIL, required=False, max_length=120)
    language = ExactChoice(choices=Language.choices, required=False)
    files = s.ListField(child=FileInShape(), required=False, max_length=MOST_FILES)

    def get_fields(self) -> Any:
        return {"class": ExactChoice(choices=CaseClass.choices), **super().get_fields()}


class MessageInShape(StrictShape):
    needs_one_of = ("text", "files")

    text = ExactText(required=False, max_length=10_000)
    files = s.ListField(child=FileInShape(), required=False, min_length=1, max_length=MOST_FILES)


class WithdrawShape(StrictShape):
    reason = ExactText(required=False, allow_blank=True, max_length=200)


class CaseFileShape(s.Serializer[Any]):
    key = s.UUIDField()
    name = s.CharField()
    content_type = s.CharField()
    size = s.IntegerField(help_text="Bytes.")


class CaseMessageShape(s.Serializer[Any]):
    id = s.SerializerMethodField(help_text="Also in the webhook `case.message`, as `message`.")
    direction = s.SerializerMethodField()
    text = s.CharField()
    at = s.DateTimeField()
    files = CaseFileShape(many=True)

    def get_id(self, entry: PublicEntry) -> str:
        return hide(Id.CASE_MESSAGE, entry.pk)

    def get_direction(self, entry: PublicEntry) -> str:
        return "out" if entry.is_ours else "in"


class CaseShape(s.Serializer[Any]):
    """``own``: opened through the API, so that its conversation may be read and written."""

    number = s.CharField()
    state = s.ChoiceField(choices=CaseState.choices)
    severity = s.ChoiceField(choices=Severity.choices)
    channel = s.ChoiceField(choices=CaseChannel.choices)
    own = s.SerializerMethodField()
    customer = s.SerializerMethodField()
    waybill = s.SerializerMethodField()
    reference = s.SerializerMethodField()
    outcome = s.ChoiceField(choices=[("", ""), *Outcome.choices])
    opened_at = s.DateTimeField(source="created_at")
    answer_due = s.SerializerMethodField(help_text="By when we answer next, where anything is due.")
    closed_at = s.DateTimeField(allow_null=True)

    def get_fields(self) -> Any:
        kind = s.ChoiceField(choices=CaseClass.choices, source="case_class")
        return {"class": kind, **super().get_fields()}

    def get_own(self, case: Case) -> bool:
        return is_merchants_own(case)

    def get_customer(self, case: Case) -> str | None:
        return case.customer.code if case.customer else None

    def get_waybill(self, case: Case) -> str | None:
        return case.waybill.number if case.waybill else None

    def get_reference(self, case: Case) -> str:
        return reference_of(case)

    def get_answer_due(self, case: Case) -> datetime | None:
        due: datetime | None = self.context.get("due", {}).get(case.pk)
        return due


class CaseDetailShape(CaseShape):
    messages = s.SerializerMethodField()

    def get_messages(self, case: Case) -> list[Any]:
        return list(CaseMessageShape(self.context.get("messages", []), many=True).data)


class CaseListShape(s.Serializer[Any]):
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    results = CaseShape(many=True)


def source_key(customer_id: int, reference: str) -> str:
    return f"api:{customer_id}:{reference}" if reference else ""


def reference_of(case: Case) -> str:
    """The merchant's own word for it; "" where it gave none."""
    own = source_key(case.customer_id or 0, "-")[:-1]
    return case.source_key.removeprefix(own) if case.source_key.startswith(own) else ""
