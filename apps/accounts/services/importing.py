"""Colleagues' accounts from a spreadsheet, each with one role if the file names one.

Nobody can sign in with an account from a file until a temporary password is issued for it by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.enums import Language, ObjectScope, Role
from apps.accounts.models import Unit, User
from apps.accounts.services.roles import grant_role
from apps.accounts.services.users import create_user
from apps.backoffice.enums import RowOutcome
from apps.backoffice.imports import Intake, Item, Outcome, RowRefused, missing
from apps.core.choices import choice_of
from apps.core.errors import BadInput, RuleBroken
from apps.core.phones import normalise_phone
from apps.core.sheets import Column, SheetRow

COLUMNS = (
    Column("username", ("登录名", "Sign-in name", "账号", "用户名"), required=True),
    Column("display_name", ("姓名", "Name"), required=True),
    Column("email", ("电子邮箱", "E-mail", "邮箱")),
    Column("phone", ("手机", "Phone", "电话")),
    Column("scope", ("可见范围", "Sees", "数据范围")),
    Column("language", ("语言", "Language")),
    Column("role", ("角色", "Role", "岗位")),
    Column("unit", ("单位", "Unit", "部门", "网点")),
)
EXAMPLE: Mapping[str, str | tuple[str, str]] = {
    "username": "lisi",
    "display_name": ("李四", "Li Si"),
    "phone": "13900000000",
    "scope": ("所属单位", "Own units"),
    "role": ("客服", "Customer-service agent"),
    "unit": "SHA",
}
GRANT = "accounts.grant_role"
_CHOICES: Mapping[str, Any] = {"scope": ObjectScope, "language": Language, "role": Role}


@dataclass(frozen=True, slots=True)
class UserRow:
    """``role`` is empty where the file names none; ``account`` are arguments of ``create_user``."""

    account: Mapping[str, Any]
    role: str
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class UserContext:
    units: Mapping[str, Unit]  # by code and by name
    may_grant: bool


def prepare_users(intake: Intake) -> UserContext:
    units = {word: unit for unit in Unit.objects.active() for word in (unit.name, unit.code)}
    return UserContext(units, intake.by.has_perm(GRANT))


def read_user(row: SheetRow, context: UserContext) -> UserRow:
    values, wrong = row.values, list[RuleBroken](missing(COLUMNS, row.values))
    account: dict[str, Any] = {
        "username": values.get("username", "").lower(),
        "display_name": values.get("display_name", ""),
        "email": values.get("email", ""),
    }
    try:
        phone = values.get("phone", "")
        account["phone"] = normalise_phone(phone, hotline=False) if phone else ""
    except BadInput as refusal:
        wrong.append(BadInput(str(refusal), code=refusal.code, field="phone"))
    chosen = {name: _chosen(values, name, wrong) for name in _CHOICES}
    account |= {name: chosen[name] for name in ("scope", "language") if chosen[name]}
    unit = _unit(values, chosen["role"], context, wrong)
    if wrong:
        raise RowRefused(*wrong)
    return UserRow(account, chosen["role"], unit)


def _chosen(values: Mapping[str, str], name: str, wrong: list[RuleBroken]) -> str:
    text = values.get(name, "")
    found = choice_of(_CHOICES[name], text) if text else ""
    if found is None:
        known = "、".join(str(label) for label in _CHOICES[name].labels)
        message = _("“%(given)s” is not one of: %(known)s.") % {"given": text[:40], "known": known}
        wrong.append(BadInput(message, code="unknown_choice", field=name))
    return found or ""


def _unit(
    values: Mapping[str, str], role: str, context: UserContext, wrong: list[RuleBroken]
) -> Unit | None:
    text = values.get("unit", "")
    unit = context.units.get(text) or context.units.get(text.upper())
    if text and unit is None:
        message = _("There is no unit “%(given)s”.") % {"given": text[:40]}
        wrong.append(BadInput(message, code="unknown_unit", field="unit"))
    if role and not text:
        message = _("A role is held in a unit.")
        wrong.append(BadInput(message, code="required", field="unit"))
    if role and not context.may_grant:
        message = _("You may create accounts, but not grant roles.")
        wrong.append(BadInput(message, code="not_permitted", field="role"))
    return unit


def save_user(intake: Intake, item: Item) -> Outcome:
    """One row. A sign-in name that is taken is told as known, and nothing of it is changed."""
    row: UserRow = item.content
    name = str(row.account["username"])
    known = User.objects.filter(username=name).first()
    if known is not None:
        message = _("This sign-in name is there already; nothing was changed.")
        return Outcome(item.number, RowOutcome.KNOWN, name, known.pk, "user_known", message)
    user = create_user(**row.account, by=intake.by, at=intake.at)
    if row.role and row.unit is not None:
        grant_role(user=user, role=row.role, unit=row.unit, by=intake.by, at=intake.at)
    return Outcome(item.number, RowOutcome.TAKEN, name, user.pk)
