from apps.accounts.services.api_keys import (
    change_networks,
    create_api_key,
    note_api_key_use,
    read_networks,
    revoke_api_key,
)
from apps.accounts.services.api_keys import (
    check_address as check_api_key_address,
)
from apps.accounts.services.directory import (
    admit_identity,
    follow_directory,
    link_identity,
    refuse_identity,
)
from apps.accounts.services.directory_groups import end_mapping, map_group
from apps.accounts.services.directory_sessions import (
    check_signed_in,
    end_by_logout_token,
    purge_logouts,
)
from apps.accounts.services.duty import (
    NewShift,
    plan_absence,
    plan_shift,
    plan_shifts,
    split_shift,
    withdraw_absence,
    withdraw_locked_shift,
    withdraw_shift,
)
from apps.accounts.services.idempotency import (
    claim_idempotency_key,
    store_answer,
    sweep_expired,
)
from apps.accounts.services.off_shift import pass_watch
from apps.accounts.services.passwords import (
    change_password,
    issue_temporary_password,
    replace_temporary_password,
)
from apps.accounts.services.roles import (
    change_role_policy,
    end_role,
    grant_role,
    sync_role_groups,
)
from apps.accounts.services.sessions import (
    clear_expired_sessions,
    end_session,
    end_user_sessions,
    follow_session,
    start_session,
    touch_session,
)
from apps.accounts.services.sign_in import check_password
from apps.accounts.services.two_factor import (
    begin_enrolment,
    confirm_enrolment,
    renew_recovery_codes,
    reset_two_factor,
    verify_second_factor,
)
from apps.accounts.services.units import change_unit, create_unit
from apps.accounts.services.users import (
    change_language,
    change_user,
    create_user,
    deactivate_user,
    reactivate_user,
)

__all__ = [
    "NewShift",
    "admit_identity",
    "begin_enrolment",
    "change_language",
    "change_networks",
    "change_password",
    "change_role_policy",
    "change_unit",
    "change_user",
    "check_api_key_address",
    "check_password",
    "check_signed_in",
    "claim_idempotency_key",
    "clear_expired_sessions",
    "confirm_enrolment",
    "create_api_key",
    "create_unit",
    "create_user",
    "deactivate_user",
    "end_by_logout_token",
    "end_mapping",
    "end_role",
    "end_session",
    "end_user_sessions",
    "follow_directory",
    "follow_session",
    "grant_role",
    "issue_temporary_password",
    "link_identity",
    "map_group",
    "note_api_key_use",
    "pass_watch",
    "plan_absence",
    "plan_shift",
    "plan_shifts",
    "purge_logouts",
    "reactivate_user",
    "read_networks",
    "refuse_identity",
    "renew_recovery_codes",
    "replace_temporary_password",
    "reset_two_factor",
    "revoke_api_key",
    "split_shift",
    "start_session",
    "store_answer",
    "sweep_expired",
    "sync_role_groups",
    "touch_session",
    "verify_second_factor",
    "withdraw_absence",
    "withdraw_locked_shift",
    "withdraw_shift",
]
