"""What doors hand to the services: clean values, no database rows but those looked up already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apps.accounts.enums import Language
from apps.complaints.enums import CaseChannel, CaseClass, EntryKind, Severity

if TYPE_CHECKING:
    from apps.accounts.models import Unit
    from apps.complaints.models import Case
    from apps.customers.models import Customer
    from apps.orders.models import WorkOrder
    from apps.tracking.models import Waybill


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a customer brings (CMP-1). Personal data in clear; the service encrypts and masks.

    ``title`` may be empty: the first words of the description serve. ``severity`` None lets the
    rules decide. ``keep``: whoever took it down keeps it, the rules are not asked.
    ``source_key``: what the channel calls it ("mail:<Message-ID>", "api:7:order-42",
    "chat:<uuid>"); a second case with the same key is not opened. ``extras``: what apps of the
    floors above store of it, by the names of their extensions (``complaints.extensions``).
    """

    case_class: CaseClass
    channel: CaseChannel
    description: str
    title: str = ""
    customer: "Customer | None" = None
    waybill: "Waybill | None" = None
    order: "WorkOrder | None" = None
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    contact_wechat: str = ""
    language: Language = Language.CHINESE
    severity: Severity | None = None
    severity_reason: str = ""
    is_direct: bool | None = None
    unit: "Unit | None" = None
    keep: bool = False
    source_key: str = ""
    external_id: str = ""
    author_label: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """``is_new`` False: a case with the same source key was there; nothing was changed."""

    case: "Case"
    is_new: bool


@dataclass(frozen=True, slots=True)
class NewMessage:
    """One message or call. ``at`` is when it was written or spoken; the clocks are met at that instant.
    ``is_unverified``: somebody says they are the customer, and nothing proves it. ``used``: codes of the
    articles whose replies it was made of."""

    kind: EntryKind
    text: str
    channel: CaseChannel
    external_id: str = ""
    author_label: str = ""
    reached: bool | None = None
    is_unverified: bool = False
    used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseChanges:
    """What the case's form saves; None leaves a field as it is."""

    title: str | None = None
    case_class: CaseClass | None = None
    severity: Severity | None = None
    severity_reason: str = ""
    is_direct: bool | None = None
    customer_id: int | None = None
    waybill_id: int | None = None
    order_id: int | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    contact_wechat: str | None = None
    language: Language | None = None
    cause_id: int | None = None
    clear: frozenset[str] = field(default_factory=frozenset)  # "customer", "waybill", "order"
