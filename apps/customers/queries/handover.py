"""The service handover form: its content in words, its signatures, whose turn it is."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.customers.enums import (
    HandoverState,
    JobType,
    SigningRole,
)
from apps.customers.models import (
    Customer,
    HandoverForm,
    HandoverSignature,
)
from apps.customers.rules import next_signature, required_signatures


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line of the signature panel: whose turn, and who signed."""

    role: SigningRole
    signature: HandoverSignature | None
    is_next: bool
    holders: list[User]


def signature_panel(form: HandoverForm) -> list[SignatureLine]:
    """The signatures of the present round, in order, and who may put the next one."""
    signatures = list(form.signatures.select_related("signed_by").order_by("pk"))
    expected = next_signature(form, signatures) if form.state == HandoverState.IN_SIGNING else None
    present = {s.role: s for s in signatures if s.round == form.round}
    return [
        SignatureLine(
            role=role,
            signature=present.get(role),
            is_next=role == expected,
            holders=_holders(form, role) if role == expected else [],
        )
        for role in required_signatures(form)
    ]


def handover_content(form: HandoverForm) -> list[tuple[str, str]]:
    """The form's content as label and words, in the order of the paper."""
    return [(_label(form, name), _words(form, name)) for name in HandoverForm.CONTENT]


def _label(form: HandoverForm, name: str) -> str:
    return str(capfirst(str(form._meta.get_field(name).verbose_name)))  # type: ignore[union-attr]  # plain fields


def _words(form: HandoverForm, name: str) -> str:
    value = getattr(form, name)
    if name == "job_types":
        return ", ".join(str(JobType(job).label) for job in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(getattr(form, f"get_{name}_display", lambda: value)())


def earlier_signatures(form: HandoverForm) -> list[HandoverSignature]:
    """Of rounds that were sent back, newest first."""
    earlier = form.signatures.filter(round__lt=form.round).select_related("signed_by")
    return list(earlier.order_by("-round", "-pk"))


def forms_waiting_for(user: User) -> list[HandoverForm]:
    """The handover forms on which ``user`` puts the next signature."""
    forms = (
        HandoverForm.objects.filter(
            state=HandoverState.IN_SIGNING, customer__in=Customer.objects.visible_to(user)
        )
        .select_related("customer")
        .prefetch_related("signatures")
        .order_by("submitted_at")
    )
    return [form for form in forms if awaits(form, user)]


def has_form_under_way(customer: Customer) -> bool:
    return customer.handover_forms.under_way().exists()


def awaits(form: HandoverForm, user: User) -> bool:
    """Whether ``user`` puts the next signature on ``form``."""
    if form.state != HandoverState.IN_SIGNING:
        return False
    expected = next_signature(form, form.signatures.all())
    drafters = (form.created_by_id, form.submitted_by_id)
    return expected is not None and user.pk not in drafters and user.has_role(Role(expected.value))


def _holders(form: HandoverForm, role: SigningRole) -> list[User]:
    drafters = [pk for pk in (form.created_by_id, form.submitted_by_id) if pk]
    people = User.objects.active().people().with_role(Role(role.value)).exclude(pk__in=drafters)
    return list(people.order_by("display_name")[:6])
