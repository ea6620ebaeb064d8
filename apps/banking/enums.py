"""The choices of the banking floor, with the words and colours staff see."""

from django.utils.translation import gettext_lazy as _

from apps.banking.matching import Why
from apps.core.choices import ColourChoices


class AccountPurpose(ColourChoices):
    FREIGHT = "freight", _("Freight"), "blue"
    COD = "cod", _("COD"), "purple"
    PAYROLL = "payroll", _("Payroll"), "teal"
    GENERAL = "general", _("General"), "grey"


# What an account is assigned for: customers pay freight into one, COD is kept on another.
ASSIGNED_FOR = [(one.value, one.label) for one in (AccountPurpose.FREIGHT, AccountPurpose.COD)]


class AccountState(ColourChoices):
    OPEN = "open", _("In use"), "green"
    CLOSED = "closed", _("Closed"), "grey"


class FileState(ColourChoices):
    TAKEN = "taken", _("Taken"), "green"
    HELD = "held", _("Held"), "amber"
    DROPPED = "dropped", _("Not taken"), "grey"


class Standing(ColourChoices):
    """Where a line stands; read from its identification, never stored."""

    OPEN = "open", _("Not posted"), "amber"
    UNIDENTIFIED = "unidentified", _("Payer unknown"), "red"
    IDENTIFIED = "identified", _("Identified"), "green"
    TRANSIT = "transit", _("Money in transit"), "teal"
    CHARGE = "charge", _("Bank charge"), "grey"


class Use(ColourChoices):
    """What a line was posted as."""

    UNKNOWN = "unknown", _("Payer unknown"), "red"
    CUSTOMER = "customer", _("Customer's payment"), "green"
    TRANSIT = "transit", _("Money in transit"), "teal"
    CHARGE = "charge", _("Bank charge or interest"), "grey"


class OpeningKind(ColourChoices):
    """What an opening brings over from the old books."""

    RECEIVABLE = "receivable", _("Receivable from customers"), "blue"
    ADVANCE = "advance", _("Advances from customers"), "amber"
    BANK = "bank", _("Bank deposits"), "teal"
    COD = "cod", _("COD owed to merchants"), "purple"


class AliasKind(ColourChoices):
    NUMBER = "number", _("Account number"), "blue"
    NAME = "name", _("Name"), "teal"


EVENT_KINDS = {
    "bankaccount.opened": _("Account of ours entered"),
    "bankaccount.changed": _("Account of ours changed"),
    "bankaccount.closed": _("Account of ours closed"),
    "bankaccount.revealed": _("Account number revealed"),
    "bankaccount.assigned": _("Account assigned"),
    "bankaccount.assign_refused": _("Assignment refused"),
    "bankaccount.accepts_until": _("Old account accepts until"),
    "bankfile.taken": _("Bank file taken"),
    "bankfile.held": _("Bank file held"),
    "bankfile.released": _("Held bank file taken after all"),
    "bankfile.dropped": _("Held bank file not taken"),
    "bank-line": _("Bank line"),
    "bank-opening": _("Opening balance"),
    "opening": _("Opening balance"),
    "bankline.identified": _("Payer identified"),
    "bankline.at_ended_account": _("Money at an account that is over"),
    "bankline.undone": _("Identification undone"),
    "bankline.charged": _("Posted as bank charge"),
    "bankline.in_transit": _("Posted as money in transit"),
    "payeralias.confirmed": _("Payer confirmed for account or name"),
    "payeralias.dropped": _("Payer's alias dropped"),
}
EVENT_DETAILS = {
    "accept_until": _("Accepts until"),
    "alias": _("Account or name"),
    "bankaccount.assigned/account": _("Account"),
    "bankaccount.assigned/project": _("Project"),
    "bankaccount.assign_refused/code": _("Refused because"),
    "bankaccount.assigned/purpose": _("Paid for"),
    "bankaccount.assigned/since": _("Since"),
    "bankline.at_ended_account/account": _("Account"),
    "bankaccount.accepts_until/account": _("Account"),
    "bankfile.taken/lines": _("Lines"),
    "bankfile.taken/new": _("New lines"),
    "bankfile.held/lines": _("Lines"),
    "bankfile.released/new": _("New lines"),
    "bankline.identified/why": _("Why"),
}
EVENT_VALUES = {
    "bankline.identified/why": Why,
    "bankaccount.opened/purpose": AccountPurpose,
    "bankaccount.assigned/purpose": AccountPurpose,
}
EVENT_ROWS = ("entry", "file", "line")
