"""Nuonuo's open platform as its papers have it: tokens that live a day and are given fifty times in thirty
days, requests signed by HMAC-SHA1, invoices that are issued later and once for each orderNo, a credit line,
red forms that the other side confirms within 72 hours, and red invoices that the bureau issues by itself.

Faults besides those of ``Company``: ``garble(b"…")`` does the work and answers so; ``late`` is how many
times an invoice is still at work when it is asked about; ``shift`` hours pass for red forms.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from tests.doubles.server import Company, Reply, Request

DAY = 86_400
REASONS = {"1": "销货退回", "2": "开票有误", "3": "服务中止", "4": "销售折让"}


class Refusal(Exception):
    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code, self.words = code, words


@dataclass
class Issued:
    """An order; issued once ``number`` is there."""

    order: dict[str, Any]
    serial: str
    late: int
    number: str = ""
    status: str = "20"
    cause: str = ""
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    at: float = 0.0
    red_net: Decimal = Decimal(0)
    red_tax: Decimal = Decimal(0)


@dataclass
class Form:
    """A red form."""

    bill_id: str
    blue: Issued
    source: str
    reason: str
    net: Decimal
    tax: Decimal
    at: float
    state: str
    detail: list[dict[str, str]] = field(default_factory=list)
    red_number: str = ""
    red_serial: str = ""


class TaxPlatform(Company):
    app_key, secret, tax_number = "app-of-the-house", "secret-of-the-house", "91310115MA1K35XH0L"

    def __init__(self) -> None:
        super().__init__()
        self.token_life, self.late, self.shift = DAY, 0, 0.0
        self.credit = Decimal("1000000.00")
        self.needs_confirmation = True
        self.tokens: dict[str, float] = {}
        self.tokens_given: list[float] = []
        self.orders: dict[str, Issued] = {}
        self.forms: dict[str, Form] = {}
        self.refusals: deque[Refusal] = deque()
        self._senids: set[str] = set()
        self._garbled: deque[bytes] = deque()
        self._count = 0

    @property
    def settings(self) -> dict[str, Any]:
        """``TAX_CHANNEL`` of a house that issues here."""
        return {
            "url": f"{self.url}/open/v1/services",
            "token_url": f"{self.url}/accessToken",
            "app_key": self.app_key,
            "app_secret": self.secret,
            "extension": "",
            "timeout": 20,
            "tax_number": self.tax_number,
            "name": "一票速递有限公司",
            "address": "上海市青浦区华新镇",
            "phone": "021-60000000",
            "account": "工商银行 1001 2002 3003",
            "clerk": "钱会计",
        }

    def garble(self, *answers: bytes) -> None:
        self._garbled.extend(answers)

    def refuse_next(self, code: str, words: str = "") -> None:
        self.refusals.append(Refusal(code, words))

    def asked(self, method: str) -> list[dict[str, Any]]:
        """What came in for a method, in order."""
        wanted = f"nuonuo.OpeMplatform.{method}"
        return [
            json.loads(one.body) for one in self.requests if one.headers.get("method") == wanted
        ]

    def issued(self) -> list[Issued]:
        return [one for one in self.orders.values() if one.number]

    # --- what happens at the bureau -------------------------------------------------------------

    def buyer_answers(self, bill_id: str, *, agrees: bool) -> None:
        form = self.forms[bill_id]
        assert form.state == "02"
        self._answered(form, "04" if agrees else "05")

    def buyer_enters(
        self, number: str, reason: str = "1", detail: list[dict[str, str]] | None = None
    ) -> Form:
        blue = self._blue(number)
        net, tax = blue.net - blue.red_net, blue.tax - blue.red_tax
        if detail:
            net = -sum(Decimal(line["taxExcludedAmount"]) for line in detail)
            tax = -sum(Decimal(line["taxAmount"]) for line in detail)
        form = Form(
            self._next("B"), blue, "1", reason, net, tax, self.now(), "03", list(detail or [])
        )
        self.forms[form.bill_id] = form
        return form

    def now(self) -> float:
        return time.time() + self.shift * 3600

    # --- the gateway ----------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        if request.path == "/accessToken":
            return self._give_token(request)
        try:
            self._check(request)
            if self.refusals:
                raise self.refusals.popleft()
            result = self._do(request.headers.get("method", ""), json.loads(request.body))
            body_content = {"code": "E0000", "describe": "成功", "result": result}
        except Refusal as no:
            body_content = {"code": no.code, "describe": no.words}
        body = self._garbled.popleft() if self._garbled else json.dumps(body_content).encode()
        return Reply(200, body, {"content-type": "application/json"})

    def _give_token(self, request: Request) -> Reply:
        kind = request.headers.get("content-type", "")
        given = {name: one[0] for name, one in parse_qs(request.body.decode()).items()}
        self.tokens_given = [at for at in self.tokens_given if at > time.time() - 30 * DAY]
        if not kind.startswith("application/x-www-form-urlencoded"):
            body_content = {"error": "070315", "error_description": "Incorrect content-type"}
        elif given.get("client_id") != self.app_key:
            body_content = {"error": "070304", "error_description": "Incorrect clientId"}
        elif given.get("client_secret") != self.secret:
            body_content = {"error": "070305", "error_description": "Incorrect clientSecret"}
        elif given.get("grant_type") != "client_credentials":
            body_content = {"error": "070307", "error_description": "Incorrect appType"}
        elif len(self.tokens_given) >= 50:
            body_content = {
                "error": "070306",
                "error_description": "The number of calls is limited",
            }
        else:
            self.tokens_given.append(time.time())
            token = self._next("token-")
            self.tokens = {token: time.time() + self.token_life}
            body_content = {"access_token": token, "expires_in": str(self.token_life)}
        return Reply(200, json.dumps(body_content).encode(), {"content-type": "application/json"})

    def _check(self, request: Request) -> None:
        if request.method != "POST" or request.path != "/open/v1/services":
            raise Refusal("070501", "请求的API不存在")
        query, headers = request.query, request.headers
        if query.get("appkey") != self.app_key:
            raise Refusal("070101", "获取app密钥失败或appkey无效")
        if not re.fullmatch(r"[0-9a-f]{32}", query.get("senid", "")) or not re.fullmatch(
            r"[1-9][0-9]{7}", query.get("nonce", "")
        ):
            raise Refusal("0201", "必填项输入参数空")
        if abs(int(query["timestamp"]) - time.time()) > 600:
            raise Refusal("070601", "验签失败")
        text = "a=services&l=v1&p=open&k={appkey}&i={senid}&n={nonce}&t={timestamp}&f=".format(
            **query
        )
        mac = hmac.new(self.secret.encode(), text.encode() + request.body, hashlib.sha1)
        if headers.get("x-nuonuo-sign") != base64.b64encode(mac.digest()).decode():
            raise Refusal("070601", "签名不匹配")
        if self.tokens.get(headers.get("accesstoken", ""), 0.0) < time.time():
            raise Refusal("070301", "accessToken不匹配")
        if headers.get("usertax") != self.tax_number:
            raise Refusal("070401", "调用用户身份不匹配")
        if query["senid"] in self._senids:
            raise Refusal("0200", "API签名异常")
        self._senids.add(query["senid"])

    def _do(self, method: str, given: dict[str, Any]) -> Any:
        methods = {
            "requestBillingNew": self._request,
            "queryInvoiceResult": self._query,
            "saveInvoiceRedConfirm": self._save_form,
            "queryInvoiceRedConfirm": self._query_forms,
            "refreshInvoiceRedConfirm": lambda _given: None,
            "confirm": self._confirm,
            "confirmInfoCancel": self._cancel,
        }
        name = method.removeprefix("nuonuo.OpeMplatform.")
        if name not in methods:
            raise Refusal("070501", "请求的API不存在")
        return methods[name](given)

    # --- invoices -------------------------------------------------------------------------------

    def _request(self, given: dict[str, Any]) -> dict[str, str]:
        order = given["order"]
        number = order.get("orderNo", "")
        if not 0 < len(number) <= 20:
            raise Refusal("E9101", "订单号不能为空且不超过20位")
        if number in self.orders:
            raise Refusal("E9106", "订单编号或流水号不能重复")
        if not order.get("buyerName") or len(order["buyerName"]) > 100:
            raise Refusal("E9102", "购方名称不能为空")
        if order.get("salerTaxNum") != self.tax_number or order.get("invoiceType") != "1":
            raise Refusal("E9104", "销方税号不一致")
        if order.get("invoiceLine") not in ("bs", "pc"):
            raise Refusal("E9105", "发票种类有误")
        made = Issued(order, self._next("2612011"), self.late)
        for line in order["invoiceDetail"]:
            gross, net, tax = (
                Decimal(line[name]) for name in ("taxIncludedAmount", "taxExcludedAmount", "tax")
            )
            off = abs(gross * Decimal(line["taxRate"]) / (1 + Decimal(line["taxRate"])) - tax)
            if net + tax != gross or off > Decimal("0.06"):
                raise Refusal("E9107", f"商品行“{line['goodsName']}”金额、税额不符")
            if not re.fullmatch(r"[0-9]{19}", line["goodsCode"]):
                raise Refusal("E9108", "商品编码有误")
            made.net, made.tax = made.net + net, made.tax + tax
        self.orders[number] = made
        return {"invoiceSerialNum": made.serial}

    def _query(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        found = [
            self._result(made)
            for number, made in self.orders.items()
            if number in given.get("orderNos", [])
        ]
        found += [
            {
                "serialNo": form.red_serial,
                "status": "2",
                "allElectronicInvoiceNumber": form.red_number,
                "invoiceTime": int(self.now() * 1000),
            }
            for form in self.forms.values()
            if form.red_serial and form.red_serial in given.get("serialNos", [])
        ]
        if not found:
            raise Refusal("E9500", "查询的发票不存在")
        return found

    def _result(self, made: Issued) -> dict[str, Any]:
        if made.status == "20":
            if made.late > 0:
                made.late -= 1
            else:
                self._settle(made)
        gross = made.net + made.tax
        return {
            "serialNo": made.serial,
            "orderNo": made.order["orderNo"],
            "status": made.status,
            "statusMsg": {"2": "开票完成（最终状态）", "20": "开票中", "22": "开票失败"}[
                made.status
            ],
            "failCause": made.cause,
            "allElectronicInvoiceNumber": made.number,
            "invoiceNo": made.number,
            "invoiceTime": int(made.at * 1000) if made.at else None,
            "payerTaxNo": made.order["buyerTaxNum"],
            "orderAmount": f"{gross:.2f}",
            "exTaxAmount": f"{made.net:.2f}",
            "taxAmount": f"{made.tax:.2f}",
        }

    def _settle(self, made: Issued) -> None:
        if made.net > self.credit:
            made.status, made.cause = "22", "当前可用授信额度不足"
            return
        self.credit -= made.net
        made.status, made.number, made.at = "2", self._number(), self.now()

    def _blue(self, number: str) -> Issued:
        for made in self.orders.values():
            if made.number and made.number == number:
                return made
        raise Refusal("E9103", "对应蓝票不存在")

    # --- red forms ------------------------------------------------------------------------------

    def _save_form(self, given: dict[str, Any]) -> str:
        bill_id = given.get("billId", "")
        if not 0 < len(bill_id) <= 32 or bill_id in self.forms:
            raise Refusal("E9999", "申请号重复")
        blue = self._blue(given["blueElecInvoiceNumber"])
        if given.get("applySource") != "0" or given.get("redReason") not in REASONS:
            raise Refusal("E9999", "申请方或冲红原因有误")
        if given["buyerName"] != blue.order["buyerName"]:
            raise Refusal("E9999", "购方名称与蓝票不一致")
        net, tax = blue.net - blue.red_net, blue.tax - blue.red_tax
        detail = given.get("detail", [])
        if detail:
            if given["redReason"] == "2":
                raise Refusal("E9999", "开票有误只能全额冲红")
            net = -sum(Decimal(line["taxExcludedAmount"]) for line in detail)
            tax = -sum(Decimal(line["taxAmount"]) for line in detail)
        if net <= 0 or net > blue.net - blue.red_net or tax > blue.tax - blue.red_tax:
            raise Refusal("E9103", "该发票不能重复冲红")
        form = Form(bill_id, blue, "0", given["redReason"], net, tax, self.now(), "02", detail)
        self.forms[bill_id] = form
        if not self.needs_confirmation:
            self._answered(form, "01")
        return bill_id

    def _answered(self, form: Form, state: str) -> None:
        form.state = state
        if state in ("01", "04"):
            form.red_number, form.red_serial = self._number(), self._next("R2612011")
            form.blue.red_net += form.net
            form.blue.red_tax += form.tax

    def _form(self, given: dict[str, Any]) -> Form:
        for form in self.forms.values():
            if given.get("billUuid") == f"uuid{form.bill_id}"[:32] or (
                given.get("billId") == form.bill_id
            ):
                self._lapse(form)
                return form
        raise Refusal("E9999", "确认单不存在")

    def _lapse(self, form: Form) -> None:
        if form.state in ("02", "03") and self.now() - form.at > 72 * 3600:
            form.state = "07"

    def _confirm(self, given: dict[str, Any]) -> None:
        form = self._form(given)
        if form.state != "03" or given["identity"] != "0":
            raise Refusal("E9999", "确认单已超时或不可操作")
        self._answered(form, "04" if given["confirmAgreement"] == "1" else "06")

    def _cancel(self, given: dict[str, Any]) -> None:
        form = self._form(given)
        if form.source != "0" or form.state not in ("02", "04") or form.red_number:
            raise Refusal("E9999", "确认单不可撤销")
        form.state = "08"

    def _query_forms(self, given: dict[str, Any]) -> dict[str, Any]:
        for form in self.forms.values():
            self._lapse(form)
        wanted = [
            form
            for form in self.forms.values()
            if given.get("billId") in (None, form.bill_id)
            and given.get("billUuid") in (None, f"uuid{form.bill_id}"[:32])
            and given.get("billStatus") in (None, form.state)
        ]
        size, page = int(given.get("pageSize", "10")), int(given.get("pageNo", "1"))
        shown = wanted[(page - 1) * size : page * size]
        return {"total": len(wanted), "list": [self._described(form) for form in shown]}

    def _described(self, form: Form) -> dict[str, Any]:
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(form.at + 8 * 3600))
        return {
            "billId": form.bill_id,
            "billNo": f"3100{form.bill_id[-8:]}",
            "billUuid": f"uuid{form.bill_id}"[:32],
            "billStatus": form.state,
            "billMessage": "",
            "billTime": at,
            "applySource": int(form.source),
            "blueElecInvoiceNumber": form.blue.number,
            "taxExcludedAmount": f"{-form.net:.2f}",
            "taxAmount": f"{-form.tax:.2f}",
            "redReason": form.reason,
            "detail": form.detail,
            "invoiceSerialNum": form.red_serial or None,
            "redInvoiceNumber": form.red_number or None,
            "openStatus": 1 if form.red_number else 0,
        }

    def _number(self) -> str:
        self._count += 1
        return f"26312000{self._count:012d}"

    def _next(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count:08d}"
