from apps.orders.services.arrangement import arrange_dispatch, tell_customer
from apps.orders.services.clocks import copy_dues
from apps.orders.services.confirm import Confirmation, confirm_order
from apps.orders.services.counts import compare_counts, declare_count, resolve_count
from apps.orders.services.drafts import discard_draft, save_draft
from apps.orders.services.entry import change_order, read_back_order, receive_order
from apps.orders.services.goods import remove_row, save_row
from apps.orders.services.intake import prepare_orders, read_order, take_orders
from apps.orders.services.moves import (
    assign_order,
    cancel_order,
    hold_order,
    release_order,
    set_follow_up_class,
)
from apps.orders.services.prints import print_order
from apps.orders.services.progress import WaybillMoved, follow_waybills
from apps.orders.services.reveal import open_original, reveal_order
from apps.orders.services.tasks import complete_task, postpone_task

__all__ = [
    "Confirmation",
    "WaybillMoved",
    "arrange_dispatch",
    "assign_order",
    "cancel_order",
    "change_order",
    "compare_counts",
    "complete_task",
    "confirm_order",
    "copy_dues",
    "declare_count",
    "discard_draft",
    "follow_waybills",
    "hold_order",
    "open_original",
    "postpone_task",
    "prepare_orders",
    "print_order",
    "read_back_order",
    "read_order",
    "receive_order",
    "release_order",
    "remove_row",
    "resolve_count",
    "reveal_order",
    "save_draft",
    "save_row",
    "set_follow_up_class",
    "take_orders",
    "tell_customer",
]
