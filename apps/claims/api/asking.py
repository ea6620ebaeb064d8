"""What a system asks for in a request about claims: its claim, its shipment, its files (CMP-6)."""

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from apps.claims.api.shapes import (
    SHOWN_STATES,
    ClaimDetailShape,
    source_key,
)
from apps.claims.enums import ClaimKind, ClaimState, Cover, ExplainedHow
from apps.claims.inputs import NewClaim, NewItem, Shown
from apps.claims.models import Claim
from apps.claims.queries.rules import rule_for
from apps.core.api.asked import choice_asked, waybill_asked
from apps.core.api.exact import decoded
from apps.core.errors import RuleBroken
from apps.core.files import NewFile
from apps.core.opaque import Id, unhide
from apps.customers.api.asking import caller
from apps.tracking.api.asking import waybill_for

CLAIM_NUMBER = re.compile(r"CL\d{8}-\d{5,9}", re.ASCII)


def shown_claims(request: Request) -> "QuerySet[Claim]":
    rows = Claim.objects.visible_to(caller(request)).filter(customer__isnull=False)
    return rows.exclude(state=ClaimState.DRAFT).select_related("customer", "waybill")


def find_claim(request: Request, number: str) -> Claim:
    found = (
        shown_claims(request).filter(number=number).first()
        if CLAIM_NUMBER.fullmatch(number)
        else None
    )
    if found is None:
        raise Http404
    return found


def claim_detail(request: Request, number: str) -> Any:
    return ClaimDetailShape(find_claim(request, number)).data


def wanted_claims(request: Request) -> "QuerySet[Claim]":
    asked = request.query_params
    wanted = {
        "state": choice_asked(asked, "state", dict(SHOWN_STATES)),
        "kind": choice_asked(asked, "kind", ClaimKind.values),
        "waybill__number": waybill_asked(asked),
    }
    return shown_claims(request).filter(**{name: value for name, value in wanted.items() if value})


def read_claim(request: Request, given: dict[str, Any]) -> NewClaim:
    waybill, at = waybill_for(request, given["waybill"]), timezone.now()
    cover = Cover.UNINSURED if waybill.insured_amount is None else Cover.INSURED
    rule = rule_for(given["kind"], cover, waybill.customer, timezone.localdate(at))
    if rule is None or rule.pk != unhide(Id.RULE, given["rule"]):
        raise RuleBroken(
            _("These are not the rules in force for this shipment and kind: read them once more."),
            code="other_rule",
            field="rule",
        )
    return NewClaim(
        waybill=waybill,
        kind=ClaimKind(given["kind"]),
        items=[
            NewItem(one["what"], one["claimed"], one.get("quantity", 1)) for one in given["items"]
        ],
        shown=Shown(given["rule_read_by"], ExplainedHow.API, at),
        customer=waybill.customer,
        what=given.get("what", ""),
        source_key=source_key(waybill.customer_id, given["reference"].strip()),
    )


def read_files(rows: Sequence[dict[str, str]]) -> list[NewFile]:
    return [
        NewFile(decoded(row["content"], f"files.{index}"), row["name"])
        for index, row in enumerate(rows)
    ]
