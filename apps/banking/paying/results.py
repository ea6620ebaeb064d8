"""What a bank says became of a payment file. What it does not plainly say is unclear, never guessed."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from io import BytesIO

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.numbers_typed import plain_figures
from apps.core.sheets import Column, SheetRow, read_rows

COLUMNS = (
    Column(
        "payout", ("业务参考号", "Payout", "自定义序号", "备注信息", "客户流水号"), required=True
    ),
    Column("amount", ("金额", "Amount", "交易金额", "付款金额", "汇款金额"), required=True),
    Column(
        "status",
        ("处理结果", "Status", "交易状态", "业务状态", "指令状态", "处理状态", "状态"),
        required=True,
    ),
    Column("day", ("交易日期", "Day", "经办日", "日期", "处理日期", "期望日")),
    Column(
        "number", ("收款账号", "Account number", "收款人帐号", "收款人账号", "收方帐号", "收方账号")
    ),
    Column("reason", ("失败原因", "Reason", "错误信息", "返回信息", "结果说明", "摘要")),
    Column("ref", ("交易流水号", "Reference", "流水号", "业务流水号", "银行流水号")),
)
_PAID = (
    "成功",
    "已支付",
    "支付成功",
    "交易成功",
    "处理成功",
    "银行处理成功",
    "完成",
    "success",
    "paid",
)
_RETURNED = ("失败", "退票", "退汇", "拒绝", "支付失败", "交易失败", "处理失败", "银行处理失败", "银行拒绝", "failed", "returned")  # fmt: skip


class Verdict(Enum):
    PAID = "paid"
    RETURNED = "returned"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class ResultRow:
    line: int
    payout: str
    amount: Decimal
    verdict: Verdict
    day: date | None
    number: str
    bank_answer: str
    ref: str


def read_results(content: bytes, name: str) -> list[ResultRow]:
    """Raises BadInput, with the line at fault in ``row``: results are taken whole or not at all."""
    sheet = read_rows(BytesIO(content), filename=name, columns=COLUMNS)
    found = [_row(row) for row in sheet.rows if any(row.values.values())]
    if not found:
        raise BadInput(_("There is no result in this file."), code="no_results", field="file")
    return found


def _row(row: SheetRow) -> ResultRow:
    if row.errors:
        raise row.errors[0]
    values = row.values
    status_text = values["status"]
    reason = values.get("reason", "")
    return ResultRow(
        line=row.number,
        payout=values["payout"].upper(),
        amount=_amount(values["amount"], row.number),
        verdict=_verdict(status_text),
        day=_day(values.get("day", ""), row.number),
        number=re.sub(r"[^0-9*]", "", values.get("number", "")),
        bank_answer=" ".join(part for part in (status_text, reason) if part)[:200],
        ref=values.get("ref", "")[:80],
    )


def _verdict(status_text: str) -> Verdict:
    plain = status_text.strip().casefold()
    if plain in _PAID:
        return Verdict.PAID
    return Verdict.RETURNED if plain in _RETURNED else Verdict.UNCLEAR


def _amount(text: str, line: int) -> Decimal:
    try:
        amount = Decimal(plain_figures(text) or "NaN")
        if amount == amount.quantize(Decimal("0.01")):
            return amount
    except InvalidOperation:
        pass
    raise BadInput(
        _("Line %(line)s: “%(text)s” is no amount.") % {"line": line, "text": text[:30]},
        code="bad_amount",
        field="file",
        row=line,
    )


def _day(text: str, line: int) -> date | None:
    if not text:
        return None
    plain = re.sub(r"[-/.年月日]", "", text.split(" ")[0])
    try:
        return date(int(plain[:4]), int(plain[4:6]), int(plain[6:8]))
    except ValueError:
        raise BadInput(
            _("Line %(line)s: “%(text)s” is no day.") % {"line": line, "text": text[:30]},
            code="bad_day",
            field="file",
            row=line,
        ) from None
