"""What a page, a list, an event may say of what a report says: without the people in it. Pure."""

from apps.complaints.rules.privacy import names_about
from apps.core.masking import Known, mask_text
from apps.quality.models import ExceptionReport


def masked_report(text: str, report: ExceptionReport) -> str:
    """What a report says, without the people of its shipment and of its case."""
    return mask_text(text, Known.people(names_about(report.case, report.waybill)))
