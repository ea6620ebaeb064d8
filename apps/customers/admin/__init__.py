"""The staff pages of the customers floor."""

from apps.customers.admin.assignments import AssignmentAdmin
from apps.customers.admin.authorisations import VerbalAuthorisationAdmin
from apps.customers.admin.customers import CustomerAdmin
from apps.customers.admin.handover import HandoverFormAdmin

__all__ = ["AssignmentAdmin", "CustomerAdmin", "HandoverFormAdmin", "VerbalAuthorisationAdmin"]
