"""All writes of the billing floor. Each records its event in the same transaction."""

from apps.billing.services.allocating import (
    allocate,
    allocate_oldest,
    settle_small_difference,
    undo_allocation,
    write_off,
)
from apps.billing.services.bank_lines import settle_lines
from apps.billing.services.blockers import find_blockers, waive_blocker
from apps.billing.services.charges import correct_charge, post_charges
from apps.billing.services.charging import charge_shipments, lift_price, rate_again, set_price
from apps.billing.services.cheques import (
    bounce_cheque,
    clear_cheque,
    collect_cheque,
    lapse_cheque,
    note_cheque,
    present_cheque,
)
from apps.billing.services.claims import set_off_claim
from apps.billing.services.closing import (
    ask_closing,
    freeze_batch,
    freeze_month,
    freeze_statements,
    reopen_statement,
)
from apps.billing.services.deliveries import (
    bring_back_paper,
    call_off_paper,
    plan_round,
    sign_for_paper,
    take_paper,
)
from apps.billing.services.disputes import (
    accept_dispute,
    raise_dispute,
    refuse_dispute,
    say_in_dispute,
    withdraw_dispute,
)
from apps.billing.services.door_payments import note_door_payment
from apps.billing.services.dunning import (
    change_plan,
    note_promise,
    send_dunning,
    store_letter_hash,
)
from apps.billing.services.exporting import ask_statement_files, export_statement
from apps.billing.services.holding import hold_customers
from apps.billing.services.invoices import (
    deliver_invoice,
    issue_invoice,
    receive_invoice,
    request_invoice,
    reverse_invoice,
    withdraw_invoice,
)
from apps.billing.services.papers import store_paper_hash
from apps.billing.services.receipts import (
    cancel_receipt,
    identify_receipt,
    take_back_receipt,
    take_receipt,
)
from apps.billing.services.signed_receipts import end_signed_receipts, time_signed_receipts
from apps.billing.services.statements import (
    confirm_deemed,
    confirm_statement,
    review_statement,
    send_statement,
)
from apps.billing.services.tax.issuing import (
    ask_about_invoice,
    note_not_issued,
    submit_invoice,
    take_from_channel,
)
from apps.billing.services.tax.red_by_hand import end_red_form, note_red_invoice
from apps.billing.services.tax.red_forms import (
    ask_about_red_form,
    enter_red_form,
    tell_red_form,
)
from apps.billing.services.tax.working import look_for_red_forms, work_tax_channel
from apps.billing.services.terms import change_terms
from apps.billing.services.write_offs import approve_write_off, ask_write_off, refuse_write_off

__all__ = [
    "accept_dispute",
    "allocate",
    "allocate_oldest",
    "approve_write_off",
    "ask_about_invoice",
    "ask_about_red_form",
    "ask_closing",
    "ask_statement_files",
    "ask_write_off",
    "bounce_cheque",
    "bring_back_paper",
    "call_off_paper",
    "cancel_receipt",
    "change_plan",
    "change_terms",
    "charge_shipments",
    "clear_cheque",
    "collect_cheque",
    "confirm_deemed",
    "confirm_statement",
    "correct_charge",
    "deliver_invoice",
    "end_red_form",
    "end_signed_receipts",
    "enter_red_form",
    "export_statement",
    "find_blockers",
    "freeze_batch",
    "freeze_month",
    "freeze_statements",
    "hold_customers",
    "identify_receipt",
    "issue_invoice",
    "lapse_cheque",
    "lift_price",
    "look_for_red_forms",
    "note_cheque",
    "note_door_payment",
    "note_not_issued",
    "note_promise",
    "note_red_invoice",
    "plan_round",
    "post_charges",
    "present_cheque",
    "raise_dispute",
    "rate_again",
    "receive_invoice",
    "refuse_dispute",
    "refuse_write_off",
    "reopen_statement",
    "request_invoice",
    "reverse_invoice",
    "review_statement",
    "say_in_dispute",
    "send_dunning",
    "send_statement",
    "set_off_claim",
    "set_price",
    "settle_lines",
    "settle_small_difference",
    "sign_for_paper",
    "store_letter_hash",
    "store_paper_hash",
    "submit_invoice",
    "take_back_receipt",
    "take_from_channel",
    "take_paper",
    "take_receipt",
    "tell_red_form",
    "time_signed_receipts",
    "undo_allocation",
    "waive_blocker",
    "withdraw_dispute",
    "withdraw_invoice",
    "work_tax_channel",
    "write_off",
]
