"""Addresses of many rows are those that Django would look up one by one."""

from django.test import override_settings
from django.urls import reverse

from apps.core.addresses import address_of


def test_they_are_the_same_whatever_the_row() -> None:
    for number in (1, 73, 123456789012):
        address = address_of("admin:orders_workorder_change", number)
        assert address == reverse("admin:orders_workorder_change", args=[number])
    for number in ("YP123456789012", "CS20261126-97489101"):
        address = address_of("admin:complaints_case_page", number)
        assert address == reverse("admin:complaints_case_page", args=[number])
    clock = ("orders", "workorder", 5)
    assert address_of("admin:sla_clock_of", *clock) == reverse("admin:sla_clock_of", args=clock)


def test_another_set_of_addresses_is_looked_up_anew() -> None:
    assert address_of("admin:orders_workorder_change", 1).startswith("/admin/")
    with override_settings(FORCE_SCRIPT_NAME="/house"):
        here = reverse("admin:orders_workorder_change", args=[1])
        assert address_of("admin:orders_workorder_change", 1) == here
