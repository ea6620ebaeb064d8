"""What the API of claims takes and gives. Types and lengths are judged here, meaning by the services."""

from typing import Any

from rest_framework import serializers as s

from apps.claims.enums import ClaimKind, ClaimState, Cover, PaperKind
from apps.claims.models import Claim, CompensationRule
from apps.claims.queries.money import paid_sum
from apps.claims.wording import step_lines
from apps.complaints.api.shapes import FileInShape
from apps.core.api.exact import ExactChoice, ExactInteger, ExactMoney, ExactText, StrictShape
from apps.core.opaque import Id, hide, id_shape

MOST_ITEMS = 50
MOST_FILES = 6
# As the claimant reads it; what is a draft of ours is none yet.
SHOWN_STATES = [pair for pair in ClaimState.choices if pair[0] != ClaimState.DRAFT]


class ItemInShape(StrictShape):
    what = ExactText(max_length=120, help_text="One thing, as on its invoice.")
    quantity = ExactInteger(min_value=1, max_value=100_000, required=False)
    claimed = ExactMoney(
        r"^([1-9][0-9]{0,6}(\.[0-9]{1,2})?|0\.([1-9][0-9]?|0[1-9]))$",
        help_text="Yuan for all of them together, above zero.",
    )


class ClaimInShape(StrictShape):
    waybill = ExactText(r"^[A-Za-z0-9 -]{8,40}$", max_length=40)
    kind = ExactChoice(choices=ClaimKind.choices)
    items = s.ListField(child=ItemInShape(), min_length=1, max_length=MOST_ITEMS)
    what = ExactText(required=False, allow_blank=True, max_length=300)
    rule = ExactText(
        id_shape(Id.RULE),
        max_length=30,
        help_text="The rules that were read, from `GET /compensation-rules`: those in force for this shipment and kind.",
    )
    rule_read_by = ExactText(max_length=60, help_text="Who of your company read them.")
    reference = ExactText(
        max_length=64, help_text="Your own; the same one is one claim, however often it is sent."
    )


class PapersInShape(StrictShape):
    kind = ExactChoice(choices=PaperKind.choices)
    files = s.ListField(child=FileInShape(), min_length=1, max_length=MOST_FILES)


class AgreeInShape(StrictShape):
    amount = ExactMoney(help_text="`approved` as you read it; another by now is refused (409).")


class DisputeInShape(StrictShape):
    reason = ExactText(max_length=300)


class ItemShape(s.Serializer[Any]):
    what = s.CharField()
    quantity = s.IntegerField()
    claimed = s.DecimalField(max_digits=14, decimal_places=2)


class ClaimShape(s.Serializer[Claim]):
    number = s.CharField()
    kind = s.ChoiceField(choices=ClaimKind.choices)
    state = s.ChoiceField(choices=SHOWN_STATES)
    customer = s.CharField(source="customer.code")
    waybill = s.CharField(source="waybill.number")
    reference = s.SerializerMethodField(help_text="Yours; empty where it was not filed by API.")
    claimed = s.DecimalField(max_digits=14, decimal_places=2)
    approved = s.DecimalField(
        max_digits=14, decimal_places=2, allow_null=True, help_text="The amount that stands."
    )
    papers_asked = s.CharField(help_text="What we wait for; empty where for nothing.")
    refusal = s.SerializerMethodField(help_text="Clause and reason of a refused claim.")
    filed_at = s.DateTimeField(allow_null=True)
    decided_at = s.DateTimeField(allow_null=True)
    agreed_at = s.DateTimeField(allow_null=True)
    paid_at = s.DateTimeField(allow_null=True)

    def get_reference(self, row: Claim) -> str:
        own = source_key(row.customer_id or 0, "")
        return row.source_key.removeprefix(own) if row.source_key.startswith(own) else ""

    def get_refusal(self, row: Claim) -> str:
        if row.state != ClaimState.REFUSED:
            return ""
        return f"{row.refusal_clause} {row.refusal_reason}"


class ClaimDetailShape(ClaimShape):
    items = s.SerializerMethodField()
    steps = s.SerializerMethodField(help_text="How `approved` was computed.")
    papers = s.SerializerMethodField(help_text="Kinds of the papers that you sent.")
    paid = s.SerializerMethodField(help_text="Yuan that have gone out.")

    def get_items(self, row: Claim) -> list[Any]:
        return list(ItemShape(row.items.all(), many=True).data)

    def get_steps(self, row: Claim) -> list[Any]:
        newest = row.assessments.order_by("-n").first() if row.approved is not None else None
        lines = step_lines(newest.steps) if newest is not None else []
        return [{"text": text, "after": after} for text, after in lines]

    def get_papers(self, row: Claim) -> list[str]:
        return list(row.papers.filter(by_customer=True).values_list("kind", flat=True))

    def get_paid(self, row: Claim) -> str:
        return f"{paid_sum(row):.2f}"


class ClaimListShape(s.Serializer[Any]):
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    results = ClaimShape(many=True)


class RuleShape(s.Serializer[CompensationRule]):
    id = s.SerializerMethodField()
    kind = s.ChoiceField(choices=ClaimKind.choices)
    cover = s.ChoiceField(choices=Cover.choices)
    customer = s.SerializerMethodField(help_text="Of an agreement; null: for everybody.")
    clause = s.CharField()
    text = s.CharField(help_text="Chinese.")
    english_text = s.CharField()
    since = s.DateField()
    until = s.DateField(allow_null=True, help_text="The first day on which it holds no more.")

    def get_id(self, row: CompensationRule) -> str:
        return hide(Id.RULE, row.pk)

    def get_customer(self, row: CompensationRule) -> str | None:
        return row.customer.code if row.customer is not None else None


class RuleListShape(s.Serializer[Any]):
    results = RuleShape(many=True)


def source_key(customer_id: int, reference: str) -> str:
    return f"api:{customer_id}:{reference}"
