"""Everything staff can do to a customer and to what hangs on it."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext, on_subject
from apps.customers import services
from apps.customers.admin.row_acts import ROWS
from apps.customers.enums import CustomerStatus
from apps.customers.forms import (
    AuthorisationForm,
    ContactForm,
    ContractForm,
    CustomerForm,
    HandoverContentForm,
    LetterForm,
    LongReasonForm,
    SiteForm,
    TrialForm,
    UserForm,
)
from apps.customers.models import Customer
from apps.customers.queries import has_form_under_way


def _becomes(status: CustomerStatus) -> Any:
    def may(customer: Customer) -> bool:
        return customer.may_become(status)

    return may


def _on_trial(customer: Customer) -> bool:
    return customer.status == CustomerStatus.TRIAL


def _without_file(context: ActContext) -> dict[str, Any]:
    return {name: value for name, value in context.typed.items() if name != "file"}


def _file(context: ActContext) -> dict[str, Any]:
    chosen = context.typed["file"]
    return {"file": BytesIO(chosen.content), "filename": chosen.name}


def _draft(context: ActContext) -> HttpResponse:
    form = services.draft_handover_form(context.record, context.typed, **context.who)
    return redirect("admin:customers_handoverform_change", form.pk)


def _file_letter(context: ActContext) -> None:
    services.file_letter(context.record, **_without_file(context), **_file(context), **context.who)


def _add_contract(context: ActContext) -> None:
    services.add_contract(context.record, _without_file(context), **_file(context), **context.who)


BASICS = (
    Act(
        "change",
        _("Change data"),
        "customers.change_customer",
        lambda d: services.change_customer(d.record, d.typed, **d.who),
        explains=_("Names are found by the look-up at once. What changed is on the timeline."),
        done=_("The customer's data is changed."),
        form=CustomerForm,
        options=lambda d: {"user": d.by, "instance": d.record},
    ),
    Act(
        "add-contact",
        _("Add a contact"),
        "customers.change_customer",
        lambda d: services.add_contact(d.record, d.typed, **d.who),
        explains=_("Phone and e-mail are encrypted; lists show them masked."),
        done=_("The contact is added."),
        form=ContactForm,
    ),
    Act(
        "add-place",
        _("Add a place"),
        "customers.change_customer",
        lambda d: services.add_site(d.record, d.typed, **d.who),
        explains=_("Choosing the company fills the usual pickup place into the order."),
        done=_("The place is saved."),
        form=SiteForm,
    ),
)
PAPERS = (
    Act(
        "draft-handover",
        _("Draw up the handover form"),
        "customers.add_handoverform",
        _draft,
        explains=_("It is a draft until you send it round for signing."),
        form=HandoverContentForm,
        may=lambda c: not c.is_stopped and not has_form_under_way(c),
        initial=lambda d: {
            "settlement_method": d.record.settlement_method,
            "settlement_cycle_days": d.record.settlement_cycle_days,
        },
    ),
    Act(
        "add-contract",
        _("File a contract"),
        "customers.add_contract",
        _add_contract,
        explains=_(
            "Both days of its validity count. Two contracts cannot be valid on the same day."
        ),
        done=_("The contract is on file."),
        form=ContractForm,
    ),
    Act(
        "file-letter",
        _("File a dangerous-goods letter"),
        "customers.add_dangerousgoodsletter",
        _file_letter,
        explains=_("Without a valid letter no order of the customer is confirmed."),
        done=_("The letter is on file."),
        form=LetterForm,
        initial=lambda _context: {
            "signed_on": timezone.localdate(),
            "valid_until": timezone.localdate() + timedelta(days=365),
        },
    ),
    Act(
        "authorise",
        _("Record a verbal authorisation"),
        "customers.grant_authorisation",
        on_subject(services.grant_verbal_authorisation),
        explains=_(
            "Orders go through although paperwork is missing, until the deadline. The agent and "
            "sales are reminded before it, and leaders are told when it passes."
        ),
        done=_("The authorisation is recorded; the paperwork will be chased."),
        form=AuthorisationForm,
        may=lambda c: not c.is_stopped,
    ),
)
STATUS = (
    Act(
        "start-trial",
        _("Start the trial period"),
        "customers.manage_trial",
        on_subject(services.start_trial),
        explains=_("Until its last day the director owns the customer's orders."),
        done=_("The trial period has started."),
        form=TrialForm,
        may=lambda c: c.status == CustomerStatus.PROSPECT,
    ),
    Act(
        "extend-trial",
        _("Extend the trial period"),
        "customers.manage_trial",
        on_subject(services.extend_trial),
        explains=_("The director goes on owning the customer's orders."),
        done=_("The trial period is extended."),
        form=TrialForm,
        may=_on_trial,
        initial=lambda d: {"until": d.record.trial_until},
    ),
    Act(
        "end-trial",
        _("End the trial period"),
        "customers.manage_trial",
        on_subject(services.end_trial),
        explains=_("The agent owns the customer's new orders from now on."),
        done=_("The trial period is over; the agent owns new orders."),
        may=_on_trial,
    ),
    Act(
        "resume",
        _("Resume"),
        "customers.suspend_customer",
        on_subject(services.resume_customer),
        explains=_("Orders can be confirmed again."),
        done=_("The customer is resumed."),
        may=lambda c: c.status == CustomerStatus.SUSPENDED,
    ),
    Act(
        "reopen",
        _("Reopen"),
        "customers.suspend_customer",
        on_subject(services.reopen_customer),
        explains=_("The customer is a prospect again and must be handed over anew."),
        done=_("The customer is a prospect again."),
        may=_becomes(CustomerStatus.PROSPECT),
    ),
    Act(
        "suspend",
        _("Suspend"),
        "customers.suspend_customer",
        on_subject(services.suspend_customer),
        explains=_("No order is confirmed until it is resumed. Orders under way go on."),
        done=_("The customer is suspended."),
        form=LongReasonForm,
        may=_becomes(CustomerStatus.SUSPENDED),
        danger=True,
    ),
    Act(
        "close",
        _("Close"),
        "customers.suspend_customer",
        on_subject(services.close_customer),
        explains=_("The business ends. Orders under way go on; new ones are refused."),
        done=_("The customer is closed."),
        form=LongReasonForm,
        may=_becomes(CustomerStatus.CLOSED),
        danger=True,
    ),
    Act(
        "admit-user",
        _("Let a user see it"),
        "customers.assign_customer",
        lambda d: services.admit_user(d.record, user=d.typed["user"], **d.who),
        explains=_("A user of another unit, or an API key's service user, sees this customer."),
        done=_("The user sees this customer from now on."),
        form=UserForm,
    ),
)
ENTRY = Act(
    "enter",
    _("Enter a customer"),
    "customers.add_customer",
    lambda d: services.create_customer(d.typed, **d.who),
    done=_("The customer is entered."),
    form=CustomerForm,
    options=lambda d: {"user": d.by},
    button=_("Save"),
)
CUSTOMER_ACTS = (*BASICS, *PAPERS, *STATUS, *ROWS)
