"""One shipment's delivery: who may sign, the proof and its versions, satisfaction (TRK-6)."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.core.downloads import private_file
from apps.core.times import human
from apps.tracking.enums import ConfirmedBy, Party, PromiseCause, Satisfaction, Status
from apps.tracking.forms import delivery as forms
from apps.tracking.forms.fields import now_to_the_minute
from apps.tracking.models import AuthorisedSigner, Delivery, DeliveryConsent, Waybill
from apps.tracking.numbers import group_number
from apps.tracking.queries.proofs import proof_photo, versions
from apps.tracking.rules.delivery import NOT_DELIVERABLE
from apps.tracking.services import pod, signers
from apps.tracking.services.feedback import record_satisfaction
from apps.tracking.services.promise import change_promise

VIEW = "tracking.view_proofofdelivery"


def _record(context: ActContext) -> None:
    pod.record_proof(
        waybill_id=context.record.pk,
        proof=context.form.proof(),
        photos=context.typed["photos"],
        **context.who,
    )


def _correct(context: ActContext) -> None:
    pod.correct_proof(
        waybill_id=context.record.pk,
        proof=context.form.proof(),
        photos=context.typed["photos"],
        reason=context.typed["reason"],
        **context.who,
    )


def _authorise(context: ActContext) -> None:
    values = {**context.typed, "confirmed": ConfirmedBy(context.typed["confirmed"])}
    signers.authorise_signer(waybill_id=context.record.pk, **values, **context.who)


def _consent(context: ActContext) -> None:
    typed = context.typed
    kinds = {"confirmed": ConfirmedBy(typed["confirmed"]), "party": Party(typed["party"])}
    signers.record_consent(waybill_id=context.record.pk, **{**typed, **kinds}, **context.who)


def _revoke_signer(context: ActContext) -> None:
    signers.revoke_signer(signer_id=context.row.pk, **context.who)


def _revoke_consent(context: ActContext) -> None:
    signers.revoke_consent(consent_id=context.row.pk, **context.who)


def _satisfaction(context: ActContext) -> None:
    values = {**context.typed, "satisfaction": Satisfaction(context.typed["satisfaction"])}
    record_satisfaction(waybill_id=context.record.pk, **values, **context.who)


def _promise(context: ActContext) -> None:
    values = {**context.typed, "cause": PromiseCause(context.typed["cause"])}
    change_promise(waybill_id=context.record.pk, **values, **context.who)


def _has_proof(waybill: Waybill) -> bool:
    return waybill.proofs.exists()


def _last_proof(context: ActContext) -> dict[str, Any]:
    proof = context.record.proofs.filter(superseded_by__isnull=True).first()
    return forms.proof_initial(proof) if proof else {}


def _last_answer(context: ActContext) -> dict[str, Any]:
    feedback = getattr(context.record, "feedback", None)
    return {"satisfaction": feedback.satisfaction, "comment": feedback.comment} if feedback else {}


def _open(waybill: Waybill) -> bool:
    return waybill.concluded_at is None


def _in_force(row: AuthorisedSigner | DeliveryConsent) -> bool:
    return row.revoked_at is None and _open(row.waybill)


def _as_usual(_context: ActContext) -> dict[str, Any]:
    return {"signed_at": now_to_the_minute(), "packaging_intact": "yes", "was_opened": "no"}


def _act(name: str, label: Any, permission: str, run: Any, done: Any, **more: Any) -> Act:
    given = {"may": _open, "is_panel": True, **more}
    return Act(name, label, permission, run, done=done, **given)


ACTS = (
    _act(
        "record", _("Record the proof of delivery"), "tracking.add_proofofdelivery", _record,
        _("The proof of delivery is on record."), form=forms.ProofForm, initial=_as_usual,
        may=lambda w: w.status not in NOT_DELIVERABLE and not _has_proof(w),
        options=lambda context: {"waybill": context.record},
    ),
    _act(
        "correct", _("Correct the proof of delivery"), "tracking.correct_proofofdelivery", _correct,
        _("The correction is on record."), form=forms.CorrectionForm, initial=_last_proof,
        may=_has_proof, options=lambda context: {"waybill": context.record},
    ),
    _act(
        "authorise", _("Record who else may sign"), "tracking.authorise_signer", _authorise,
        _("The authorisation is on record."), form=forms.SignerForm,
    ),
    _act(
        "consent", _("Record the consent to a station or locker"), "tracking.authorise_signer",
        _consent, _("The consent is on record."), form=forms.ConsentForm,
    ),
    Act(
        "revoke-signer", _("Withdraw the authorisation to sign"), "tracking.authorise_signer",
        _revoke_signer, rows="authorised_signers", may=_in_force, danger=True,
        explains=_("This person may not sign for the shipment any more. That they might stays on record."),
        done=_("The authorisation is withdrawn."),
    ),
    Act(
        "revoke-consent", _("Withdraw the consent to a station or locker"), "tracking.authorise_signer",
        _revoke_consent, rows="consents", may=_in_force, danger=True,
        explains=_("The shipment is handed over in person again. What was agreed stays on record."),
        done=_("The consent is withdrawn."),
    ),
    _act(
        "promise", _("Change the promise"), "tracking.change_promise", _promise,
        _("The promise is changed."), form=forms.PromiseForm,
        initial=lambda context: {"promised": context.record.promised_at},
    ),
    _act(
        "satisfaction", _("Record how satisfied the customer is"), "tracking.record_satisfaction",
        _satisfaction, _("The answer is on record."), form=forms.SatisfactionForm, initial=_last_answer,
        may=lambda w: w.concluded_at is not None,
    ),
)  # fmt: skip


@admin.register(Delivery)
class DeliveryAdmin(PanelAdmin):
    acts = ACTS
    list_display = ["grouped", "customer", "stands", "promise", "arrival"]
    search_fields = ["number__iexact"]
    search_help_text = _("whole waybill number")
    ordering = ["-pk"]
    page_template = "tracking/pod.html"

    class Media:
        css = {"all": ["tracking/desk.css"]}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(VIEW)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(VIEW)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Waybill]":
        rows = Delivery.objects.visible_to(person(request))
        return rows.select_related("customer", "feedback").order_by("-pk")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:pk>/photo/<uuid:key>/", self.photo, "photo")]

    def photo(self, request: HttpRequest, pk: int, key: UUID) -> HttpResponse:
        """A photo, to whoever may see the shipment and its proof."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        waybill = self.get_queryset(request).filter(pk=pk).first()
        found = proof_photo(waybill, key) if waybill else None
        if found is None:
            raise Http404
        content, kind = found
        return private_file(content, name=f"{key}.jpg", content_type=kind, shows=True)

    @admin.display(description=_("waybill"))
    def grouped(self, waybill: Waybill) -> str:
        return group_number(waybill.number)

    @admin.display(description=_("status"))
    def stands(self, waybill: Waybill) -> SafeString:
        return self.tag(Status(waybill.status))

    @admin.display(description=_("promised by"))
    def promise(self, waybill: Waybill) -> str:
        return human(waybill.promised_at)

    @admin.display(description=_("delivered at"))
    def arrival(self, waybill: Waybill) -> str:
        return human(waybill.delivered_at)

    def history_of(self, record: Any) -> Any:
        return Waybill(pk=record.pk)

    def facts(self, request: HttpRequest, waybill: Waybill) -> dict[str, Any]:
        return {
            "title": group_number(waybill.number),
            "status": Status(waybill.status),
            "proofs": versions(waybill.pk),
            "may_revoke": _open(waybill) and request.user.has_perm("tracking.authorise_signer"),
            "signers": waybill.authorised_signers.select_related("recorded_by"),
            "consents": waybill.consents.select_related("recorded_by"),
            "promise_changes": waybill.promise_changes.select_related("changed_by"),
            "feedback": getattr(waybill, "feedback", None),
        }
