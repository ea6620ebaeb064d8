"""What is kept accounts of, and what events of the ledger are called."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class AccountKind(ColourChoices):
    """One balance for each kind and party. The colour says where it stands: assets blue, liabilities
    amber, income and cost green and red, off the balance sheet grey."""

    BANK = "bank", _("Bank deposits"), "blue"
    CASH_IN_TRANSIT = "cash_in_transit", _("Cash in transit"), "blue"
    STATION_CASH = "station_cash", _("Cash at a station"), "blue"
    COURIER_CASH = "courier_cash", _("Cash with a courier"), "blue"
    PROVIDER_CLEARING = "provider_clearing", _("Clearing with payment providers"), "blue"
    RECEIVABLE = "receivable", _("Receivable from customers"), "blue"
    COURIER_RECEIVABLE = "courier_receivable", _("Receivable from couriers"), "blue"
    PARTNER_RECEIVABLE = "partner_receivable", _("Receivable from partners"), "blue"
    BAD_DEBT = "bad_debt", _("Allowance for bad debts"), "blue"
    COD_ADVANCED = "cod_advanced", _("COD paid ahead of the bank"), "blue"
    PENDING_DIFFERENCES = "pending_differences", _("Differences to be cleared up"), "blue"
    ADVANCE = "advance", _("Advances from customers"), "amber"
    UNIDENTIFIED = "unidentified", _("Unidentified receipts"), "amber"
    COD_PAYABLE = "cod_payable", _("COD owed to merchants"), "amber"
    CLAIMS_PAYABLE = "claims_payable", _("Claims payable"), "amber"
    PAYOUTS_IN_TRANSIT = "payouts_in_transit", _("Payouts in transit"), "amber"
    DEFERRED_VAT = "deferred_vat", _("Deferred output VAT"), "amber"
    OUTPUT_VAT = "output_vat", _("Output VAT"), "amber"
    OPENING = "opening", _("Opening balances"), "amber"
    REVENUE = "revenue", _("Revenue"), "green"
    FINANCE_COST = "finance_cost", _("Bank charges and finance cost"), "red"
    CLAIMS_COST = "claims_cost", _("Cost of claims"), "red"
    COD_EXPECTED = "cod_expected", _("COD expected at the door"), "grey"
    COD_DUE = "cod_due", _("COD due to merchants"), "grey"


# What is due at the door is no money of anybody yet: a pair off the balance sheet, left out of the export.
MEMO = frozenset({AccountKind.COD_EXPECTED, AccountKind.COD_DUE})


class PartyKind(ColourChoices):
    """Whose balance an account is; the words of 辅助核算."""

    NONE = "", _("nobody's"), "grey"
    CUSTOMER = "customer", _("Customer"), "blue"
    BANK_ACCOUNT = "bank_account", _("Bank account"), "teal"
    COURIER = "courier", _("Courier"), "amber"
    STATION = "station", _("Station"), "purple"
    PROVIDER = "provider", _("Payment provider"), "green"
    PARTNER = "partner", _("Partner"), "red"


EVENT_KINDS = {
    "period.closed": _("Month closed"),
    "account_title.changed": _("Account title changed"),
}
EVENT_DETAILS = {
    "account_title.changed/code": _("Account code"),
    "account_title.changed/name": _("Account name"),
    "month": _("Month"),
    "entries": _("Entries"),
}
