"""What lower floors have on the site (``core.site_notices``)."""

from collections.abc import Collection

from apps.core.site_notices import SiteNotice
from apps.notifications.models import Announcement
from apps.notifications.services.announcing import end_announcements as end

__all__ = ["end", "found"]


def found(event_ids: Collection[int]) -> dict[int, SiteNotice]:
    rows = Announcement.objects.filter(delivery__event__in=list(event_ids))
    return {
        row.delivery.event_id: SiteNotice(
            row.starts_at, row.ends_at, row.withdrawn_at, row.withdrawn_by
        )
        for row in rows.select_related("delivery", "withdrawn_by")
        if row.delivery and row.delivery.event_id
    }
