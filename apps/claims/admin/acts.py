"""What staff do to a claim (CMP-6)."""

from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ConfirmForm, ReasonForm
from apps.claims import forms, services
from apps.claims.enums import (
    AgreedHow,
    ClaimKind,
    ClaimState,
    ExplainedHow,
    PaymentState,
    PayWay,
    RecoveryState,
)
from apps.claims.inputs import NewClaim, Shown
from apps.claims.models import Claim
from apps.claims.queries.rules import is_large, limit_of, who_may_decide
from apps.claims.rules.assessing import Incomplete
from apps.claims.wording import missing_words, step_lines
from apps.complaints.models import Case
from apps.core.errors import BadInput
from apps.core.money import format_money

S, P, R = ClaimState, PaymentState, RecoveryState
ADD, ASSESS, DECIDE, PAY, RECOVER = (
    f"claims.{name}"
    for name in ("add_claim", "assess_claim", "decide_claim", "pay_claim", "recover_claim")
)


def new_claim(context: ActContext) -> NewClaim:
    typed = context.typed
    waybill = typed["waybill"]
    return NewClaim(
        waybill=waybill,
        kind=ClaimKind(typed["kind"]),
        items=typed["items"],
        shown=Shown(typed["shown_to"], ExplainedHow(typed["shown_how"]), context.at),
        customer=waybill.customer if typed["for_customer"] else None,
        party_name=typed["party_name"],
        party_phone=typed["party_phone"],
        case=typed["case"],
        what=typed["what"],
        fee=typed["fee"],
    )


def _file(context: ActContext) -> Claim:
    typed, new = context.typed, new_claim(context)
    if not typed["pay_now"]:
        return services.file_claim(new=new, **context.who)
    return services.pay_on_the_spot(
        new=new,
        received_by=typed["received_by"],
        picture=typed["picture"],
        signature=typed["signature"],
        **context.who,
    )


def _begin(context: ActContext) -> dict[str, Any]:
    """As the case has it: its shipment and what it is about. Who spoke stays masked; left empty, it is the case's contact."""
    cases = Case.objects.visible_to(context.by).select_related("waybill")
    case = cases.filter(**_case_asked(context)).first()
    if case is None:
        return {"waybill": context.query.get("waybill", "")}
    kinds = {"loss": ClaimKind.LOSS, "damage": ClaimKind.DAMAGE}
    return {
        "case": case.number,
        "waybill": case.waybill.number if case.waybill else "",
        "kind": kinds.get(case.case_class, ClaimKind.DAMAGE),
        "for_customer": case.customer_id is not None,
    }


def _case_asked(context: ActContext) -> dict[str, Any]:
    """By its number, or the page from which the claim is filed."""
    try:
        page = resolve(urlsplit(context.query.get("from", "")).path)
    except Resolver404:
        page = None
    if page is not None and page.url_name == "complaints_case_change":
        return {"pk": page.kwargs["object_id"]}
    return {"number": context.query.get("case", "")}


def _foresee(context: ActContext) -> dict[str, Any]:
    """Whether it is within the own limit, or who decides; nothing is saved."""
    new = new_claim(context)
    total = sum((one.claimed for one in new.items), Decimal(0))
    day = localdate(context.at)
    limit = limit_of(context.by, new.kind, day)
    mine = limit is not None and total <= limit.on_the_spot
    draft = Claim(kind=new.kind, claimed=total, unit=new.waybill.customer.unit)  # type: ignore[union-attr]  # the form found it
    people = [] if mine else _people(draft, context, total)
    return {
        "preview_template": "claims/_preview.html",
        "total": total,
        "is_mine": mine,
        "people": people,
        "is_large": is_large(new.kind, total, day),
        "above_declared": (new.waybill.declared_value or total) < total,  # type: ignore[union-attr]  # as above
    }


def _people(draft: Claim, context: ActContext, total: Decimal) -> list[str]:
    draft.pk = 0
    found = who_may_decide(draft, context.at, amount=total)
    return [f"{one.user.display_name} ({one.limit.get_role_display()})" for one in found[:3]]


