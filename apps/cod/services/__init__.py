"""Writes of the COD floor."""

from apps.cod.services.advance_policies import (
    approve_advance_policy,
    ask_advance_policy,
    end_advance_policy,
    refuse_advance_policy,
)
from apps.cod.services.cash_ups import (
    close_cash_up,
    count_cash_up,
    declare_cash_up,
    recount_cash_up,
    repay_shortage,
    take_back_declaration,
)
from apps.cod.services.claw_backs import claw_back, see_claw_back, unsee_claw_backs
from apps.cod.services.collecting import collect, name_courier
from apps.cod.services.decisions import (
    approve_decision,
    ask_change,
    ask_overage,
    ask_waiver,
    ask_write_off,
    clear_difference,
    refuse_decision,
)
from apps.cod.services.deposits import make_deposit, void_deposit
from apps.cod.services.freight import take_freight
from apps.cod.services.items import end_unpaid, open_items
from apps.cod.services.moving import (
    carry_claw_backs_again,
    mark_remittable_again,
    mark_remitted,
    put_in_remittance,
    take_claw_backs,
    take_out_of_remittance,
)
from apps.cod.services.opening_cash_ups import open_cash_up
from apps.cod.services.outcomes import follow_payout
from apps.cod.services.paying_ahead import pay_ahead
from apps.cod.services.proving import prove_cod
from apps.cod.services.releasing import approve_remittance, ask_release, refuse_remittance
from apps.cod.services.remittance_reports import export_remittance
from apps.cod.services.remittance_terms import set_remittance_terms
from apps.cod.services.remittances import (
    prepare_due,
    prepare_now,
    prepare_remittance,
    renew_held,
    renew_payee,
    withdraw_remittance,
)
from apps.cod.services.seeing import see_on_bank, see_waiting, unsee
from apps.cod.services.settlements import enter_settlement
from apps.cod.services.settling_fees import settle_statements

__all__ = [
    "approve_advance_policy",
    "approve_decision",
    "approve_remittance",
    "ask_advance_policy",
    "ask_change",
    "ask_overage",
    "ask_release",
    "ask_waiver",
    "ask_write_off",
    "carry_claw_backs_again",
    "claw_back",
    "clear_difference",
    "close_cash_up",
    "collect",
    "count_cash_up",
    "declare_cash_up",
    "end_advance_policy",
    "end_unpaid",
    "enter_settlement",
    "export_remittance",
    "follow_payout",
    "make_deposit",
    "mark_remittable_again",
    "mark_remitted",
    "name_courier",
    "open_cash_up",
    "open_items",
    "pay_ahead",
    "prepare_due",
    "prepare_now",
    "prepare_remittance",
    "prove_cod",
    "put_in_remittance",
    "recount_cash_up",
    "refuse_advance_policy",
    "refuse_decision",
    "refuse_remittance",
    "renew_held",
    "renew_payee",
    "repay_shortage",
    "see_claw_back",
    "see_on_bank",
    "see_waiting",
    "set_remittance_terms",
    "settle_statements",
    "take_back_declaration",
    "take_claw_backs",
    "take_freight",
    "take_out_of_remittance",
    "unsee",
    "unsee_claw_backs",
    "void_deposit",
    "withdraw_remittance",
]
