"""Gaps, and the ribbon of two weeks on which they are seen and planned away."""

from datetime import date, datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import Unit
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import put_refusal
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.core.errors import BadInput, RuleBroken
from apps.shifts import forms, services
from apps.shifts.admin.lists import GapList
from apps.shifts.enums import GapEnd
from apps.shifts.models import Gap, Need
from apps.shifts.queries.ribbon import ribbon
from apps.shifts.queries.taking_over import holders, volunteers, with_reach

PLAN, TAKE = "accounts.manage_dutyshift", "shifts.take_gap"


def _is_open(gap: Gap) -> bool:
    return gap.closed_at is None and gap.ends_at > timezone.now()


def _take(context: ActContext) -> None:
    services.take_gap(gap_id=context.record.pk, **context.who)


def _ask(context: ActContext) -> None:
    users = list(context.typed["users"])
    services.ask_volunteers(gap_id=context.record.pk, users=users, **context.who)


def _fill(context: ActContext) -> None:
    gap, here = context.record, timezone.localtime
    services.plan_person(
        user=context.typed["user"], role=gap.role, unit=gap.unit,
        day=here(gap.starts_at).date(), begins=f"{here(gap.starts_at):%H:%M}",
        ends=f"{here(gap.ends_at):%H:%M}", **context.who,
    )  # fmt: skip


def _free(context: ActContext) -> dict[str, Any]:
    return {"people": volunteers(context.record)}


ACTS = (
    Act("take", _("I take it"), TAKE, _take, may=_is_open, is_panel=True,
        explains=_("You are on the roster for this time. Whoever takes it first has it."),
        done=_("You are on the roster. Thank you.")),
    Act("ask", _("Ask colleagues"), PLAN, _ask, form=forms.AskForm, options=_free, may=_is_open, is_panel=True,
        explains=_("They get a message with a link; whoever takes it first has it. ⚠ marks who cannot be reached."),
        done=_("They have been asked.")),
    Act("fill", _("Put a colleague on the roster"), PLAN, _fill, form=forms.FillGapForm, options=_free, may=_is_open,
        is_panel=True, done=_("The colleague is on the roster.")),
)  # fmt: skip


@admin.register(Gap)
class GapAdmin(ListAdmin, PanelAdmin):
    acts = ACTS
    listing = GapList()
    page_template = "shifts/gap.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = Gap.objects.visible_to(person(request))
        return rows.select_related("unit", "need", "closed_by")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("ribbon/", self.ribbon_view, "ribbon"), *super().own_pages()]

    def facts(self, request: HttpRequest, record: Gap) -> dict[str, Any]:
        closed = GapEnd(record.closed_as) if record.closed_as else None
        return {"title": str(record), "role": Role(record.role), "closed": closed}

    def ribbon_view(self, request: HttpRequest) -> HttpResponseBase:
        """A unit and role in half-hour cells; the form below plans by keyboard, and each gap leads to it filled in."""
        must(request, PLAN)
        at, given = timezone.now(), request.GET
        unit, role = _chosen(request)
        if unit is None:
            return self.page(request, "shifts/ribbon.html", _("Roster of two weeks"), unit=None)
        first = parse_date_or(given.get("first", ""), timezone.localdate(at))
        people = with_reach(list(holders(role, unit, at)))
        initial = {name: given[name] for name in ("day", "begins", "ends") if name in given}
        moves = "shift" in request.POST
        form = forms.PlanForm(
            request.POST if request.POST and not moves else None, initial=initial, people=people
        )
        if moves and (moved := self._moved(request, unit, role, at)):
            return moved
        if request.method == "POST" and not moves and form.is_valid():
            try:
                services.plan_person(
                    unit=unit, role=role, by=person(request), at=at, **form.cleaned_data
                )
                messages.success(request, gettext("The colleague is on the roster."))
                where = reverse("admin:shifts_gap_ribbon")
                return HttpResponseRedirect(f"{where}?unit={unit.pk}&role={role}&first={first}")
            except RuleBroken as refusal:
                put_refusal(form, refusal)
        shown = ribbon(unit, role, first, at)
        choices = _choices(request)
        answer = self.page(
            request, "shifts/ribbon.html", _("Roster of two weeks"), unit=unit, role=Role(role),
            ribbon=shown, form=form, first=first, choices=choices, hours=range(0, 24, 2),
            people=shown.people, now=at,
        )  # fmt: skip
        answer.status_code = 422 if form.errors or moves else 200
        return answer

    def _moved(
        self, request: HttpRequest, unit: Unit, role: str, at: datetime
    ) -> HttpResponseBase | None:
        """Away to the ribbon once the shift is moved; None, with the reason said, where it is refused."""
        form = forms.MoveForm(request.POST, unit=unit, role=role)
        try:
            if not form.is_valid():
                raise BadInput(
                    gettext("Choose a shift of this roster."), code="no_shift", field="shift"
                )
            given = form.cleaned_data
            shift = services.move_shift(
                shift_id=given["shift"].pk,
                start=given["start"],
                end=given["end"],
                by=person(request),
                at=at,
            )
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return None
        here = timezone.localtime
        span = f"{here(shift.starts_at):%m-%d %H:%M} – {here(shift.ends_at):%m-%d %H:%M}"
        message = gettext("The shift is moved: %(name)s, %(span)s.")
        messages.success(request, message % {"name": shift.user.display_name, "span": span})
        return HttpResponseRedirect(request.get_full_path())


def parse_date_or(text: str, other: date) -> date:
    """The day of an address, or ``other`` for what is none."""
    try:
        return parse_date(text) or other
    except ValueError:
        return other


def _choices(request: HttpRequest) -> list[tuple[int, str, str, str]]:
    """(unit, role, unit's name, role's name) of each that people are needed in."""
    rows = (
        Need.objects.visible_to(person(request))
        .select_related("unit")
        .order_by("unit__path", "role")
    )
    found = {(need.unit_id, need.role): need.unit.name for need in rows}
    return [(pk, role, name, str(Role(role).label)) for (pk, role), name in found.items()]


def _chosen(request: HttpRequest) -> tuple[Unit | None, str]:
    """The unit and role asked for; else the first that people are needed in."""
    given = request.GET.get("unit", "")
    role = request.GET.get("role", "")
    units = person(request).visible_unit_ids()
    known = (
        Unit.objects.filter(pk=int(given)).first()
        if given.isdecimal() and len(given) < 10
        else None
    )
    if known is not None and role in Role.values and (units is None or known.pk in units):
        return known, role
    first = next(iter(_choices(request)), None)
    return (Unit.objects.get(pk=first[0]), first[1]) if first else (None, "")
