"""What a timeline calls each kind of event; the events floor gathers these."""

from django.utils.translation import gettext_lazy as _

from apps.tracking.enums.batch import Door
from apps.tracking.enums.delivery import (
    ConfirmedBy,
    DocumentState,
    HandedOverAt,
    Party,
    Satisfaction,
    Signer,
)
from apps.tracking.enums.late import LateCause, LateKind, LateOutcome
from apps.tracking.enums.party import PartyRole
from apps.tracking.enums.stage import Stage
from apps.tracking.enums.status import Reason, Status

EVENT_KINDS = {
    "eventbatch.imported": _("Spreadsheet imported"),
    "eventbatch.received": _("Events received"),
    "feedback_sheet.sent": _("Feedback sheet sent"),
    "lateshipment.opened": _("Found late"),
    "partneragreement.added": _("Agreement recorded"),
    "partneragreement.changed": _("Agreement changed"),
    "partnercarrier.signature_refused": _("Partner's signature refused"),
    "refusedevent.accepted": _("Refused event accepted on retry"),
    "refusedevent.dropped": _("Refused event dropped"),
    "returndocument.expected": _("Return document expected"),
    "returndocument.moved": _("Return document moved on"),
    "servicelane.added": _("Standard times recorded"),
    "servicelane.changed": _("Standard times changed"),
    "servicelevel.added": _("Service level recorded"),
    "servicelevel.changed": _("Service level changed"),
    "silencelimit.added": _("Silence limit recorded"),
    "silencelimit.changed": _("Silence limit changed"),
    "waybill.cod_changed": _("COD amount changed"),
    "courier.added": _("Courier recorded"),
    "courier.changed": _("Courier changed"),
    "waybill.event_corrected": _("Event corrected"),
    "waybill.issued": _("Waybill issued"),
    "waybill.late_resolved": _("Lateness resolved"),
    "waybill.partner_number_attached": _("Partner number attached"),
    "waybill.party_proved": _("A party proved itself"),
    "waybill.promise_changed": _("Promise changed"),
    "waybill.proof_corrected": _("Proof of delivery corrected"),
    "waybill.proof_recorded": _("Proof of delivery recorded"),
    "waybill.revealed": _("Personal data revealed"),
    "waybill.running_late": _("Running late"),
    "waybill.satisfaction_recorded": _("Satisfaction recorded"),
    "waybill.signer_authorised": _("Another signer authorised"),
    "waybill.signer_revoked": _("Signer's authorisation withdrawn"),
    "waybill.station_consent_revoked": _("Consent to a station withdrawn"),
    "waybill.station_consented": _("Station or locker consented to"),
    "waybill.stage_assigned": _("Who carries a stage decided"),
    "waybill.status_changed": _("Status changed"),
    "waybill.weighed": _("Weighed"),
}

# The words of the codes that events hold; orders tick steps off by the status of a waybill.
EVENT_VALUES = {
    "confirmed": ConfirmedBy,
    "cause": LateCause,
    "why": LateKind,
    "door": Door,
    "party": Party,
    "satisfaction": Satisfaction,
    "handed_over": HandedOverAt,
    "waybill.party_proved/role": PartyRole,
    "waybill.proof_recorded/signer": Signer,
    "waybill.stage_assigned/stage": Stage,
    "waybill.status_changed/from": Status,
    "waybill.status_changed/to": Status,
    "waybill.status_changed/reason": Reason,
    "returndocument.moved/from": DocumentState,
    "returndocument.moved/to": DocumentState,
    "waybill.late_resolved/outcome": LateOutcome,
    "followup.completed/outcome": Status,
}
# What the details of events are called: everywhere, or ("kind/detail") in events of one kind.
EVENT_DETAILS = {
    "accepted": _("Accepted"),
    "afterwards": _("After the stage was over"),
    "all_well": _("All well"),
    "carrier": _("Partner carrier"),
    "cause": _("Cause"),
    "cod_paid": _("COD paid"),
    "comment": _("Comment"),
    "waybill.issued/cod": _("To be paid at the door"),
    "confirmed": _("Confirmed by"),
    "count": _("Waybills"),
    "door": _("Source"),
    "expected": _("Expected"),
    "first_day": _("First day"),
    "handed_over": _("Handed over"),
    "last_day": _("Last day"),
    "now": _("Now"),
    "occurred_at": _("Happened"),
    "party": _("Told"),
    "photos": _("Photos"),
    "place": _("Place"),
    "promised": _("Promised"),
    "reached": _("Reached"),
    "repeated": _("Already known"),
    "satisfaction": _("Satisfied?"),
    "shipments": _("Shipments"),
    "signer": _("Signed by"),
    "stage": _("Stage"),
    "volume": _("Volume"),
    "volume_before": _("Volume before"),
    "weight": _("Weight"),
    "weight_before": _("Weight before"),
    "why": _("Cause"),
}
# Numbers of rows, which say nothing to a person.
EVENT_ROWS = ("courier", "event", "old_event", "signer", "waybill")
