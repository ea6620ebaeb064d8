"""What events of remittances are called, and their details."""

from django.utils.translation import gettext_lazy as _

from apps.cod.enums.remittances import Cycle, HoldReason

EVENT_KINDS = {
    "advancepolicy.approved": _("Paying ahead of the bank approved"),
    "advancepolicy.asked": _("Paying ahead of the bank asked for"),
    "advancepolicy.ended": _("Paying ahead of the bank ended"),
    "advancepolicy.refused": _("Paying ahead of the bank refused"),
    "remittance.advance_cleared": _("Money paid ahead seen on the bank"),
    "remittance.exported": _("Settlement report downloaded"),
    "remittance.held": _("Remittance held"),
    "remittance.paid": _("Remittance with the merchant"),
    "remittance.payee_renewed": _("Payout account renewed"),
    "remittance.prepared": _("Remittance prepared"),
    "remittance.refused": _("Release refused"),
    "remittance.released": _("Remittance released"),
    "remittance.returned": _("Remittance returned by the bank"),
    "remittance.unclear": _("Outcome of the remittance unknown"),
    "remittance.withdrawn": _("Remittance withdrawn"),
    "remittanceterms.set": _("Remittance terms set"),
}
EVENT_VALUES = {
    "remittance.held/reason": HoldReason,
    "remittanceterms.set/cycle": Cycle,
}
EVENT_DETAILS = {
    "remittance.exported/as": _("File"),
    "remittance.payee_renewed/account": _("Payout account"),
    "advancepolicy.asked/limit": _("Limit"),
    "advancepolicy.asked/since": _("Since"),
    "remittance.advance_cleared/shipments": _("Shipments"),
    "remittance.prepared/shipments": _("Shipments"),
    "remittanceterms.set/cycle": _("Cycle"),
    "remittanceterms.set/days": _("Days"),
    "remittanceterms.set/since": _("Since"),
}
