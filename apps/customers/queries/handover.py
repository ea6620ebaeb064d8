"""The service handover form's signatures: the approvals of its newest request, and earlier ones."""

from django.db.models import QuerySet

from apps.backoffice.models import Approval
from apps.customers.models import Customer, HandoverForm


def signatures_of(form: HandoverForm) -> QuerySet[Approval]:
    """Every signature put on the form, in the order they were given, of all its rounds."""
    return Approval.objects.filter(
        request__subject_type=form._meta.label_lower, request__subject_id=str(form.pk)
    ).order_by("pk")


def has_form_under_way(customer: Customer) -> bool:
    return customer.handover_forms.under_way().exists()
