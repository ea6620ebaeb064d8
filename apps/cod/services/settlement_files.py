"""Settlements of payment providers from a sheet, one row a provider and day (COD-7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.backoffice.enums import RowOutcome
from apps.backoffice.imports import Intake, Item, Outcome, RowRefused, missing
from apps.banking.models import BankAccount
from apps.banking.reading.figures import day_of
from apps.cod.enums import PROVIDER_NUMBERS
from apps.cod.models import QrSettlement
from apps.cod.rules.counting import exact
from apps.cod.services.settlements import enter_settlement
from apps.core.errors import BadInput, RuleBroken
from apps.core.numbers_typed import number_typed
from apps.core.sheets import Column, SheetRow
from apps.tracking.enums import CodMethod

COLUMNS = (
    Column("provider", ("支付机构", "Payment provider", "渠道"), required=True),
    Column("day", ("交易日期", "Day", "日期"), required=True),
    Column("gross", ("交易金额", "Gross", "总额"), required=True),
    Column("fee", ("手续费", "Fee"), required=True),
    Column("net", ("结算金额", "Net", "净额", "到账金额"), required=True),
    Column("account", ("账户", "Account", "入账账户"), required=True),
)
EXAMPLE: Mapping[str, str | tuple[str, str]] = {
    "provider": ("微信支付", "WeChat Pay"),
    "day": "2026-11-30",
    "gross": "88.80",
    "fee": "0.53",
    "net": "88.27",
}
_NAMES = {
    "微信": CodMethod.WECHAT, "微信支付": CodMethod.WECHAT, "财付通": CodMethod.WECHAT, "wechat pay": CodMethod.WECHAT,
    "支付宝": CodMethod.ALIPAY, "银行卡": CodMethod.CARD, "bank card": CodMethod.CARD, "银行转账": CodMethod.TRANSFER,
    "bank transfer": CodMethod.TRANSFER, **{one.value: one for one in PROVIDER_NUMBERS},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """A row of the sheet; yuan to the fen, the account by its name."""

    provider: CodMethod
    day: date
    gross: Decimal
    fee: Decimal
    net: Decimal
    account: str


def read_settlement(row: SheetRow, _context: Any) -> SettlementRow:
    """Raises RowRefused with every reason of the row."""
    values, wrong = row.values, list[RuleBroken](missing(COLUMNS, row.values))
    sums: dict[str, Decimal] = {}
    for name in ("gross", "fee", "net"):
        try:
            if values.get(name):
                sums[name] = exact(number_typed(values[name], name), name)
        except BadInput as refusal:
            wrong.append(refusal)
    provider = _NAMES.get(values.get("provider", "").strip().lower())
    if provider is None and values.get("provider"):
        wrong.append(
            BadInput(
                _("No payment provider is called so."), code="not_a_provider", field="provider"
            )
        )
    day: date | None = None
    try:
        day = day_of(values["day"]) if values.get("day") else None
    except ValueError:
        wrong.append(BadInput(_("That is no day."), code="bad_day", field="day"))
    if wrong or provider is None or day is None:
        raise RowRefused(*wrong)
    return SettlementRow(provider, day, sums["gross"], sums["fee"], sums["net"], values["account"])


def take_settlement(intake: Intake, item: Item) -> Outcome:
    """One row; the same sums again are known already, others for the same provider and day are refused."""
    row: SettlementRow = item.content
    account = BankAccount.objects.filter(name=row.account.strip()).first()
    if account is None:
        raise BadInput(_("No account of ours is called so."), code="unknown_code", field="account")
    about = f"{row.provider.label} {row.day:%Y-%m-%d}"
    known = QrSettlement.objects.filter(provider=row.provider, day=row.day).first()
    if known is not None and (known.gross, known.fee, known.net) == (row.gross, row.fee, row.net):
        return Outcome(item.number, RowOutcome.KNOWN, about=about, subject_id=known.pk)
    at: datetime = intake.at
    made = enter_settlement(
        provider=row.provider,
        day=row.day,
        gross=row.gross,
        fee=row.fee,
        net=row.net,
        account=account,
        by=intake.by,
        at=at,
    )
    return Outcome(item.number, RowOutcome.TAKEN, about=about, subject_id=made.pk)
