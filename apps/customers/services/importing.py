"""Customers with their contacts from a spreadsheet: one row is a company and one of its people.

A company is known by its number, or else by its exact name. Of one that is there already nothing is
changed; a contact that it does not have yet is added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Unit, User
from apps.backoffice.enums import RowOutcome
from apps.backoffice.imports import Intake, Item, Outcome, RowRefused, missing
from apps.core.choices import choice_of
from apps.core.errors import BadInput, RuleBroken
from apps.core.phones import normalise_phone
from apps.core.sheets import Column, SheetRow
from apps.customers.enums import Channel, ContactRole, SettlementMethod
from apps.customers.models import Contact, Customer
from apps.customers.queries.search import phone_index
from apps.customers.services.contacts import add_contact
from apps.customers.services.customers import create_customer

COLUMNS = (
    Column("code", ("客户编号", "Customer number", "编号", "客户代码")),
    Column("name", ("公司名称", "Company name", "客户名称", "公司"), required=True),
    Column("short_name", ("简称", "Short name", "客户简称")),
    Column("english_name", ("英文名称", "English name")),
    Column("unit", ("所属单位", "Unit", "单位", "网点"), required=True),
    Column("agent", ("客服", "Agent", "客服登录名")),
    Column("sales_person", ("销售", "Sales person", "业务员")),
    Column("settlement_method", ("结算方式", "Settlement method")),
    Column("invoice_title", ("发票抬头", "Invoice title")),
    Column("tax_number", ("税号", "Tax number", "纳税人识别号")),
    Column("contact_name", ("联系人", "Contact", "姓名")),
    Column("contact_phone", ("联系电话", "Contact phone", "手机", "电话")),
    Column("contact_email", ("电子邮箱", "Contact e-mail", "邮箱")),
    Column("contact_role", ("联系人职责", "Contact role", "职责")),
    Column("contact_channel", ("联系方式偏好", "Prefers", "偏好渠道")),
)
EXAMPLE: Mapping[str, str | tuple[str, str]] = {
    "name": ("示例贸易有限公司", "Example Trading Ltd"),
    "short_name": ("示例贸易", "Example"),
    "unit": "SHA",
    "settlement_method": ("月结", "Monthly account"),
    "contact_name": ("李四", "Li Si"),
    "contact_phone": "13900000000",
    "contact_role": ("下单", "Places orders"),
}
_TEXTS = ("code", "name", "short_name", "english_name", "invoice_title", "tax_number")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """``contact`` is empty where the row names nobody."""

    customer: Mapping[str, Any]
    contact: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CustomerContext:
    """What all rows of a file are read by: units by code and name, people by sign-in name and name
    (None: several are called so)."""

    units: Mapping[str, Unit]
    people: Mapping[str, User | None]


def prepare_customers(intake: Intake) -> CustomerContext:
    units, visible = Unit.objects.active(), intake.by.visible_unit_ids()
    if visible is not None:
        units = units.filter(pk__in=visible)
    by_word = {word: unit for unit in units for word in (unit.name, unit.code)}
    people: dict[str, User | None] = {}
    for one in User.objects.active().people():
        people[one.display_name] = None if one.display_name in people else one
    people |= {one.username: one for one in User.objects.active().people()}
    return CustomerContext(by_word, people)


def read_customer(row: SheetRow, context: CustomerContext) -> CustomerRow:
    values, wrong = row.values, list[RuleBroken](missing(COLUMNS, row.values))
    found: dict[str, Any] = {name: values.get(name, "") for name in _TEXTS}
    found["code"] = found["code"].upper()
    for name, known in (("unit", context.units), ("agent", context.people)):
        _look_up(found, values, name, known, wrong)
    _look_up(found, values, "sales_person", context.people, wrong)
    _choose(found, values, "settlement_method", "settlement_method", SettlementMethod, wrong)
    contact = _read_contact(values, wrong)
    if wrong:
        raise RowRefused(*wrong)
    return CustomerRow(found, contact)


def _look_up(
    found: dict[str, Any],
    values: Mapping[str, str],
    name: str,
    known: Mapping[str, Any],
    wrong: list[RuleBroken],
) -> None:
    text = values.get(name, "")
    if not text:
        return
    found[name] = known.get(text) or known.get(text.upper()) or known.get(text.lower())
    if found[name] is None:
        message = _("“%(given)s” is not known here, or not one only.") % {"given": text[:40]}
        wrong.append(BadInput(message, code="unknown", field=name))


def _choose(
    found: dict[str, Any],
    values: Mapping[str, str],
    column: str,
    name: str,
    choices: Any,
    wrong: list[RuleBroken],
) -> None:
    text = values.get(column, "")
    if not text:
        return
    value = choice_of(choices, text)
    if value is None:
        known = "、".join(str(label) for label in choices.labels)
        message = _("“%(given)s” is not one of: %(known)s.") % {"given": text[:40], "known": known}
        wrong.append(BadInput(message, code="unknown_choice", field=column))
    found[name] = value


def _read_contact(values: Mapping[str, str], wrong: list[RuleBroken]) -> dict[str, Any]:
    name, phone = values.get("contact_name", ""), values.get("contact_phone", "")
    if not name and not phone:
        return {}
    contact: dict[str, Any] = {"name": name, "email": values.get("contact_email", "")}
    if not name or not phone:
        message = _("A contact has a name and a phone.")
        field = "contact_phone" if name else "contact_name"
        wrong.append(BadInput(message, code="required", field=field))
        return {}
    try:
        contact["phone"] = normalise_phone(phone)
    except BadInput as refusal:
        wrong.append(BadInput(str(refusal), code=refusal.code, field="contact_phone"))
    _choose(contact, values, "contact_role", "role", ContactRole, wrong)
    _choose(contact, values, "contact_channel", "preferred_channel", Channel, wrong)
    return contact


def save_customer(intake: Intake, item: Item) -> Outcome:
    """One row: the company if it is new, the contact if it is."""
    row: CustomerRow = item.content
    who = {"by": intake.by, "at": intake.at}
    customer, is_new = _known(row, intake.by), False
    if customer is None:
        customer, is_new = create_customer(row.customer, **who), True
    if row.contact and not _has(customer, row.contact):
        add_contact(customer, row.contact, **who)
        is_new = True
    about = str(customer)[:80]
    if is_new:
        return Outcome(item.number, RowOutcome.TAKEN, about, customer.pk)
    message = _("This customer is there already; nothing was changed.")
    return Outcome(item.number, RowOutcome.KNOWN, about, customer.pk, "customer_known", message)


def _known(row: CustomerRow, by: User) -> Customer | None:
    code, name = row.customer["code"], row.customer["name"]
    found = Customer.objects.filter(**({"code": code} if code else {"name": name})).first()
    if found is not None and not Customer.objects.visible_to(by).filter(pk=found.pk).exists():
        raise BadInput(
            _("This customer belongs to another unit; ask there."),
            code="not_yours",
            field="code" if code else "name",
        )
    return found


def _has(customer: Customer, contact: Mapping[str, Any]) -> bool:
    index = phone_index(contact["phone"])
    same = Contact.objects.filter(customer=customer, active=True, phone_index=index)
    return same.filter(name=contact["name"]).exists()
