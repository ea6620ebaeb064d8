from apps.orders.admin.counts import DeclaredCountAdmin
from apps.orders.admin.goods import HarmlessTermAdmin, ProhibitedListAdmin, ProhibitedTermAdmin
from apps.orders.admin.orders import WorkOrderAdmin
from apps.orders.admin.queue import PrintJobAdmin
from apps.orders.admin.tasks import FollowUpTaskAdmin, FollowUpTemplateAdmin

__all__ = [
    "DeclaredCountAdmin",
    "FollowUpTaskAdmin",
    "FollowUpTemplateAdmin",
    "HarmlessTermAdmin",
    "PrintJobAdmin",
    "ProhibitedListAdmin",
    "ProhibitedTermAdmin",
    "WorkOrderAdmin",
]
