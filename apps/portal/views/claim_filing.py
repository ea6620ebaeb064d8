"""A claim is filed on the page of a case, and papers for it are sent there (CMP-6).

Whoever has the link of the case files, if the phone of the case is that of the shipment's customer, sender or
consignee. No money goes by the link alone: an account is named after a code to the claimant's phone.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.queries import public_user
from apps.backoffice.services.counting import add_for_good
from apps.claims import services
from apps.claims.enums import ClaimKind, ExplainedHow, PaperKind
from apps.claims.inputs import NewClaim, Shown
from apps.claims.queries.filing import Claimant, claimant_of, rules_shown
from apps.claims.queries.public import claim_of_case
from apps.complaints.models import Case
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import now
from apps.portal.answers import key_page, page, private_response, stopped
from apps.portal.forms.claims import ClaimForm, ClaimPaperForm
from apps.portal.languages import in_visitor_language
from apps.portal.photos import Papers, takes_photos
from apps.portal.views.case import SentPapers, find_case, show

# Of one case, filings and sendings: a person corrects a mistake now and then.
ATTEMPTS = (timedelta(hours=1), 20)


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def file_claim(request: HttpRequest, token: str) -> HttpResponse:
    """The rules in force for the shipment, then what is claimed; sent twice it is one claim."""
    found = find_case(request, token)
    if isinstance(found, HttpResponse):
        return found
    claimant = claimant_of(found)
    if claimant is None:
        words = _(
            "A claim is filed by the sender, the consignee or the customer of the shipment, from a case about that"
            " shipment with their own phone number. Please call us."
        )
        return show(request, found, error=words, status=409)
    at = now()
    rules = rules_shown(claimant, localdate(at))
    keys = ",".join(str(key) for shown in rules for key in shown.keys)
    form, status = ClaimForm(request.POST or None), 200
    if request.method == "POST":
        if _is_too_much(found, at):
            return stopped(int(ATTEMPTS[0].total_seconds()))
        if form.is_valid() and _file(form, found, claimant, keys, at):
            return _to_claims(token)
        status = 422
    context = {
        "token": token,
        "form": form,
        "rules": rules,
        "keys": keys,
        "waybill": claimant.waybill,
    }
    return key_page(request, "portal/claim_file.html", context, status)


def _file(form: ClaimForm, case: Case, claimant: Claimant, keys: str, at: datetime) -> bool:
    typed = form.cleaned_data
    if typed["rules"] != keys:
        form.add_error("agreed", _("The rules are others by now: please read them once more."))
        return False
    name = case.contact_name.strip()
    if claimant.customer is not None:
        name = name or claimant.customer.display_name
    private = claimant.customer is None
    new = NewClaim(
        waybill=claimant.waybill,
        kind=ClaimKind(typed["kind"]),
        items=typed["items"],
        shown=Shown(name[:60], ExplainedHow.PAGE, at),
        customer=claimant.customer,
        party_name=name if private else "",
        party_phone=case.contact_phone if private else "",
        case=case,
        what=typed["what"],
    )
    try:
        services.file_claim(new=new, by=public_user(), at=at)
    except (BadInput, RuleBroken) as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


@require_POST
@takes_photos
@in_visitor_language(remember=False)
def add_papers(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """Pictures and PDFs become papers of the claim; an approval is void then, and kept. Is one of them refused, the
    others are held for the next try."""
    found = find_case(request, token)
    if isinstance(found, HttpResponse):
        return found
    claim = claim_of_case(found, number[:20])
    if claim is None:
        return page("404.html", status=404)
    at = now()
    if _is_too_much(found, at):
        return stopped(int(ATTEMPTS[0].total_seconds()))
    form, files = ClaimPaperForm(request.POST), Papers(request)
    if not form.is_valid():
        files.errors.append(_("Say what they show."))
    sent = SentPapers(claim.number, form["kind"].value() or "", files)
    if files.errors:
        return show(request, found, papers=sent, status=422)
    try:
        services.add_papers(
            claim_id=claim.pk, kind=PaperKind(form.cleaned_data["kind"]), files=files.take(),
            by_customer=True, by=public_user(), at=at,
        )  # fmt: skip
    except BadInput as refusal:
        files.errors.append(str(refusal))
        return show(request, found, papers=sent, status=422)
    except RuleBroken as refusal:
        return show(request, found, error=str(refusal), status=409)
    files.done()
    return _to_claims(token)


def _is_too_much(case: Case, at: datetime) -> bool:
    window, most = ATTEMPTS
    return add_for_good("portal.claim_filing", str(case.pk), window=window, at=at) > most


def _to_claims(token: str) -> HttpResponse:
    response = private_response(HttpResponseRedirect(f"/case/{token}#claims"))
    response.status_code = 303
    return response