def _assess(context: ActContext) -> str:
    row = services.assess_claim(claim_id=context.record.pk, **context.typed, **context.who)
    return gettext("It comes to %(amount)s.") % {"amount": format_money(row.amount)}


def _look(context: ActContext) -> dict[str, Any]:
    found = services.compute(context.record, context.typed["proofs"])
    if isinstance(found, Incomplete):
        raise BadInput(missing_words(found.codes, found.things), code="lacking")
    return {
        "preview_template": "claims/_steps.html",
        "steps": step_lines([one.plain() for one in found.steps]),
        "amount": found.amount,
    }


def _assess_options(context: ActContext) -> dict[str, Any]:
    return {"claim": context.record, "may_override": context.by.has_perm("claims.override_claim")}


def _decide(service: Any, context: ActContext) -> None:
    """About the assessment that the page showed, which by now may not be the newest."""
    service(
        claim_id=context.record.pk, assessment_id=context.typed["seen"], reason=context.typed["reason"], **context.who
    )  # fmt: skip


def _newest(context: ActContext) -> dict[str, Any]:
    return {"assessment": context.record.assessments.order_by("-n").first()}


def _seen(context: ActContext) -> dict[str, Any]:
    row = _newest(context)["assessment"]
    return {"seen": row.pk if row is not None else 0}


def _agree(context: ActContext) -> None:
    services.agree(claim_id=context.record.pk, how=AgreedHow.PHONE, **context.typed, **context.who)


def _sum_seen(context: ActContext) -> dict[str, Any]:
    return {"amount": context.record.approved}


def _dispute(context: ActContext) -> None:
    services.dispute(
        claim_id=context.record.pk, how=AgreedHow.PHONE, **context.typed, **context.who
    )


def _paper(context: ActContext) -> None:
    typed = context.typed
    services.add_papers(
        claim_id=context.record.pk, kind=typed["kind"], files=[typed["file"]], note=typed["note"], **context.who
    )  # fmt: skip


def _on_claim(service: Any, context: ActContext) -> None:
    service(claim_id=context.record.pk, **context.typed, **context.who)


def _on_payment(service: Any, context: ActContext) -> None:
    service(payment_id=context.row.pk, **context.typed, **context.who)


def _on_recovery(service: Any, context: ActContext) -> None:
    service(recovery_id=context.row.pk, **context.typed, **context.who)


def _recover_options(context: ActContext) -> dict[str, Any]:
    return {"may_person": context.by.has_perm("claims.recover_person")}


def _rest(context: ActContext) -> dict[str, Any]:
    return {"amount": max(services.left_of(context.record), Decimal(0))}


def _in(*states: ClaimState) -> Any:
    return lambda row: row.state in states


FILE = Act("file", _("File a claim"), ADD, _file, form=forms.FileClaimForm, initial=_begin, preview=_foresee,
    options=lambda context: {"user": context.by},
    explains=_("Explain the rules first: which text was explained, when and to whom stays on record."))  # fmt: skip
