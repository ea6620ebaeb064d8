"""What staff can do to one contact, place, paper or assignment of a customer."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext, on_subject
from apps.customers import services
from apps.customers.enums import AuthorisationState
from apps.customers.forms import ContactForm, LastDayForm, LongReasonForm, SiteForm


def _existing(context: ActContext) -> dict[str, Any]:
    return {"instance": context.row}


ROWS = (
    Act(
        "change-contact",
        _("Change a contact"),
        "customers.change_customer",
        lambda d: services.change_contact(d.row, d.typed, **d.who),
        explains=_("An empty phone or e-mail keeps the one on file."),
        done=_("The contact is changed."),
        form=ContactForm,
        options=_existing,
        rows="contacts",
        may=lambda contact: contact.active,
    ),
    Act(
        "retire-contact",
        _("Take a contact out of use"),
        "customers.change_customer",
        on_subject(services.retire_contact),
        explains=_("Orders that name the contact keep it; new ones are not offered it."),
        done=_("The contact is out of use."),
        rows="contacts",
        may=lambda contact: contact.active,
        danger=True,
    ),
    Act(
        "reveal-contact",
        _("Show the phone and e-mail"),
        "customers.reveal_contact",
        on_subject(services.reveal_contact),
        explains=_("Who looked, when and why is on the timeline."),
        form=LongReasonForm,
        rows="contacts",
        shows="customers/revealed.html",
    ),
    Act(
        "change-place",
        _("Change a place"),
        "customers.change_customer",
        lambda d: services.change_site(d.row, d.typed, **d.who),
        explains=_("An empty phone or address keeps the one on file."),
        done=_("The place is changed."),
        form=SiteForm,
        options=_existing,
        rows="sites",
        may=lambda site: site.active,
    ),
    Act(
        "retire-place",
        _("Take a place out of use"),
        "customers.change_customer",
        on_subject(services.retire_site),
        explains=_("Orders that name the place keep it; new ones are not offered it."),
        done=_("The place is out of use."),
        rows="sites",
        may=lambda site: site.active,
        danger=True,
    ),
    Act(
        "reveal-place",
        _("Show the address and phone"),
        "customers.reveal_contact",
        on_subject(services.reveal_site),
        explains=_("Who looked, when and why is on the timeline."),
        form=LongReasonForm,
        rows="sites",
        shows="customers/revealed.html",
    ),
    Act(
        "end-contract",
        _("Set the contract's last day"),
        "customers.change_contract",
        on_subject(services.end_contract),
        explains=_("After it a new contract, or an authorisation, is needed for orders."),
        done=_("The contract's last day is set."),
        form=LastDayForm,
        rows="contracts",
    ),
    Act(
        "withdraw-letter",
        _("Withdraw the letter"),
        "customers.change_dangerousgoodsletter",
        on_subject(services.withdraw_letter),
        explains=_("It stays on file but no longer lets orders through."),
        done=_("The letter is withdrawn."),
        form=LongReasonForm,
        rows="letters",
        may=lambda letter: letter.withdrawn_at is None,
        danger=True,
    ),
    Act(
        "withdraw-authorisation",
        _("Withdraw the authorisation"),
        "customers.grant_authorisation",
        on_subject(services.withdraw_verbal_authorisation),
        explains=_("Orders wait for the paperwork again, from now on."),
        done=_("The authorisation is withdrawn."),
        form=LongReasonForm,
        rows="authorisations",
        may=lambda word: word.state == AuthorisationState.OPEN,
        danger=True,
    ),
    Act(
        "override-hold",
        _("Let orders through"),
        "customers.override_customerhold",
        on_subject(services.override_hold),
        explains=_("Monthly orders can be confirmed again until this hold ends by itself."),
        done=_("Orders can be confirmed; your reason is on the timeline."),
        form=LongReasonForm,
        rows="holds",
        may=lambda hold: hold.lifted_at is None and hold.overridden_at is None,
    ),
    Act(
        "remove-user",
        _("Take the assignment away"),
        "customers.assign_customer",
        lambda d: services.remove_user(d.record, user=d.row.user, **d.who),
        explains=_("The user no longer sees this customer, unless through a unit or as its owner."),
        done=_("The assignment is taken away."),
        rows="scopes",
        danger=True,
    ),
)
