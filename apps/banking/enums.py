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


class LineStatus(ColourChoices):
    """Where a line stands; read from its identification, never stored."""

    OPEN = "open", _("Not posted"), "amber"
    UNIDENTIFIED = "unidentified", _("Payer unknown"), "red"
    IDENTIFIED = "identified", _("Identified"), "green"
    TRANSIT = "transit", _("Money in transit"), "teal"
    CHARGE = "charge", _("Bank charge"), "grey"
    PAYOUT = "payout", _("Payout"), "blue"


class Use(ColourChoices):
    """What a line was posted as."""

    UNKNOWN = "unknown", _("Payer unknown"), "red"
    CUSTOMER = "customer", _("Customer's payment"), "green"
    TRANSIT = "transit", _("Money in transit"), "teal"
    CHARGE = "charge", _("Bank charge or interest"), "grey"
    PAYOUT = "payout", _("Payout"), "blue"


class OpeningKind(ColourChoices):
    """What an opening brings over from the old books."""

    RECEIVABLE = "receivable", _("Receivable from customers"), "blue"
    ADVANCE = "advance", _("Advances from customers"), "amber"
    BANK = "bank", _("Bank deposits"), "teal"
    COD = "cod", _("COD owed to merchants"), "purple"


class AliasKind(ColourChoices):
    NUMBER = "number", _("Account number"), "blue"
    NAME = "name", _("Name"), "teal"


class PayoutPurpose(ColourChoices):
    """What somebody is paid for; they may have another account for each."""

    COD = "cod", _("COD collected"), "purple"
    REFUND = "refund", _("Refund of a credit"), "amber"
    CLAIM = "claim", _("Compensation"), "blue"


class PayeeState(ColourChoices):
    """Only an active one is ever paid to."""

    REQUESTED = "requested", _("Asked for"), "amber"
    CALLED_BACK = "called_back", _("Called back"), "blue"
    COOLING = "cooling", _("Approved, waiting"), "teal"
    ACTIVE = "active", _("In use"), "green"
    STOPPED = "stopped", _("Stopped"), "red"
    LAPSED = "lapsed", _("Not taken up"), "grey"
    ENDED = "ended", _("Replaced or ended"), "grey"


class NameCheck(ColourChoices):
    SAME = "same", _("The customer's own name"), "green"
    PAPER = "paper", _("Another name, with a paper"), "amber"


class Meanwhile(ColourChoices):
    """What happens to money due while a new account is not in use yet, as the contract says."""

    OLD = "old", _("Paid to the account before"), "blue"
    HOLD = "hold", _("Held"), "amber"


class PayeePaperKind(ColourChoices):
    REQUEST = "request", _("Signed request"), "blue"
    OPENING = "opening", _("Account opening certificate"), "teal"
    MANDATE = "mandate", _("Mandate for another holder"), "amber"
    OTHER = "other", _("Other paper"), "grey"


class CallOutcome(ColourChoices):
    CONFIRMED = "confirmed", _("Confirmed"), "green"
    DENIED = "denied", _("Not asked for by the customer"), "red"
    NOT_REACHED = "not_reached", _("Not reached"), "amber"


class PayoutState(ColourChoices):
    DRAFT = "draft", _("Draft"), "grey"
    APPROVING = "approving", _("Waiting for approval"), "amber"
    RELEASED = "released", _("Released"), "blue"
    SENT = "sent", _("In a payment file"), "teal"
    UNCLEAR = "unclear", _("Outcome unknown"), "red"
    PAID = "paid", _("Paid"), "green"
    RETURNED = "returned", _("Returned"), "red"
    CANCELLED = "cancelled", _("Called off"), "grey"


class PaymentSeat(ColourChoices):
    """The departments that approve what money is paid to, and that it is paid."""

    FINANCE = "finance", _("Finance department"), "green"
    OPERATIONS = "operations", _("Operations department"), "teal"
    SERVICE = "service", _("Customer service"), "blue"
    MANAGEMENT = "management", _("Management"), "red"


EVENT_KINDS = {
    "bankaccount.opened": _("Account of ours entered"),
    "bankaccount.changed": _("Account of ours changed"),
    "bankaccount.closed": _("Account of ours closed"),
    "bankaccount.revealed": _("Account number revealed"),
    "bankaccount.viewed": _("Page of an account of ours opened"),
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
    "payee.requested": _("Payout account asked for"),
    "payee.named": _("Account named by a private claimant"),
    "payee.called": _("Called back about a payout account"),
    "payee.refused": _("Payout account refused"),
    "payee.cooling": _("Payout account approved, waiting time begun"),
    "payee.activated": _("Payout account in use"),
    "payee.stopped": _("Payout account stopped"),
    "payee.lapsed": _("Request for a payout account not taken up"),
    "payee.ended": _("Payout account ended"),
    "payee.revealed": _("Number of a payout account revealed"),
    "payee.viewed": _("Page of a payout account opened"),
    "payee.attempt_refused": _("Attempt on a payout account refused"),
    "payout.drafted": _("Payout drafted"),
    "payout.asked": _("Approval of a payout asked for"),
    "payout.released": _("Payout released"),
    "payout.refused": _("Payout refused"),
    "payout.cancelled": _("Payout called off"),
    "payout.sent": _("Payout put into a payment file"),
    "payout.unclear": _("Outcome of a payout unknown"),
    "payout.paid": _("Payout paid"),
    "payout.booked": _("Payout seen on the bank"),
    "payout.returned": _("Payout returned"),
    "payout.contradicted": _("Payout said to have come back, but seen on the bank"),
    "payout.attempt_refused": _("Attempt on a payout refused"),
    "payoutfile.made": _("Payment file made"),
    "payoutfile.downloaded": _("Payment file downloaded"),
    "payoutfile.answered": _("Results of a payment file taken"),
    "payoutfile.answer_refused": _("Results of a payment file refused"),
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
    "attempt": _("Attempt"),
    "tail": _("Last digits"),
    "payee.called/outcome": _("Outcome"),
    "payee.cooling/until": _("Waits until"),
    "payee.stopped/was": _("State before"),
    "payout.sent/file": _("Payment file"),
    "payout.paid/said": _("Bank's words"),
    "payout.returned/said": _("Bank's words"),
    "payout.unclear/said": _("Bank's words"),
    "payoutfile.made/total": _("Total"),
    "payoutfile.answered/paid": _("Paid"),
    "payoutfile.answered/returned": _("Returned"),
    "payoutfile.answered/unclear": _("Outcome unknown"),
}
EVENT_VALUES = {
    "bankline.identified/why": Why,
    "bankaccount.opened/purpose": AccountPurpose,
    "payee.called/outcome": CallOutcome,
    "payee.stopped/was": PayeeState,
    **{
        f"payee.{kind}/purpose": PayoutPurpose
        for kind in (
            "requested",
            "named",
            "called",
            "refused",
            "cooling",
            "activated",
            "stopped",
            "lapsed",
            "ended",
        )
    },
    "bankaccount.assigned/purpose": AccountPurpose,
}
EVENT_ROWS = ("entry", "file", "line", "subject_id", "subject_type")
