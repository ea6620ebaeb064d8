from apps.tracking.models.agreement import PartnerAgreement
from apps.tracking.models.batch import EventBatch, RefusedEvent
from apps.tracking.models.courier import Courier
from apps.tracking.models.event import TrackingEvent
from apps.tracking.models.feedback import FeedbackSheet, ShipmentFeedback
from apps.tracking.models.hold import ShipmentHold
from apps.tracking.models.late import LateShipment, ShipmentWatch
from apps.tracking.models.pages import Delivery, PartnerScore, Scan, StageOverrun
from apps.tracking.models.partner import PartnerCarrier, PartnerNumber
from apps.tracking.models.permission_to_sign import AuthorisedSigner, DeliveryConsent
from apps.tracking.models.pod import ProofOfDelivery, ProofPhoto
from apps.tracking.models.return_document import ReturnDocument, ReturnDocumentMove
from apps.tracking.models.series import NumberSeries
from apps.tracking.models.service_level import (
    PromiseChange,
    ServiceLane,
    ServiceLevel,
    SilenceLimit,
)
from apps.tracking.models.stage_assignment import StageAssignment
from apps.tracking.models.waybill import Waybill, WaybillQuerySet

__all__ = [
    "AuthorisedSigner",
    "Courier",
    "Delivery",
    "DeliveryConsent",
    "EventBatch",
    "FeedbackSheet",
    "LateShipment",
    "NumberSeries",
    "PartnerAgreement",
    "PartnerCarrier",
    "PartnerNumber",
    "PartnerScore",
    "PromiseChange",
    "ProofOfDelivery",
    "ProofPhoto",
    "RefusedEvent",
    "ReturnDocument",
    "ReturnDocumentMove",
    "Scan",
    "ServiceLane",
    "ServiceLevel",
    "ShipmentFeedback",
    "ShipmentHold",
    "ShipmentWatch",
    "SilenceLimit",
    "StageAssignment",
    "StageOverrun",
    "TrackingEvent",
    "Waybill",
    "WaybillQuerySet",
]
