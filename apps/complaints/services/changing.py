"""Saving the case's form: nobody overwrites what somebody else saved meanwhile (CMP-1)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.queries.saves import saves_since
from apps.complaints.enums import Severity
from apps.complaints.inputs import CaseChanges
from apps.complaints.models import Case, CauseNode
from apps.complaints.rules.cases import check_class, check_live, check_version, needed
from apps.complaints.rules.contacts import contact_values
from apps.complaints.rules.privacy import one_line
from apps.complaints.services import clocks
from apps.complaints.services.locking import lock_case, write
from apps.complaints.services.opening import LONGEST_TITLE
from apps.core.errors import BadInput
from apps.customers.models import Customer
from apps.events.services import record
from apps.orders.models import WorkOrder
from apps.tracking.models import Waybill

# What decides which policy times the case.
TIMED = {"case_class", "severity", "customer"}


@transaction.atomic
def change_case(
    *, case_id: int, version: int, changes: CaseChanges, by: User, at: datetime
) -> Case:
    """Save what the form changed. RuleBroken ``changed_meanwhile`` when ``version`` is not the
    newest: it names who changed what, and nothing is saved.

    Another severity needs a reason and replaces what the rules said; it is an event of its own.
    The policy is chosen anew and what already happened is counted under it (B30).
    """
    case = lock_case(case_id, by)
    check_live(case)
    check_version(case, version, saves_since(case, version))
    values = _values(case, changes, by)
    if not values:
        return case
    check_class(case.channel, str(values.get("case_class", case.case_class)))
    severity = case.severity
    fields = sorted(name for name in values if not name.endswith("_index"))
    write(case, at=at, **values)
    if TIMED & set(values):
        clocks.changed(case, by=by, at=at)
    data = {"fields": ", ".join(fields), "revision": case.version}
    record("case.changed", case, by=by, at=at, data=data)
    if case.severity != severity:
        _announce_severity(case, severity, by=by, at=at)
    return case


def _announce_severity(case: Case, was: str, *, by: User, at: datetime) -> None:
    data = {"from": was, "to": case.severity, "reason": case.severity_reason}
    record("case.severity_changed", case, by=by, at=at, data={**data, "revision": case.version})


def raise_severity(case: Case, reason: str, *, by: User, at: datetime) -> None:
    """An ordinary case becomes major; the caller holds its lock."""
    if case.severity == Severity.MAJOR:
        return
    was = case.severity
    write(case, at=at, severity=Severity.MAJOR, severity_reason=reason[:200])
    clocks.changed(case, by=by, at=at)
    _announce_severity(case, was, by=by, at=at)


def _values(case: Case, changes: CaseChanges, by: User) -> dict[str, Any]:
    """Only what really differs."""
    wanted: dict[str, Any] = contact_values(
        name=changes.contact_name,
        phone=changes.contact_phone,
        email=changes.contact_email,
        wechat=changes.contact_wechat,
    )
    for name in ("case_class", "is_direct", "language"):
        if getattr(changes, name) is not None:
            wanted[name] = getattr(changes, name)
    if changes.title is not None:
        wanted["title"] = one_line(needed(changes.title, "title"), case, most=LONGEST_TITLE)
    wanted |= _severity(case, changes)
    wanted |= _relations(case, changes, by)
    return {name: value for name, value in wanted.items() if getattr(case, name) != value}


def _severity(case: Case, changes: CaseChanges) -> dict[str, Any]:
    if changes.severity is None or changes.severity == case.severity:
        return {}
    reason = needed(changes.severity_reason, "severity_reason", most=200)
    return {"severity": changes.severity, "severity_reason": one_line(reason, case)}


def _relations(case: Case, changes: CaseChanges, by: User) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(changes.clear & {"customer", "waybill", "order"})
    if changes.customer_id is not None:
        found["customer"] = _one(Customer.objects.visible_to(by), changes.customer_id, "customer")
    if changes.waybill_id is not None:
        found["waybill"] = _one(Waybill.objects.visible_to(by), changes.waybill_id, "waybill")
    if changes.order_id is not None:
        found["order"] = _one(WorkOrder.objects.visible_to(by), changes.order_id, "order")
    if changes.cause_id is not None:
        found["cause"] = _one(CauseNode.objects.filter(is_active=True), changes.cause_id, "cause")
    _check_agree(case, found)
    return found


def _one(rows: Any, pk: int, field: str) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise BadInput(_("This is not there (any more)."), code="unknown", field=field)
    return row


def _check_agree(case: Case, found: dict[str, Any]) -> None:
    """A shipment brings its customer along; another one's is refused."""
    if not {"customer", "waybill", "order"} & set(found):
        return
    waybill = found.get("waybill", case.waybill)
    order = found.get("order", case.order)
    customer = found.get("customer", case.customer)
    if customer is None and "customer" not in found:
        customer = next((row.customer for row in (waybill, order) if row is not None), None)
        if customer is not None:
            found["customer"] = customer
    for field, row in (("waybill", waybill), ("order", order)):
        if row is not None and customer is not None and row.customer_id != customer.pk:
            raise BadInput(
                _("The shipment or order belongs to another customer."),
                code="other_customer",
                field=field,
                rule="CMP-1",
            )
