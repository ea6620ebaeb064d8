"""All writes of the customers floor. Each records its event in the same transaction."""

from apps.customers.services.authorisations import (
    grant_verbal_authorisation,
    settle_open_authorisations,
    withdraw_verbal_authorisation,
)
from apps.customers.services.contacts import (
    add_contact,
    add_site,
    change_contact,
    change_site,
    fill_order,
    retire_contact,
    retire_site,
    reveal_contact,
    reveal_site,
)
from apps.customers.services.customers import (
    admit_user,
    change_customer,
    close_customer,
    create_customer,
    remove_user,
    reopen_customer,
    resume_customer,
    suspend_customer,
)
from apps.customers.services.handover import (
    change_handover_form,
    draft_handover_form,
    send_back_handover_form,
    sign_handover_form,
    submit_handover_form,
    turn_down_handover_form,
)
from apps.customers.services.holds import override_hold, set_holds
from apps.customers.services.papers import (
    add_contract,
    end_contract,
    file_letter,
    open_document,
    withdraw_letter,
)
from apps.customers.services.trials import end_due_trials, end_trial, extend_trial, start_trial

__all__ = [
    "add_contact",
    "add_contract",
    "add_site",
    "admit_user",
    "change_contact",
    "change_customer",
    "change_handover_form",
    "change_site",
    "close_customer",
    "create_customer",
    "draft_handover_form",
    "end_contract",
    "end_due_trials",
    "end_trial",
    "extend_trial",
    "file_letter",
    "fill_order",
    "grant_verbal_authorisation",
    "open_document",
    "override_hold",
    "remove_user",
    "reopen_customer",
    "resume_customer",
    "retire_contact",
    "retire_site",
    "reveal_contact",
    "reveal_site",
    "send_back_handover_form",
    "set_holds",
    "settle_open_authorisations",
    "sign_handover_form",
    "start_trial",
    "submit_handover_form",
    "suspend_customer",
    "turn_down_handover_form",
    "withdraw_letter",
    "withdraw_verbal_authorisation",
]
