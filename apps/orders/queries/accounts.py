"""Into which account of ours the COD of an order goes."""

from datetime import datetime

from apps.banking.enums import AccountPurpose
from apps.banking.queries import which_account
from apps.orders.models import WorkOrder


def cod_account(order: WorkOrder, at: datetime) -> str:
    """Bank, holder and the last digits; empty for an order without COD, or while no account is assigned
    for COD."""
    if order.cod_amount is None:
        return ""
    account = which_account(order.customer, at, purpose=AccountPurpose.COD)
    return "" if account is None else f"{account.bank} {account.holder} {account.masked}"
