"""Papers on rounds: planned, taken along, signed for or brought back; the round as a paper list (BIL-4)."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext, BulkAct
from apps.backoffice.bulk import BulkAdmin
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import PanelAdmin
from apps.billing import services
from apps.billing.enums import PaperKind, PaperState
from apps.billing.forms import RoundForm, SignForm, TakeForm
from apps.billing.models import PaperDelivery
from apps.billing.queries.deliveries import rounds_of, waiting_papers
from apps.billing.states import PAPER_MOVES
from apps.core.downloads import private_file
from apps.core.files.pictures import CONTENT_TYPE

PLAN, CARRY = "billing.plan_round", "billing.carry_paper"
PAGES = {
    PaperKind.INVOICE: "admin:billing_invoice_change",
    PaperKind.STATEMENT: "admin:billing_statement_change",
    PaperKind.LETTER: "admin:billing_dunningnotice_change",
}


def _can_become(state: PaperState) -> Any:
    return lambda paper: PAPER_MOVES.allows(paper.state, state)


def _waiting(context: ActContext) -> dict[str, Any]:
    return {"waiting": waiting_papers(context.by)}


def _plan(context: ActContext) -> PaperDelivery:
    return services.plan_round(**context.typed, **context.who)[0]


def _take(context: ActContext) -> None:
    services.take_paper(delivery_id=context.record.pk, **context.typed, **context.who)


def _take_mine(context: ActContext) -> None:
    services.take_paper(delivery_id=context.record.pk, **context.who)


def _sign(context: ActContext) -> None:
    services.sign_for_paper(delivery_id=context.record.pk, **context.typed, **context.who)


def _return(context: ActContext) -> None:
    services.bring_back_paper(delivery_id=context.record.pk, **context.typed, **context.who)


def _call_off(context: ActContext) -> None:
    services.call_off_paper(delivery_id=context.record.pk, **context.typed, **context.who)


@admin.register(PaperDelivery)
class PaperDeliveryAdmin(BulkAdmin, PanelAdmin):
    list_display = ("round_on", "who", "what", "bill_to", "stands")
    list_filter = ("state", "round_on")
    list_select_related = ("bill_to", "carrier", "invoice", "statement", "letter")
    search_fields = ("bill_to__search_text", "driver")
    search_help_text = _("payer or driver")
    ordering = ("-round_on", "-id")
    page_template = "billing/paper_delivery.html"
    entry = Act("plan", _("Put papers on a round"), PLAN, _plan, form=RoundForm, options=_waiting,
                done=_("On the round. The list that goes along is printed from here."),
                explains=_("Paper invoices that are issued, and statements and letters of payers who get"
                           " them by hand."))  # fmt: skip
    acts = (
        Act("take", _("Handed out: it is taken along"), CARRY, _take, form=TakeForm, is_panel=True,
            may=_can_become(PaperState.TAKEN), done=_("Taken along.")),
        Act("sign", _("The customer has signed for it"), CARRY, _sign, form=SignForm, is_panel=True,
            may=_can_become(PaperState.DELIVERED), done=_("Delivered.")),
        Act("return", _("It came back undelivered"), CARRY, _return, form=ReasonForm, is_panel=True,
            danger=True, may=_can_become(PaperState.RETURNED),
            done=_("Back in the office. It waits for another round.")),
        Act("call-off", _("Take it off the round"), PLAN, _call_off, form=ReasonForm, is_panel=True,
            danger=True, may=_can_become(PaperState.CALLED_OFF), done=_("Off the round.")),
    )  # fmt: skip
    bulk_acts = (
        BulkAct("take-mine", _("I take these along"), CARRY, _take_mine,
                explains=_("Pressing this is your signature for them.")),
    )  # fmt: skip

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("round/", self.round_view, "round"),
            ("<int:key>/signature/<slug:which>/", self.signature_view, "signature"),
            *super().own_pages(),
        ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PaperDelivery]":
        found: QuerySet[PaperDelivery] = PaperDelivery.objects.visible_to(person(request))
        return found.select_related("bill_to", "carrier", "invoice", "statement", "letter")

    @admin.display(description=_("carried by"))
    def who(self, paper: PaperDelivery) -> str:
        return paper.carried_by

    @admin.display(description=_("paper"))
    def what(self, paper: PaperDelivery) -> str:
        return str(paper)

    @admin.display(description=_("state"), ordering="state")
    def stands(self, paper: PaperDelivery) -> SafeString:
        return self.tag(PaperState(paper.state))

    def round_view(self, request: HttpRequest) -> HttpResponse:
        """The list that goes along, one sheet a person; ``?day=2026-12-01``, today without."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            day = parse_date(request.GET.get("day", ""))
        except ValueError:
            raise Http404 from None
        day = day or timezone.localdate()
        rounds = rounds_of(person(request), day)
        return self.page(request, "billing/round.html", _("Round"), day=day, rounds=rounds)

    def signature_view(self, request: HttpRequest, key: int, which: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        paper = self.seen(request, key)
        file = {"taken": paper.taken_signature, "received": paper.received_signature}.get(which)
        if not file:
            raise Http404
        content: bytes = file.read()
        return private_file(content, name=f"{which}.jpg", content_type=CONTENT_TYPE, shows=True)

    def facts(self, request: HttpRequest, paper: PaperDelivery) -> dict[str, Any]:
        return {
            "title": str(paper),
            "state": PaperState(paper.state),
            "page_of_paper": reverse(PAGES[paper.kind], args=[paper.paper.pk]),
        }
