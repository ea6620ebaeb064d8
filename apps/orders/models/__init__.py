from apps.orders.models.counts import DeclaredCount
from apps.orders.models.dispatch import DispatchArrangement, PrintJob
from apps.orders.models.follow_up import FollowUpTask, FollowUpTemplate
from apps.orders.models.goods import HarmlessTerm, ProhibitedList, ProhibitedTerm
from apps.orders.models.prints import PrintRecord
from apps.orders.models.work_order import WorkOrder, WorkOrderWaybill

__all__ = [
    "DeclaredCount",
    "DispatchArrangement",
    "FollowUpTask",
    "FollowUpTemplate",
    "HarmlessTerm",
    "PrintJob",
    "PrintRecord",
    "ProhibitedList",
    "ProhibitedTerm",
    "WorkOrder",
    "WorkOrderWaybill",
]
