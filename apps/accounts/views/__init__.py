from apps.accounts.views.account import (
    account,
    change_language,
    change_password,
    end_own_session,
    end_own_sessions,
    renew_codes,
    set_up_two_factor,
    start_two_factor,
)
from apps.accounts.views.directory import directory_back, directory_begin, directory_logout
from apps.accounts.views.held import held_form
from apps.accounts.views.sign_in import (
    continue_sign_in,
    enrol,
    enter_code,
    new_password,
    refuse_locked_out,
    sign_in,
    sign_out,
)

__all__ = [
    "account",
    "change_language",
    "change_password",
    "continue_sign_in",
    "directory_back",
    "directory_begin",
    "directory_logout",
    "end_own_session",
    "end_own_sessions",
    "enrol",
    "enter_code",
    "held_form",
    "new_password",
    "refuse_locked_out",
    "renew_codes",
    "set_up_two_factor",
    "sign_in",
    "sign_out",
    "start_two_factor",
]
