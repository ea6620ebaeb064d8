"""Where an alert about a payout account leads: a merchant stops it without signing in (COD-6)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.queries import public_user
from apps.banking import services
from apps.banking.enums import PayeeState
from apps.banking.models.payees import UNDER_WAY
from apps.banking.queries.links import payee_of_token
from apps.core.errors import RuleBroken
from apps.core.times import now
from apps.portal.answers import key_page
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link

MAY_STOP = (*UNDER_WAY, PayeeState.ACTIVE)


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def payee(request: HttpRequest, token: str) -> HttpResponse:
    """Mail programs fetch links unasked, so looking changes nothing; the button does, once. The link is the
    permission: stopping moves no money, and whoever is wrong asks anew."""
    found = behind_link(request, lambda: payee_of_token(token))
    if isinstance(found, HttpResponse):
        return found
    done = False
    if request.method == "POST":
        try:
            found = services.stop_payee(
                found,
                reason=_("Stopped by the customer from the alert"),
                by=public_user(),
                at=now(),
            )
            done = True
        except RuleBroken:
            found = payee_of_token(token) or found
    context = {
        "payee": found,
        "done": done,
        "may_stop": found.state in MAY_STOP,
        "is_stopped": found.state == PayeeState.STOPPED,
        "is_waiting": found.state == PayeeState.COOLING,
    }
    return key_page(request, "portal/payee.html", context)
