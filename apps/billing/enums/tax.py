"""The tax channel: what its provider answers, and red forms (红字确认单)."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class TaxEffect(StrEnum):
    """What an answer of the provider means for what was asked of it."""

    NOT_DONE = "not_done"  # nothing was taken: the same again later
    UNCLEAR = "unclear"  # nobody knows whether it was taken
    NOT_THERE = "not_there"  # the provider has never had it
    PENDING = "pending"  # taken, and at work
    DONE = "done"
    REFUSED = "refused"


class RedFormState(ColourChoices):
    """Where a red form stands. The bureau's own code beside it is passed on as it is."""

    REQUESTED = "requested", _("To be entered"), "blue"
    UNCLEAR = "unclear", _("Unclear"), "amber"
    PENDING = "pending", _("Waits for confirmation"), "purple"
    CONFIRMED = "confirmed", _("Confirmed, red invoice to come"), "teal"
    ISSUED = "issued", _("Red invoice issued"), "green"
    REFUSED = "refused", _("Refused by the other side"), "red"
    LAPSED = "lapsed", _("Lapsed after 72 hours"), "red"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "grey"
    FAILED = "failed", _("Not accepted by the tax bureau"), "red"


class RedReason(ColourChoices):
    """Why an invoice is taken back, with the bureau's codes."""

    MISTAKE = "01", _("Issued wrongly"), "amber"
    RETURNED = "02", _("Sale returned"), "blue"
    STOPPED = "03", _("Service stopped"), "grey"
    DISCOUNT = "04", _("Sales allowance"), "teal"


class EnteredBy(ColourChoices):
    """Who entered a red form: the other one confirms it."""

    SELLER = "seller", _("Us"), "blue"
    BUYER = "buyer", _("The payer"), "purple"


class RedFormAction(models.TextChoices):
    """What the provider is to be told of a red form next."""

    ENTER = "enter", _("Enter it")
    CONFIRM = "confirm", _("Confirm it")
    REFUSE = "refuse", _("Refuse it")
    WITHDRAW = "withdraw", _("Withdraw it")


# What is found wrong here, with nothing said by the provider; other codes stand for themselves.
TAX_ANSWERS = {
    "amount_differs": _("The provider shows another amount than ours."),
    "buyer_differs": _("The provider shows another buyer than ours."),
    "number_taken": _("Another invoice has this number already."),
    "no_number": _("Issued, but without a number of 20 digits and a day."),
    "not_our_order": _("The answer is about another order."),
    "not_our_form": _("The answer is about another invoice."),
    "status_24": _("Issued, but the provider could not seal it."),
    "garbage": _("The answer cannot be read."),
    "by_hand": _("Looked up at the tax bureau."),
    "timeout": _("No answer came in time."),
    "connection_refused": _("The provider cannot be reached."),
    "unknown_host": _("The provider cannot be reached."),
    "connection_closed": _("The connection broke before an answer came."),
    "connection_reset": _("The connection broke before an answer came."),
    "token_busy": _("No access token yet."),
    "token_refused": _("No access token: check the application's key and secret."),
    "070304": _("No access token: check the application's key and secret."),
    "070305": _("No access token: check the application's key and secret."),
    "070306": _("No access token: those of 30 days are used up."),
}
