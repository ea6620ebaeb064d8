"""Lists of cases: filtered, searched, newest first, never counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.complaints.enums import CaseChannel, CaseClass, CaseState, Severity
from apps.complaints.models import LIVE_VALUES, Case, CaseQuerySet
from apps.complaints.queries.searching import cases_found
from apps.core.typed import LONGEST_SEVERAL

if TYPE_CHECKING:
    from apps.accounts.models import User

LIVE_ONLY = "live"  # of CaseFilter.states: whatever somebody still has to do something about


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list shows. Empty means any; ``states`` may be (LIVE_ONLY,)."""

    text: str = ""
    states: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    owner_id: int | None = None
    unowned: bool = False
    unit_id: int | None = None
    customer_id: int | None = None
    waybill_id: int | None = None
    cause_code: str = ""  # a cause and all below it
    awaiting: bool = False  # the customer had the last word
    opened_from: datetime | None = None
    opened_before: datetime | None = None

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "CaseFilter":
        """From a saved filter or an address; what makes no sense is left out."""
        known = {
            "states": {*CaseState.values, LIVE_ONLY},
            "classes": set(CaseClass.values),
            "severities": set(Severity.values),
            "channels": set(CaseChannel.values),
        }
        values: dict[str, Any] = {}
        for name, allowed in known.items():
            chosen = query.get(name) or ()
            chosen = (chosen,) if isinstance(chosen, str) else chosen
            values[name] = tuple(one for one in chosen if one in allowed)
        for name in ("owner_id", "unit_id", "customer_id", "waybill_id"):
            number = str(query.get(name) or "")
            values[name] = int(number) if number.isascii() and number.isdigit() else None
        for name in ("unowned", "awaiting"):
            values[name] = query.get(name) in (True, "1", "true", "on")
        for name in ("text", "cause_code"):
            most = LONGEST_SEVERAL if name == "text" else 80
            values[name] = str(query.get(name) or "")[:most]
        return cls(**values)


def case_list(user: "User", filters: CaseFilter | None = None) -> CaseQuerySet:
    """The cases ``user`` may see, newest first, with all that a row shows at hand (one query) and
    without the long columns. To be cut by the page: ``[:51]``, and ``.filter(pk__lt=last)`` for
    the next one; nothing here counts."""
    filters = filters or CaseFilter()
    cases = Case.objects.visible_to(user)
    cases = _within(cases, filters)
    if filters.text.strip():
        cases = cases_found(cases, filters.text, user=user)
    return (
        cases.light()
        .select_related("customer", "waybill", "owner", "unit", "merged_into")
        .only(*LISTED)
        .order_by("-pk")
    )


LISTED = (
    *("number", "case_class", "severity", "channel", "state", "title", "is_direct", "language"),
    *("contact_name", "contact_phone", "created_at", "updated_at", "awaits_answer"),
    *("satisfied_score", "reopened_count", "version", "closed_at"),
    *("customer__code", "customer__name", "customer__short_name", "customer__key_account"),
    *("waybill__number", "waybill__status", "waybill__status_reason", "unit__name"),
    *("owner__display_name", "owner__username", "owner__kind", "merged_into__number"),
)


def _within(cases: CaseQuerySet, filters: CaseFilter) -> CaseQuerySet:
    cases = _of_states(cases, filters.states)
    for name, chosen in (
        ("case_class__in", filters.classes),
        ("severity__in", filters.severities),
        ("channel__in", filters.channels),
        ("owner", filters.owner_id),
        ("unit", filters.unit_id),
        ("customer", filters.customer_id),
        ("waybill", filters.waybill_id),
        ("cause__code__startswith", filters.cause_code),
        ("created_at__gte", filters.opened_from),
        ("created_at__lt", filters.opened_before),
    ):
        if chosen:
            cases = cases.filter(**{name: chosen})
    if filters.unowned:
        cases = cases.filter(owner__isnull=True)
    if filters.awaiting:
        cases = cases.filter(awaits_answer=True)
    return cases


def _of_states(cases: CaseQuerySet, states: tuple[str, ...]) -> CaseQuerySet:
    """Written so that the partial indexes on live states are used wherever they can be."""
    if not states:
        return cases
    wanted = set(states)
    if LIVE_ONLY in wanted:
        wanted = wanted - {LIVE_ONLY} | set(LIVE_VALUES)
    if wanted <= set(LIVE_VALUES):
        cases = cases.live()
        if wanted == set(LIVE_VALUES):
            return cases
    return cases.filter(state__in=sorted(wanted))
