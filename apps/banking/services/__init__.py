"""Writes of the banking floor."""

from apps.banking.services.accounts import (
    change_account,
    close_account,
    open_account,
    post_opening,
    reveal_number,
)
from apps.banking.services.aliases import confirm_alias, drop_alias
from apps.banking.services.assigning import assign_account, let_accept_until, reassign
from apps.banking.services.files import (
    Preview,
    drop_file,
    preview_file,
    release_file,
    take_file,
)
from apps.banking.services.layouts import save_layout
from apps.banking.services.opening import OpeningRefused, take_opening
from apps.banking.services.payee_steps import (
    approve_payee,
    move_payees,
    record_call,
    refuse_payee,
)
from apps.banking.services.payees import (
    Paper,
    end_payee,
    request_payee,
    reveal_payee,
    stop_payee,
)
from apps.banking.services.payout_files import FileMade, make_payment_file, open_payment_file
from apps.banking.services.payout_release import approve_payout, ask_release, refuse_payout
from apps.banking.services.payout_results import take_result_file
from apps.banking.services.payouts import cancel_payout, draft_payout, release_payouts
from apps.banking.services.private_payees import name_private_payee
from apps.banking.services.settling import (
    confirm_paid,
    mark_unclear,
    return_payout,
    settle_payout,
    settle_waiting,
)
from apps.banking.services.using import (
    charge_line,
    clear_transit,
    identify_line,
    post_file,
    post_waiting,
    undo_line,
)
from apps.banking.services.viewing import note_view

__all__ = [
    "FileMade",
    "OpeningRefused",
    "Paper",
    "Preview",
    "approve_payee",
    "approve_payout",
    "ask_release",
    "assign_account",
    "cancel_payout",
    "change_account",
    "charge_line",
    "clear_transit",
    "close_account",
    "confirm_alias",
    "confirm_paid",
    "draft_payout",
    "drop_alias",
    "drop_file",
    "end_payee",
    "identify_line",
    "let_accept_until",
    "make_payment_file",
    "mark_unclear",
    "move_payees",
    "name_private_payee",
    "note_view",
    "open_account",
    "open_payment_file",
    "post_file",
    "post_opening",
    "post_waiting",
    "preview_file",
    "reassign",
    "record_call",
    "refuse_payee",
    "refuse_payout",
    "release_file",
    "release_payouts",
    "request_payee",
    "return_payout",
    "reveal_number",
    "reveal_payee",
    "save_layout",
    "settle_payout",
    "settle_waiting",
    "stop_payee",
    "take_file",
    "take_opening",
    "take_result_file",
    "undo_line",
]
