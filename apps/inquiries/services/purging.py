"""What is kept no longer than it is needed."""

from datetime import datetime, timedelta

from apps.inquiries.enums import Way
from apps.inquiries.models import InboundMessage
from apps.inquiries.services.claiming import KEEP_DAYS


def purge(*, at: datetime) -> int:
    """Messages by WeChat and SMS that nobody redelivers any more. Mails stay: they
    are correspondence, with what was attached to them."""
    deleted, _per_model = InboundMessage.objects.filter(
        way__in=[Way.WECHAT, Way.SMS], received_at__lt=at - timedelta(days=KEEP_DAYS)
    ).delete()
    return deleted
