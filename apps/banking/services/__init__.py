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
from apps.banking.services.using import (
    charge_line,
    clear_transit,
    identify_line,
    post_file,
    post_waiting,
    undo_line,
)

__all__ = [
    "OpeningRefused",
    "Preview",
    "assign_account",
    "change_account",
    "charge_line",
    "clear_transit",
    "close_account",
    "confirm_alias",
    "drop_alias",
    "drop_file",
    "identify_line",
    "let_accept_until",
    "open_account",
    "post_file",
    "post_opening",
    "post_waiting",
    "preview_file",
    "reassign",
    "release_file",
    "reveal_number",
    "save_layout",
    "take_file",
    "take_opening",
    "undo_line",
]
