"""The page of one customer's notice of an account change: read, acknowledged, asked about (COD-3, COD-5)."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from apps.account_changes.enums import FeedbackClass, FeedbackSource
from apps.account_changes.models import CampaignRecipient
from apps.account_changes.queries.links import code_of, recipient_of_token
from apps.account_changes.rules.notice_codes import grouped
from apps.account_changes.services import campaigns
from apps.accounts.queries import public_user
from apps.core.errors import RuleBroken
from apps.core.times import now
from apps.portal.answers import asked_to_wait, key_page, private_response
from apps.portal.forms.notices import NoticeForm
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link


@require_safe
@in_visitor_language()
def notice(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: programs that read mail open links by themselves."""
    found = behind_link(request, lambda: recipient_of_token(token))
    return found if isinstance(found, HttpResponse) else _show(request, token, found)


@require_http_methods(["POST"])
@in_visitor_language(remember=False)
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """They have it; what they ask besides is a case of the account-change agent's."""
    found = behind_link(request, lambda: recipient_of_token(token))
    if isinstance(found, HttpResponse):
        return found
    form = NoticeForm(request.POST)
    if not form.is_valid():
        error = str(next(iter(form.errors.values()))[0])
        return _show(request, token, found, form=form, error=error, status=422)
    typed = form.cleaned_data
    try:
        campaigns.give_feedback(
            recipient_id=found.pk,
            kind=FeedbackClass(typed["kind"]),
            name=typed["name"],
            text=typed["text"],
            source=FeedbackSource.LINK,
            by=public_user(),
            at=now(),
        )
    except RuleBroken as refusal:
        shown = _show(request, token, found, form=form, error=str(refusal), status=422)
        return asked_to_wait(shown, refusal)
    done = "thanks" if typed["kind"] == FeedbackClass.AGREES else "asked"
    where = f"/notice/{token}?done={done}"
    return private_response(HttpResponseRedirect(where, status=303))


def _show(
    request: HttpRequest,
    token: str,
    found: CampaignRecipient,
    *,
    form: NoticeForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    content = found.campaign.content
    context = {
        "token": token,
        "account": found.account,
        "old": content["old"],
        "since": datetime.fromisoformat(content["since"]),
        "until": datetime.fromisoformat(content["accept_until"]),
        "watch": content["watch_en"] if get_language() == "en" else content["watch_zh"],
        "code": grouped(code_of(found.campaign_id, found.customer_id)),
        "acknowledged_at": found.acknowledged_at,
        "expired": now() >= found.campaign.valid_until,
        "kinds": FeedbackClass.choices,
        "form": form or NoticeForm(initial={"kind": FeedbackClass.AGREES}),
        "error": error,
        "done": request.GET.get("done", ""),
    }
    return key_page(request, "portal/account_notice.html", context, status)
