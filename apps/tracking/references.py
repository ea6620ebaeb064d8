"""What floors above add to a list of shipments, without this floor knowing them."""

from collections.abc import Callable, Collection

# Waybill ids → the work order number of each.
Loader = Callable[[Collection[int]], dict[int, str]]
_loaders: list[Loader] = []


def name_work_orders(loader: Loader) -> Loader:
    """Register where work order numbers come from; the orders app does so when it starts."""
    if loader not in _loaders:
        _loaders.append(loader)
    return loader


def work_orders_of(waybill_ids: Collection[int]) -> dict[int, str]:
    """Work order numbers, one call for a whole page of shipments."""
    found: dict[int, str] = {}
    for loader in _loaders:
        found.update(loader(waybill_ids))
    return found
