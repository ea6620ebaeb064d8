from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "apps.orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from apps.orders.queries import numbers_of_waybills
        from apps.tracking.references import name_work_orders

        name_work_orders(numbers_of_waybills)
