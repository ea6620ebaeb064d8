"""Money taken at the door: where it is, and what may be decided about it (COD-7)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed
from apps.tracking.enums import CodMethod


class ItemState(ColourChoices):
    """Where the money of one shipment is. It is the merchant's from *collected* on; ``in_remittance`` is
    in one that is not released, ``remitted`` in one that is and that the ledger has taken off."""

    DUE = "due", _("Due at the door"), "grey"
    COLLECTED = "collected", _("With the courier or the payment provider"), "amber"
    COUNTED = "counted", _("Counted at the station"), "amber"
    DEPOSITED = "deposited", _("On its way to the bank"), "blue"
    BANKED = "banked", _("On the bank, payable"), "teal"
    IN_REMITTANCE = "in_remittance", _("In a remittance"), "purple"
    REMITTED = "remitted", _("Remitted to the merchant"), "green"
    REFUSED = "refused", _("Nothing was paid"), "red"
    RETURNED = "returned", _("Goods went back"), "grey"
    CLAWED_BACK = "clawed_back", _("Given back after a return"), "red"
    WRITTEN_OFF = "written_off", _("Written off"), "red"


# What the company owes merchants, one state after the other.
OWED = (
    ItemState.COLLECTED,
    ItemState.COUNTED,
    ItemState.DEPOSITED,
    ItemState.BANKED,
    ItemState.IN_REMITTANCE,
)
# Nothing was taken.
UNPAID = (ItemState.DUE, ItemState.REFUSED, ItemState.RETURNED, ItemState.WRITTEN_OFF)


class TakingKind(ColourChoices):
    """What a courier takes money for; without freight a cash-up never ties."""

    COD = "cod", _("COD"), "purple"
    FREIGHT_COLLECT = "freight_collect", _("Freight collect"), "blue"
    CASH_FREIGHT = "cash_freight", _("Cash freight"), "teal"
    REPAID = "repaid", _("Shortage repaid"), "amber"


class CashUpState(ColourChoices):
    OPEN = "open", _("Taking money"), "blue"
    DECLARED = "declared", _("Declared, to be counted"), "amber"
    COUNTED = "counted", _("Counted, with a difference"), "red"
    CLOSED = "closed", _("Closed"), "green"


class TransitState(ColourChoices):
    """Money that somebody said goes to the bank: a deposit, a provider's settlement."""

    SENT = "sent", _("Not on the bank yet"), "amber"
    SEEN = "seen", _("On the bank"), "green"
    VOID = "void", _("Taken back"), "grey"


class DecisionKind(ColourChoices):
    """What two people decide."""

    CHANGE = "change", _("Another amount at the door"), "blue"
    WRITE_OFF = "write_off", _("Amount due written off"), "red"
    WAIVER = "waiver", _("Courier's debt waived"), "red"
    OVERAGE = "overage", _("Overage kept as income"), "teal"
    DIFFERENCE = "difference", _("Provider's difference cleared"), "amber"


class DecisionState(ColourChoices):
    ASKED = "asked", _("Waits for approval"), "amber"
    DONE = "done", _("Done"), "green"
    REFUSED = "refused", _("Refused"), "red"
    VOID = "void", _("No longer possible"), "grey"


class DecisionSeat(ColourChoices):
    MANAGER = "manager", _("Department or project manager"), "purple"
    FINANCE = "finance", _("Finance"), "green"


class CodMatter(ColourChoices):
    """What has clocks here."""

    CASH_UP = "cash_up", _("Cash-up to be closed"), "amber"
    DEPOSIT = "cash_deposit", _("Deposit to be seen on the bank"), "blue"
    SETTLEMENT = "qr_settlement", _("Settlement to be seen on the bank"), "blue"
    CLAW_BACK = "claw_back", _("Claw-back to be settled"), "red"


MATTER_KINDS = {
    CodMatter.CASH_UP: Timed(seen_with="cod.view_cashup"),
    CodMatter.DEPOSIT: Timed(seen_with="cod.view_deposit"),
    CodMatter.SETTLEMENT: Timed(seen_with="cod.view_qrsettlement"),
    CodMatter.CLAW_BACK: Timed(seen_with="cod.view_clawback"),
}

# By which number the ledger knows a payment provider as a party: never another one.
PROVIDER_NUMBERS = {
    CodMethod.WECHAT: 1,
    CodMethod.ALIPAY: 2,
    CodMethod.CARD: 3,
    CodMethod.TRANSFER: 4,
}
