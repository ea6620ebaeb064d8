"""What happens to the back office's own things."""

from django.utils.translation import gettext_lazy as _

# Gathered by the events floor.
EVENT_KINDS = {
    "saved_filter.saved": _("Filter saved"),
    "saved_filter.removed": _("Filter removed"),
}
