from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "apps.orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from apps.orders.queries import numbers_of_waybills, prices
        from apps.pricing.queries.effects import provide_shipments
        from apps.pricing.queries.service_names import name_services
        from apps.tracking.references import name_work_orders

        name_work_orders(numbers_of_waybills)
        name_services(prices.level_names)
        provide_shipments(prices.confirmed_shipments)
