from apps.customers.models.contacts import Contact, CustomerSite, FormerAddress
from apps.customers.models.customers import Customer, CustomerQuerySet
from apps.customers.models.handover import HandoverForm
from apps.customers.models.holds import CustomerHold
from apps.customers.models.on_file import Papers
from apps.customers.models.papers import Contract, DangerousGoodsLetter, VerbalAuthorisation
from apps.customers.models.scopes import CustomerScope

__all__ = [
    "Contact",
    "Contract",
    "Customer",
    "CustomerHold",
    "CustomerQuerySet",
    "CustomerScope",
    "CustomerSite",
    "DangerousGoodsLetter",
    "FormerAddress",
    "HandoverForm",
    "Papers",
    "VerbalAuthorisation",
]
