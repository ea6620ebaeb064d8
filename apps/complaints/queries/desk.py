"""Everything on the page of one case, in a number of queries that does not grow (CMP-1); what an
act's form needs is read when the form is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from apps.accounts.enums import Role
from apps.accounts.models import User, UserRole
from apps.complaints.models import FROM_CUSTOMER, TO_CUSTOMER, Case, CaseEntry
from apps.complaints.queries.clock_lines import ClockLine, clock_lines
from apps.complaints.queries.context import Guide, ready_guides, rule_name
from apps.complaints.queries.history import Duplicate, history_of, possible_duplicates
from apps.complaints.queries.known import Known, known_of
from apps.complaints.queries.page import CasePage, Line, case_page
from apps.complaints.queries.team import load_of, report_recipients
from apps.complaints.rules.privacy import masked
from apps.orders.queries.shipment_card import ShipmentCard, visible_card

SHOWN = 6
# Who may be given a case: those who work on them by their role (roles.py).
TEAM = (
    *(Role.AGENT, Role.DIRECTOR, Role.DEPARTMENT_MANAGER, Role.PROJECT_MANAGER),
    *(Role.QC_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER),
)


@dataclass(frozen=True, slots=True)
class DeskPage:
    page: CasePage
    lines: list[Line]  # newest first
    clocks: list[ClockLine]
    shipment: ShipmentCard | None
    history: list[Case]
    duplicates: list[Duplicate]
    known: list[Known]
    guides: list[Guide]
    severity_reason: str

    @property
    def case(self) -> Case:
        return self.page.case

    @property
    def promises(self) -> list[ClockLine]:
        return [line for line in self.clocks if line.is_promise]

    @property
    def newest(self) -> int:
        """The last entry this page shows; what comes after it is news."""
        return max((line.pk for line in self.lines), default=0)


def desk_page(number: str, user: User, at: datetime) -> DeskPage:
    """Case.DoesNotExist for whoever may not see it, as for one that is not there."""
    page = case_page(number, user)
    case = page.case
    known = known_of(case, user, at, page.clocks)
    guides = ready_guides(case, user, at, clocks=page.clocks)
    same = {"customer_id": case.customer_id, "phone": case.contact_phone}
    return DeskPage(
        page=page,
        lines=page.lines[::-1],
        clocks=clock_lines(page.clocks),
        shipment=visible_card(case.waybill_id, user, at),
        history=list(
            history_of(user, email=case.contact_email, **same).exclude(pk=case.pk)[:SHOWN]
        ),
        duplicates=duplicates_of(case, user, at),
        known=known,
        guides=[one for one in guides if one.code not in {row.code for row in known}],
        severity_reason=rule_name(case.severity_reason),
    )


def duplicates_of(case: Case, user: User, at: datetime) -> list[Duplicate]:
    """Live cases that may be the same matter; none for a case that is over."""
    if not case.is_live:
        return []
    found = possible_duplicates(
        user,
        at=at,
        customer_id=case.customer_id,
        waybill_id=case.waybill_id,
        phone=case.contact_phone,
        email=case.contact_email,
        text=case.search_text,
        apart_from=case.pk,
    )
    return [one for one in found if one.case.is_live]


def people_to_give_to(user: User) -> list[tuple[int, str, int]]:
    """(id, name, cases in hand) of ``colleagues``, least in hand first; two queries."""
    names = colleagues(user)
    rows = [(one.user_id, names[one.user_id], one.in_hand) for one in load_of(list(names))]
    return sorted(rows, key=lambda row: (row[2], row[1]))


def colleagues(user: User) -> dict[int, str]:
    """Names of those who work on cases in the units ``user`` sees or above them, in their order;
    one query."""
    held = UserRole.objects.current().filter(role__in=TEAM)
    units = user.visible_unit_ids()
    if units is not None:
        paths = [path for _role, path in user.current_roles]
        held = held.filter(Q(unit__in=units) | Q(unit__path__in=_above(paths)))
    people = User.objects.active().people().filter(pk__in=held.values("user_id"))
    names = [(str(one), one.pk) for one in people.only("username", "display_name", "kind")]
    return {pk: name for name, pk in sorted(names)}


def _above(paths: Sequence[str]) -> set[str]:
    """The paths of all units above: "HQ/SHA/PD/" → "HQ/", "HQ/SHA/"."""
    found = set()
    for path in paths:
        parts = path.strip("/").split("/")
        found |= {"/".join(parts[:n]) + "/" for n in range(1, len(parts))}
    return found


def newest_entry() -> int:
    """What comes after it, in any case, is news to whoever opens a page now."""
    found: int | None = CaseEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    return found or 0


def entries_since(case: Case, entry_id: int, user: User) -> list[CaseEntry]:
    """What the customer has written and colleagues have told them since the page was opened, oldest
    first; masked by the reader. One query."""
    return list(
        CaseEntry.objects.filter(
            case=case, pk__gt=entry_id, kind__in=[*FROM_CUSTOMER, *TO_CUSTOMER]
        )
        .exclude(by=user)
        .select_related("by")
        .order_by("pk")[:5]
    )


def news_since(case: Case, entry_id: int, user: User) -> list[dict[str, Any]]:
    """Entries of others since the page was opened, for its banner: who, what kind, first words."""
    rows = CaseEntry.objects.filter(case=case, pk__gt=entry_id).exclude(by=user)
    return [
        {
            "who": row.author_label or str(row.by),
            "what": str(row.get_kind_display()),
            "text": masked(row.text, case)[:80],
        }
        for row in rows.select_related("by").order_by("pk")[:5]
    ]


def report_recipient_names(case: Case, at: datetime) -> list[str]:
    """Names of those the agent reports it to (CMP-2)."""
    return [str(person) for person in report_recipients(case, at)]
