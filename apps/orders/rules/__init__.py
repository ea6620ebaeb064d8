from apps.orders.rules.clock import DUE_SOON, Clock, read_clock
from apps.orders.rules.completeness import missing_fields, settled_status
from apps.orders.rules.follow_up import FollowUpFacts, decide_class, delivery_due, task_times
from apps.orders.rules.goods import Finding, GoodsBook, ListedWord, check_goods
from apps.orders.rules.labels import label_address
from apps.orders.rules.pieces import Part, centre_kind, city_name, is_intra_city, parts_of

__all__ = [
    "DUE_SOON",
    "Clock",
    "Finding",
    "FollowUpFacts",
    "GoodsBook",
    "ListedWord",
    "Part",
    "centre_kind",
    "check_goods",
    "city_name",
    "decide_class",
    "delivery_due",
    "is_intra_city",
    "label_address",
    "missing_fields",
    "parts_of",
    "read_clock",
    "settled_status",
    "task_times",
]
