"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import COUNT, FROM, GOODS, HOUSE, NUMBERS, ORDER, TO, Topic, staff_topic

TOPICS = (
    Topic(
        "order.confirmed",
        _("Order confirmed"),
        (ORDER, COUNT, NUMBERS, FROM, TO, GOODS, *HOUSE),
    ),
    staff_topic("staff.order_assigned", _("Order given to an agent (staff)")),
    staff_topic("staff.order_to_print", _("Order to print (staff)")),
    staff_topic("staff.count_mismatch", _("Number of orders differs (staff)")),
)
