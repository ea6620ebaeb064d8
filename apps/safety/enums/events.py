"""What a timeline calls what happens here; the events floor gathers these."""

from django.utils.translation import gettext_lazy as _

from apps.safety.enums.alerts import AlertKind
from apps.safety.enums.seals import Tampering

EVENT_KINDS = {
    "sealfinding.found": _("Tampering with the record found"),
    "sealfinding.explained": _("Tampering explained"),
    "seal.released": _("Sealed rows released"),
    "securityalert.raised": _("Unusual access noticed"),
    "securityalert.harmless": _("Access found harmless"),
    "securityalert.investigated": _("Access put under investigation"),
    "alertrule.changed": _("Rule about access changed"),
    "accountcheck.planned": _("Security check planned"),
    "accountcheck.done": _("Security check carried out"),
    "accountcheck.dropped": _("Security check dropped with its account"),
    "accountcheck.followed_up": _("Finding of a check put right"),
    "accountcheck.handed_over": _("Finding of a check given to somebody else"),
    "checkitem.changed": _("Checklist of accounts changed"),
    "accounttrail.exported": _("What happened to accounts exported"),
}
EVENT_DETAILS = {
    "sealfinding.found/tampering": _("What was done"),
    "sealfinding.found/table": _("Table"),
    "sealfinding.found/rows": _("Rows"),
    "sealfinding.found/count": _("How many"),
    "sealfinding.found/seals": _("Seals"),
    "seal.released/table": _("Table"),
    "seal.released/to_row": _("To row"),
    "securityalert.raised/rule": _("Rule"),
    "securityalert.raised/person": _("Person"),
    "securityalert.raised/what": _("What happened"),
    "alertrule.changed/rule": _("Rule"),
    "accountcheck.planned/account": _("Account"),
    "accountcheck.done/account": _("Account"),
    "accountcheck.done/findings": _("Findings"),
    "accountcheck.dropped/account": _("Account"),
    "accountcheck.followed_up/what": _("Finding"),
    "accountcheck.handed_over/what": _("Finding"),
    "accountcheck.handed_over/to": _("To"),
    "checkitem.changed/item": _("Question"),
}
EVENT_VALUES = {
    "sealfinding.found/tampering": Tampering,
    "securityalert.raised/rule": AlertKind,
    "alertrule.changed/rule": AlertKind,
}
EVENT_ROWS = ("alert", "check", "finding")
