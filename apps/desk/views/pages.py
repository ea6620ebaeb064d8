"""The staff pages that look across floors: search, and everything about one shipment."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.backoffice.navigation import find_pages, rights_of
from apps.complaints.forms.lists import METRICS
from apps.complaints.models import Case
from apps.complaints.services import take_case
from apps.core.errors import BadInput, RuleBroken
from apps.core.moments import read_moment
from apps.core.times import relative
from apps.customers.models import Customer
from apps.desk import queries
from apps.desk.queries.team import team
from apps.desk.views.figures import team_figures
from apps.desk.views.shared import person_of, show
from apps.orders.models import WorkOrder
from apps.quality.models import ExceptionReport
from apps.sla.services import keep_promise
from apps.tracking.models import Waybill
from apps.tracking.services import reveal_waybill


@require_GET
def _search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")
    user = person_of(request)
    found, pages = queries.search(text, user=user), find_pages(rights_of(user), text)
    if found.only is not None and not pages:
        return redirect(_address(found.only))
    return show(request, "desk/search.html", _("Search"), found=found, pages=pages, desk_query=text)


@require_GET
def _moment(request: HttpRequest) -> JsonResponse:
    """While a time is typed as it is said: the instant that would be saved, or why there is none."""
    zone = timezone.get_current_timezone()
    try:
        meant = read_moment(request.GET.get("text", "")[:40], timezone.now(), zone, field="moment")
    except BadInput as refusal:
        return JsonResponse({"problem": str(refusal)})
    day = date_format(timezone.localtime(meant), "Y-m-d D H:i")
    return JsonResponse({"meant": f"{day} · {relative(meant)}"})


def _address(thing: Waybill | Case | WorkOrder | Customer | ExceptionReport) -> str:
    if isinstance(thing, Waybill):
        return reverse("desk:shipment", args=[thing.number])
    if isinstance(thing, Case):
        return reverse("admin:complaints_case_page", args=[thing.number])
    meta = thing._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[thing.pk])


@require_GET
def _shipment(request: HttpRequest, number: str) -> HttpResponse:
    person = person_of(request)
    if not person.has_perm("tracking.view_waybill"):
        raise PermissionDenied
    found = queries.shipment(number, user=person)
    if found is None:
        raise Http404
    return show(
        request, "desk/shipment.html", number, shipment=found, waybill=found.waybill, clear=None
    )


@require_POST
def _reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Names, phones and addresses in clear, once, for a reason that stays on record."""
    person = person_of(request)
    if not person.has_perm("tracking.reveal_waybill"):
        raise PermissionDenied
    found = queries.shipment(number, user=person)
    if found is None:
        raise Http404
    try:
        reveal_waybill(
            waybill=found.waybill,
            reason=request.POST.get("reason", ""),
            by=person,
            at=timezone.now(),
        )
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:shipment", number)
    response = show(
        request,
        "desk/shipment.html",
        number,
        shipment=found,
        waybill=found.waybill,
        clear=found.waybill,
    )
    response["Cache-Control"] = "no-store"
    return response


# The page of what an event is about, where it is not the model's own page in the back office:
# (name of the page, the field that addresses it).
PAGES = {
    "quality.chasetask": ("admin:quality_exceptionreport_change", "exception_id"),
    "quality.correctiveaction": ("admin:quality_exceptionreport_change", "exception_id"),
    "orders.followuptask": ("admin:orders_workorder_change", "work_order_id"),
    "tracking.waybill": ("desk:shipment", "number"),
}
# … and where that field is empty, because the row belongs to something else.
INSTEAD = {"quality.correctiveaction": ("admin:quality_quarterlyanalysis_change", "analysis_id")}


@require_GET
def _open(request: HttpRequest, subject_type: str, subject_id: int) -> HttpResponse:
    """From a message to the page of what it is about; that page decides who may see it."""
    try:
        model = apps.get_model(subject_type)
    except (LookupError, ValueError):
        raise Http404 from None
    meta = model._meta
    usual = (f"admin:{meta.app_label}_{meta.model_name}_change", "pk")
    name, field = PAGES.get(subject_type, usual)
    instead = INSTEAD.get(subject_type, (name, field))
    rows = model._default_manager.all()
    # A number in an address must not tell of a row that this person may not see.
    if hasattr(rows, "visible_to"):
        rows = rows.visible_to(person_of(request))
    subject = rows.filter(pk=subject_id).first()
    if subject is None:
        raise Http404
    try:
        if getattr(subject, field) is None:
            name, field = instead
        return redirect(name, getattr(subject, field))
    except NoReverseMatch:
        raise Http404 from None


@require_POST
def _keep_promise(request: HttpRequest, clock_id: int) -> HttpResponse:
    """One click on the desk: what this person promised is done."""
    person = person_of(request)
    if not queries.owns_promise(person, clock_id):
        raise Http404
    return _done(
        request,
        lambda: keep_promise(clock_id=clock_id, by=person),
        _("Noted: the promise is kept."),
    )


@require_POST
def _take_case(request: HttpRequest, case_id: int) -> HttpResponse:
    person = person_of(request)
    if not person.has_perm("complaints.handle_case"):
        raise PermissionDenied
    if not Case.objects.visible_to(person).filter(pk=case_id).exists():
        raise Http404
    return _done(
        request,
        lambda: take_case(case_id=case_id, by=person, at=timezone.now()),
        _("The case is yours now."),
    )


def _done(request: HttpRequest, work: Callable[[], Any], message: str) -> HttpResponse:
    try:
        work()
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, message)
    return redirect("admin:index")


@require_GET
def _team(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    if not person.has_perm("complaints.assign_case"):
        raise PermissionDenied
    seen = team(person)
    return show(
        request,
        "desk/team.html",
        _("The team now"),
        team=seen,
        figures=team_figures(seen, person),
        case_metrics=METRICS,
    )


keep_own_promise = admin.site.admin_view(_keep_promise)
take_unowned = admin.site.admin_view(_take_case)
team_page = admin.site.admin_view(_team)
open_subject = admin.site.admin_view(_open)
search = admin.site.admin_view(_search)
moment = admin.site.admin_view(_moment)
shipment = admin.site.admin_view(_shipment)
reveal = admin.site.admin_view(_reveal)
