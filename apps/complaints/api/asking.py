"""What the cases API asks of every request: which case, which customer, which files."""

import re
from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from apps.accounts.enums import Language
from apps.complaints.api.shapes import CaseDetailShape, source_key
from apps.complaints.enums import CaseChannel, CaseClass, EntryKind
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case, CaseEntry
from apps.complaints.queries.following import PublicEntry, public_case
from apps.complaints.rules.merchants import is_merchants_own
from apps.core.api.exact import decoded
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile, clean_file
from apps.orders.api.asking import caller, customer_for
from apps.tracking.api.asking import waybill_for

CASE_NUMBER = re.compile(r"CS\d{8}-\d{5,9}", re.ASCII)
RELATED = ("customer", "waybill", "merged_into")


def case_for(request: Request, number: str) -> Case:
    if not CASE_NUMBER.fullmatch(number):
        raise Http404
    cases = Case.objects.visible_to(caller(request)).select_related(*RELATED)
    found: Case | None = cases.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def own_case(request: Request, number: str) -> Case:
    case = case_for(request, number)
    if not is_merchants_own(case):
        raise RuleBroken(
            _("Somebody else brought this case; what is said in it is theirs and ours."),
            code="not_yours",
            field="number",
        )
    return case


def detail(case: Case) -> Any:
    seen = public_case(case, timezone.now())
    context = {
        "due": {case.pk: seen.answer_due},
        "messages": seen.entries if is_merchants_own(case) else (),
    }
    return CaseDetailShape(case, context=context).data


def new_case(request: Request, given: dict[str, Any]) -> NewCase:
    number = given.get("waybill", "")
    waybill = waybill_for(request, number) if number else None
    code = given.get("customer", "")
    customer = waybill.customer if waybill and not code else customer_for(request, code)
    return NewCase(
        case_class=CaseClass(given["class"]),
        channel=CaseChannel.API,
        description=given["description"],
        customer=customer,
        waybill=waybill,
        contact_name=given.get("contact_name", ""),
        contact_phone=given.get("contact_phone", ""),
        contact_email=given.get("contact_email", ""),
        language=Language(given.get("language", Language.CHINESE)),
        source_key=source_key(customer.pk, given.get("reference", "")),
    )


def files_of(rows: Sequence[dict[str, str]]) -> list[CleanFile]:
    """RuleBroken, since no description says what a picture is."""
    found = []
    for index, row in enumerate(rows):
        content = decoded(row["content"], f"files.{index}")
        try:
            found.append(clean_file(NewFile(content, row["name"])))
        except BadInput as problem:
            raise RuleBroken(str(problem), code=problem.code, field=f"files.{index}") from None
    return found


def entry_of(entry: CaseEntry) -> PublicEntry:
    return PublicEntry(
        pk=entry.pk,
        kind=EntryKind(entry.kind),
        text=entry.text,
        is_ours=False,
        at=entry.at,
        files=tuple(entry.files.all()),
    )
