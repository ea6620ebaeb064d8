"""What services are called. They stand on floors above, which say here how to read them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.customers.enums import JobType

Reader = Callable[[], Mapping[str, Any]]
_readers: dict[str, Reader] = {}
# Jobs that no service level names.
OWN: Mapping[str, Any] = {JobType.DEDICATED.value: JobType.DEDICATED.label, "storage": _("Storage")}


def name_services(read: Reader) -> Reader:
    """``read`` gives code → name in the page's language."""
    _readers[f"{read.__module__}.{read.__name__}"] = read
    return read


def service_name(code: str) -> str:
    """What the service of this code is called, or the code itself if no floor knows it."""
    return service_names().get(code, code)


def service_names() -> dict[str, str]:
    found = {code: str(name) for code, name in OWN.items()}
    for read in _readers.values():
        found |= {code: str(name) for code, name in read().items()}
    return dict(sorted(found.items(), key=lambda pair: pair[0] != "standard"))