ACTS = (
    Act("assess", _("Assess"), ASSESS, _assess, form=forms.AssessForm, options=_assess_options, preview=_look,
        may=_in(S.FILED, S.ASSESSED), key="a",
        explains=_("Say what each thing is worth by the papers. The rule makes the amount of it.")),
    Act("approve", _("Approve"), DECIDE, partial(_decide, services.approve_claim), form=forms.ApproveForm,
        may=_in(S.ASSESSED), key="y", initial=_seen, options=_newest,
        explains=_("Within your own limit, and not your own assessment above what you pay on the spot."),
        done=_("Approved. The customer is asked to agree.")),
    Act("return", _("Return to the assessor"), DECIDE, partial(_decide, services.return_claim), form=forms.ReturnForm,
        may=_in(S.ASSESSED), initial=_seen, options=_newest, done=_("Returned.")),
    Act("agree", _("The customer agrees (phone)"), ASSESS, _agree, form=forms.AgreeForm, may=_in(S.APPROVED), initial=_sum_seen,
        done=_("Agreed. It can be paid.")),
    Act("dispute", _("The customer disputes it"), ASSESS, _dispute, form=forms.DisputeForm, may=_in(S.APPROVED), initial=_sum_seen,
        done=_("Back to be assessed; what was approved is void and kept.")),
    Act("plan", _("Plan a payment"), PAY, partial(_on_claim, services.plan_payment), form=forms.PlanPaymentForm,
        may=_in(S.AGREED), initial=_rest, done=_("Planned. Somebody else releases it.")),
    Act("paper", _("Add a paper"), ASSESS, _paper, form=forms.PaperForm, options=lambda context: {"user": context.by},
        may=_in(S.DRAFT, S.FILED, S.ASSESSED, S.APPROVED, S.REFUSED),
        explains=_("What is approved is void once new papers come."), done=_("Kept.")),
    Act("ask-papers", _("Ask for papers"), ASSESS, partial(_on_claim, services.ask_papers), form=forms.AskPapersForm,
        may=_in(S.FILED, S.ASSESSED), explains=_("The decision's clock waits for them."), done=_("Asked for.")),
    Act("recover", _("Ask for recovery"), RECOVER, partial(_on_claim, services.ask_recovery), form=forms.RecoveryForm,
        options=_recover_options, may=_in(S.APPROVED, S.AGREED, S.PAID, S.CLOSED), done=_("Asked.")),
    Act("overpaid", _("Decide the overpaid amount"), DECIDE, partial(_on_claim, services.settle_overpaid), form=ReasonForm,
        may=services.is_overpaid, done=_("Decided.")),
    Act("close", _("Close"), PAY, partial(_on_claim, services.close_claim), may=_in(S.PAID), done=_("Closed.")),
    Act("reopen", _("Take it up again"), ASSESS, partial(_on_claim, services.reopen_claim), form=ReasonForm,
        may=_in(S.REFUSED, S.PAID), explains=_("An appeal, or something new. What was paid stays paid.")),
    Act("refuse", _("Refuse the claim"), DECIDE, partial(_on_claim, services.refuse_claim), form=forms.RefuseClaimForm,
        may=_in(S.FILED, S.ASSESSED), danger=True, done=_("Refused, with clause and reason.")),
    Act("withdraw", _("The claimant withdraws it"), ASSESS, partial(_on_claim, services.withdraw_claim), form=ReasonForm,
        may=_in(S.DRAFT, S.FILED, S.ASSESSED, S.APPROVED, S.AGREED), danger=True, done=_("The claim is withdrawn.")),
    Act("release", _("Release"), PAY, partial(_on_payment, services.release_payment), form=ConfirmForm, rows="payments",
        is_button=False, may=lambda row: row.state == P.PLANNED and row.way != PayWay.TRANSFER,
        explains=_("The second person: you hand the money out, or set it off."), done=_("Released.")),
    Act("call-off", _("Call off"), PAY, partial(_on_payment, services.call_off_payment), form=ReasonForm, rows="payments",
        is_button=False, may=lambda row: row.state == P.PLANNED, danger=True, done=_("Called off.")),
    Act("agreed", _("They agree"), RECOVER, partial(_on_recovery, services.agree_recovery), form=forms.AgreedSumForm,
        rows="recoveries", is_button=False, may=lambda row: row.state == R.ASKED, done=_("On record.")),
    Act("received", _("Money received"), RECOVER, partial(_on_recovery, services.receive_recovery), form=forms.ReceivedSumForm,
        rows="recoveries", is_button=False, may=lambda row: row.state == R.AGREED, done=_("On record.")),
    Act("drop", _("Give the recovery up"), RECOVER, partial(_on_recovery, services.drop_recovery), form=ReasonForm,
        rows="recoveries", is_button=False, may=lambda row: row.state in (R.ASKED, R.AGREED), danger=True, done=_("The recovery is given up.")),
)  # fmt: skip
