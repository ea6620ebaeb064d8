"""One shipment's delivery: who may sign, the proof and its versions, satisfaction (TRK-6)."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.times import human
from apps.tracking.admin.acting import Act, ActingAdmin, person
from apps.tracking.enums import ConfirmedBy, Party, Satisfaction, Status
from apps.tracking.forms import delivery as forms
from apps.tracking.forms.fields import now_to_the_minute
from apps.tracking.models import Delivery, Waybill
from apps.tracking.numbers import group_number
from apps.tracking.queries.proofs import proof_photo, versions
from apps.tracking.rules.delivery import NOT_DELIVERABLE
from apps.tracking.services import pod, signers
from apps.tracking.services.feedback import record_satisfaction
from apps.tracking.services.promise import change_promise

if TYPE_CHECKING:
    from django.forms import Form

VIEW = "tracking.view_proofofdelivery"


def _record(waybill: Waybill, form: Any, **who: Any) -> None:
    photos = form.cleaned_data["photos"]
    pod.record_proof(waybill_id=waybill.pk, proof=form.proof(), photos=photos, **who)


def _correct(waybill: Waybill, form: Any, **who: Any) -> None:
    values = form.cleaned_data
    pod.correct_proof(
        waybill_id=waybill.pk,
        proof=form.proof(),
        photos=values["photos"],
        reason=values["reason"],
        **who,
    )


def _authorise(waybill: Waybill, form: "Form", **who: Any) -> None:
    values = {**form.cleaned_data, "confirmed": ConfirmedBy(form.cleaned_data["confirmed"])}
    signers.authorise_signer(waybill_id=waybill.pk, **values, **who)


def _consent(waybill: Waybill, form: "Form", **who: Any) -> None:
    typed = form.cleaned_data
    kinds = {"confirmed": ConfirmedBy(typed["confirmed"]), "party": Party(typed["party"])}
    signers.record_consent(waybill_id=waybill.pk, **{**typed, **kinds}, **who)


def _satisfaction(waybill: Waybill, form: "Form", **who: Any) -> None:
    said = Satisfaction(form.cleaned_data["satisfaction"])
    comment = form.cleaned_data["comment"]
    record_satisfaction(waybill_id=waybill.pk, satisfaction=said, comment=comment, **who)


def _promise(waybill: Waybill, form: "Form", **who: Any) -> None:
    change_promise(waybill_id=waybill.pk, **form.cleaned_data, **who)


def _has_proof(waybill: Waybill) -> bool:
    return waybill.proofs.exists()


def _last_proof(waybill: Waybill) -> dict[str, Any]:
    proof = waybill.proofs.filter(superseded_by__isnull=True).first()
    return forms.proof_initial(proof) if proof else {}


def _said(waybill: Waybill) -> dict[str, Any]:
    feedback = getattr(waybill, "feedback", None)
    return {"satisfaction": feedback.satisfaction, "comment": feedback.comment} if feedback else {}


def _open(waybill: Waybill) -> bool:
    return waybill.concluded_at is None


@admin.register(Delivery)
class DeliveryAdmin(ActingAdmin):
    list_display = ["grouped", "customer", "stands", "promise", "arrival"]
    search_fields = ["number__iexact"]
    search_help_text = _("whole waybill number")
    ordering = ["-pk"]
    page_template = "tracking/pod.html"

    class Media:
        css = {"all": ["tracking/desk.css"]}

    acts = (
        Act(
            "record", _("Record the proof of delivery"), forms.ProofForm,
            "tracking.add_proofofdelivery", _record, _("The proof of delivery is on record."),
            when=lambda w: w.status not in NOT_DELIVERABLE and not _has_proof(w),
            initial=lambda _w: {"signed_at": now_to_the_minute(), "packaging_intact": "yes",
                                "was_opened": "no"},
            about=lambda waybill: {"waybill": waybill},
        ),
        Act(
            "correct", _("Correct the proof of delivery"), forms.CorrectionForm,
            "tracking.correct_proofofdelivery", _correct, _("The correction is on record."),
            when=_has_proof, initial=_last_proof, about=lambda waybill: {"waybill": waybill},
        ),
        Act(
            "authorise", _("Record who else may sign"), forms.SignerForm,
            "tracking.authorise_signer", _authorise, _("The authorisation is on record."),
            when=_open,
        ),
        Act(
            "consent", _("Record the consent to a station or locker"), forms.ConsentForm,
            "tracking.authorise_signer", _consent, _("The consent is on record."), when=_open,
        ),
        Act(
            "promise", _("Change the promise"), forms.PromiseForm, "tracking.change_promise",
            _promise, _("The promise is changed."), when=_open,
            initial=lambda w: {"promised": w.promised_at},
        ),
        Act(
            "satisfaction", _("Record how satisfied the customer is"), forms.SatisfactionForm,
            "tracking.record_satisfaction", _satisfaction, _("The answer is on record."),
            when=lambda w: w.concluded_at is not None, initial=_said,
        ),
    )  # fmt: skip

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(VIEW)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(VIEW)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Waybill]":
        rows = Delivery.objects.visible_to(person(request))
        return rows.select_related("customer", "feedback").order_by("-pk")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.photo)
        return [
            path("<int:pk>/photo/<uuid:key>/", view, name="tracking_delivery_photo"),
            *super().get_urls(),
        ]

    def photo(self, request: HttpRequest, pk: int, key: UUID) -> HttpResponse:
        """A photo, to whoever may see the shipment and its proof."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        waybill = self.get_queryset(request).filter(pk=pk).first()
        found = proof_photo(waybill, key) if waybill else None
        if found is None:
            raise Http404
        content, kind = found
        headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        return HttpResponse(content, content_type=kind, headers=headers)

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

    def history_of(self, subject: Any) -> Any:
        return Waybill(pk=subject.pk)

    def facts(self, request: HttpRequest, waybill: Waybill) -> dict[str, Any]:
        return {
            "title": group_number(waybill.number),
            "status": Status(waybill.status),
            "proofs": versions(waybill.pk),
            "signers": waybill.authorised_signers.select_related("recorded_by"),
            "consents": waybill.consents.select_related("recorded_by"),
            "promise_changes": waybill.promise_changes.select_related("changed_by"),
            "feedback": getattr(waybill, "feedback", None),
        }
