"""What events of money at the door are called, and their details."""

from django.utils.translation import gettext_lazy as _

from apps.cod.enums.money import DecisionKind, ItemState
from apps.tracking.enums import CodMethod

# What a rule refused, whatever it was about.
REFUSED = "cod.attempt_refused"
EVENT_KINDS = {
    "cashup.closed": _("Cash-up closed"),
    "cashup.counted": _("Cash counted"),
    "cashup.declared": _("Cash declared"),
    "cashup.opened_again": _("Declaration taken back"),
    REFUSED: _("Refused by a rule"),
    "coddecision.asked": _("COD decision asked for"),
    "coddecision.done": _("COD decision done"),
    "coddecision.refused": _("COD decision refused"),
    "coddecision.void": _("COD decision no longer possible"),
    "coditem.claw_back_paid": _("Claw-back seen on the bank"),
    "coditem.claw_back_unseen": _("Bank line of the claw-back undone"),
    "coditem.clawed_back": _("COD clawed back"),
    "coditem.collected": _("COD collected"),
    "coditem.differs": _("COD differs"),
    "coditem.moved": _("COD moved on"),
    "codproof.differs": _("Daily COD proof differs"),
    "courier.freight_taken": _("Freight taken at the door"),
    "courier.repaid": _("Shortage repaid"),
    "deposit.made": _("Cash deposit entered"),
    "deposit.seen": _("Cash deposit seen on the bank"),
    "deposit.unseen": _("Bank line of the deposit undone"),
    "deposit.voided": _("Cash deposit taken back"),
    "qrsettlement.entered": _("Provider's settlement entered"),
    "qrsettlement.seen": _("Provider's settlement seen on the bank"),
    "qrsettlement.unseen": _("Bank line of the settlement undone"),
}
EVENT_VALUES = {
    "coditem.moved/from": ItemState,
    "coditem.moved/to": ItemState,
    "coditem.collected/method": CodMethod,
    "courier.freight_taken/method": CodMethod,
    "coddecision.asked/kind": DecisionKind,
    "coddecision.done/kind": DecisionKind,
    "coddecision.refused/kind": DecisionKind,
    "coddecision.void/kind": DecisionKind,
}
EVENT_DETAILS = {
    "cashup.declared/expected": _("Should be"),
    "cashup.counted/expected": _("Should be"),
    "qrsettlement.entered/expected": _("Taken at the door"),
    "qrsettlement.entered/gross": _("Gross"),
    "qrsettlement.entered/fee": _("Fee"),
    "coditem.collected/method": _("Paid by"),
    "courier.freight_taken/method": _("Paid by"),
    "coddecision.asked/before": _("Amount then"),
    "coddecision.done/before": _("Amount then"),
    "coddecision.refused/before": _("Amount then"),
    "coddecision.void/before": _("Amount then"),
    "deposit.made/slip": _("Slip number"),
    "deposit.made/cash_ups": _("Cash-ups"),
    f"{REFUSED}/attempt": _("Tried"),
    f"{REFUSED}/code": _("Refused because"),
    "codproof.differs/differences": _("Differences"),
}
