"""Taking a case down while the customer is on the line (CMP-1)."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.staff import person, who
from apps.backoffice.forms import put_refusal
from apps.backoffice.forms.held_files import drop_files, hold_form_files
from apps.complaints import services
from apps.complaints.admin.access import must
from apps.complaints.admin.case_page import CasePages
from apps.complaints.admin.presence import save_draft
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.forms.acts.records import find_other
from apps.complaints.forms.intake import AddToForm, CompanyForm, IntakeForm
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case
from apps.complaints.queries.clock_lines import clock_lines
from apps.complaints.queries.clocks import clocks_of
from apps.complaints.queries.context import Asked, CaseContext, context_of
from apps.complaints.queries.desk import report_recipient_names
from apps.complaints.queries.drafts import draft_form, drafts_of
from apps.complaints.spoken import sentences_for_caller
from apps.core.errors import RuleBroken
from apps.customers.models import Customer

ALOUD = {CaseChannel.PHONE, CaseChannel.IN_PERSON}
# What an address may bring along: from the shipment's page, a caller's phone from the telephone.
GIVEN = ("waybill", "contact_phone", "contact_name", "channel", "case_class")


class IntakePages(CasePages):
    def intake_view(self, request: HttpRequest) -> HttpResponseBase:
        must(request, "add_case")
        if request.method == "POST":
            return self._take_down(request)
        key = _key(request.GET.get("draft")) or uuid4()
        typed = draft_form(owner=person(request), key=key)
        given = {name: request.GET[name][:64] for name in GIVEN if request.GET.get(name)}
        form = IntakeForm(initial={**given, **typed}, user=person(request))
        return self._intake_page(request, form, key, {**given, **typed})

    def _take_down(self, request: HttpRequest) -> HttpResponseBase:
        user, key = person(request), _key(request.POST.get("draft_key")) or uuid4()
        if request.POST.get("add_to"):
            return self._add_to(request, key)
        form = IntakeForm(request.POST, request.FILES, user=user)
        company = CompanyForm(request.POST, user=user)
        if form.is_valid() and company.is_valid():
            now = timezone.now()
            try:
                opened = services.open_case(
                    new=form.new_case(company.cleaned_data["customer"], str(key)),
                    files=form.cleaned_data["files"],
                    by=user,
                    at=form.cleaned_data["brought_at"] or now,
                )
            except RuleBroken as refusal:
                put_refusal(form, refusal)
            else:
                services.discard_draft(owner=user, key=key)
                drop_files(form)
                return redirect("admin:complaints_case_opened", opened.case.number)
        for message in company.errors.get("customer", []):
            form.add_error(None, message)
        hold_form_files(form)
        # Whatever was refused is still there after a closed window.
        save_draft(request, key, None)
        return self._intake_page(request, form, key, request.POST)

    def _add_to(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        """The caller's matter is there already: what was typed goes to that case."""
        must(request, "handle_case")
        user = person(request)
        form = AddToForm(request.POST, request.FILES, user=user)
        if form.is_valid():
            typed = form.cleaned_data
            try:
                case = find_other(request.POST["add_to"], user)
                channel = CaseChannel(typed["channel"] or CaseChannel.PHONE)
                kind = EntryKind.CALL_IN if channel in ALOUD else EntryKind.MESSAGE_IN
                message = NewMessage(kind, typed["description"], channel, external_id=f"desk:{key}")
                services.add_message(
                    case_id=case.pk, message=message, files=typed["files"], **who(request)
                )
            except ValidationError as error:
                messages.error(request, error.messages[0])
            except RuleBroken as refusal:
                messages.error(request, str(refusal))
            else:
                services.discard_draft(owner=user, key=key)
                drop_files(form)
                messages.success(
                    request,
                    _("Added to %(number)s; its owner is told. No second case was opened.")
                    % {"number": case.number},
                )
                return redirect(self.page_of(case))
        else:
            messages.error(request, _("Write what they say first; then add it to the case."))
        save_draft(request, key, None)
        again = IntakeForm(initial=request.POST.dict(), user=user)
        if sorry := hold_form_files(form, shown=again):
            messages.error(request, sorry)
        return self._intake_page(request, again, key, request.POST)

    def _intake_page(
        self, request: HttpRequest, form: IntakeForm, key: UUID, typed: Any
    ) -> HttpResponseBase:
        user = person(request)
        return self.page(
            request,
            "complaints/intake.html",
            _("Take down a case"),
            form=form,
            draft_key=key,
            customer=_customer(request, typed.get("customer")),
            found=context_of(_asked(typed), user, timezone.now()),
            drafts=[one for one in drafts_of(user) if one.key != key],
        )

    def context_view(self, request: HttpRequest) -> HttpResponseBase:
        """While typing: everything that is known, as a piece of the page. POST, since names and
        phones do not belong into addresses."""
        must(request, "add_case")
        if request.method != "POST":
            return HttpResponseBadRequest()
        user = person(request)
        found: CaseContext = context_of(_asked(request.POST), user, timezone.now())
        return self.page(request, "complaints/_context.html", "", found=found)

    def draft_view(self, request: HttpRequest) -> HttpResponseBase:
        """POST: keep what is typed, or forget it with ``forget=1``."""
        must(request, "add_case")
        key = _key(request.POST.get("draft_key"))
        if request.method != "POST" or key is None:
            return HttpResponseBadRequest()
        if request.POST.get("forget"):
            services.discard_draft(owner=person(request), key=key)
            return redirect("admin:complaints_case_intake")
        return save_draft(request, key, None)

    def opened_view(self, request: HttpRequest, number: str) -> HttpResponseBase:
        """The number and what happens next, to be read to the caller."""
        case: Case = self.seen(request, number)
        at = timezone.now()
        clocks = clock_lines(clocks_of(case))
        return self.page(
            request,
            "complaints/opened.html",
            case.number,
            case=case,
            at=at,
            clocks=clocks,
            aloud=sentences_for_caller(case, clocks),
            to_report=report_recipient_names(case, at) if case.is_trouble else [],
            back=reverse("admin:complaints_case_intake"),
        )


def _asked(typed: Any) -> Asked:
    """From a posted form or a draft; nothing here is trusted or too long."""

    def text(name: str, most: int) -> str:
        return str(typed.get(name) or "").replace("\x00", "")[:most]

    pk = text("customer", 19)
    return Asked(
        waybill=text("waybill", 64),
        phone=text("contact_phone", 40),
        email=text("contact_email", 120),
        name=text("contact_name", 60),
        customer_id=int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None,
        case_class=text("case_class", 10),
        text=text("description", 4000),
    )


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _customer(request: HttpRequest, given: Any) -> Customer | None:
    pk = str(given or "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    return Customer.objects.visible_to(person(request)).filter(pk=int(pk)).first()
