"""Customers with as much or as little on file as a test needs.

``CustomerFactory`` is a prospect with nothing on file; ``ready_customer()`` may order.
"""

import io
from datetime import date, datetime, timedelta
from typing import Any

import factory
from django.db.models import QuerySet
from django.utils import timezone
from PIL import Image

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.models import Approval
from apps.core.crypto import blind_index
from apps.core.phones import normalise_phone
from apps.customers import services
from apps.customers.enums import JobType
from apps.customers.models import (
    Contact,
    Contract,
    Customer,
    CustomerSite,
    DangerousGoodsLetter,
    HandoverForm,
    VerbalAuthorisation,
)
from apps.customers.names import readings, search_text
from apps.customers.queries import PHONE
from tests.factories.accounts import UnitFactory, UserFactory

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def png(size: tuple[int, int] = (4, 4)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "PNG")
    return out.getvalue()


class CustomerFactory(factory.django.DjangoModelFactory[Customer]):
    """A prospect; names are indexed for the look-up as the service does it."""

    class Meta:
        model = Customer

    code = factory.Sequence(lambda n: f"CF{n:05d}")
    name = factory.Sequence(lambda n: f"上海测试{n}贸易有限公司")
    unit = factory.SubFactory(UnitFactory)
    agent = factory.SubFactory(UserFactory)
    created_by = factory.SubFactory(UserFactory)
    pinyin = factory.LazyAttribute(lambda c: readings(c.name)[0].full)
    pinyin_initials = factory.LazyAttribute(lambda c: readings(c.name)[0].initials)
    search_text = factory.LazyAttribute(
        lambda c: search_text(
            c.code, c.name, getattr(c, "short_name", ""), getattr(c, "english_name", "")
        )
    )


class ContactFactory(factory.django.DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    customer = factory.SubFactory(CustomerFactory)
    name = "王小明"
    phone = factory.Sequence(lambda n: f"+86138{n:08d}")
    phone_index = factory.LazyAttribute(lambda c: blind_index(normalise_phone(c.phone), PHONE))
    created_by = factory.SubFactory(UserFactory)


class CustomerSiteFactory(factory.django.DjangoModelFactory[CustomerSite]):
    class Meta:
        model = CustomerSite

    customer = factory.SubFactory(CustomerFactory)
    label = "一号仓"
    city = "上海市"
    address = "上海市浦东新区世纪大道100号3号楼501室"
    contact_name = "李仓管"
    phone = factory.Sequence(lambda n: f"+86139{n:08d}")
    phone_index = factory.LazyAttribute(lambda s: blind_index(normalise_phone(s.phone), PHONE))
    created_by = factory.SubFactory(UserFactory)


class ContractFactory(factory.django.DjangoModelFactory[Contract]):
    class Meta:
        model = Contract

    customer = factory.SubFactory(CustomerFactory)
    number = factory.Sequence(lambda n: f"HT-{n:05d}")
    valid_from = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))
    price_reference = "2026 标准价"
    file = "customers/aa/contract.pdf"
    file_name = "合同.pdf"
    content_type = "application/pdf"
    size = 100
    sha256 = "0" * 64
    created_by = factory.SubFactory(UserFactory)


class LetterFactory(factory.django.DjangoModelFactory[DangerousGoodsLetter]):
    class Meta:
        model = DangerousGoodsLetter

    customer = factory.SubFactory(CustomerFactory)
    signer = "王小明"
    signed_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))
    valid_until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=335))
    file = "customers/aa/letter.pdf"
    file_name = "危险货物通知函.pdf"
    content_type = "application/pdf"
    size = 100
    sha256 = "0" * 64
    created_by = factory.SubFactory(UserFactory)


class AuthorisationFactory(factory.django.DjangoModelFactory[VerbalAuthorisation]):
    """A leader's word of an hour ago that holds for two more days."""

    class Meta:
        model = VerbalAuthorisation

    customer = factory.SubFactory(CustomerFactory)
    given_by = factory.SubFactory(UserFactory)
    given_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    deadline = factory.LazyFunction(lambda: timezone.now() + timedelta(days=2))
    reason = "展会明天开始"
    missing = ["handover_form", "contract"]
    created_by = factory.SubFactory(UserFactory)


def form_values(**changes: Any) -> dict[str, Any]:
    """A filled-in service handover form."""
    return {
        "services": "上海同城次日配送，华东门到门",
        "job_types": [JobType.DOOR_TO_DOOR.value],
        "needs_storage": False,
        "needs_delivery": True,
        "monthly_volume": "每月 800 票",
        "goods": "服装",
        "special_demands": "签收单原件返回",
        "billing": "月结 30 天，每月 5 日出对账单",
        "settlement_method": "monthly",
        "settlement_cycle_days": 45,
        "customer_contacts": "王小明（下单）",
        "price_agreed": "2026 标准价 95 折",
        "trial_days": 30,
        **changes,
    }


class Signers:
    """One person for each signature, in one unit, and a director above."""

    def __init__(self) -> None:
        self.unit = UnitFactory()
        self.drafter = self._person(Role.SALES)
        self.sales = self._person(Role.SALES)
        self.warehouse = self._person(Role.WAREHOUSE_MANAGER)
        self.delivery = self._person(Role.DELIVERY_MANAGER)
        self.general = self._person(Role.GENERAL_MANAGER)
        self.director = self._person(Role.DIRECTOR)
        self.agent = self._person(Role.AGENT)

    def _person(self, role: Role) -> User:
        user: User = UserFactory(roles=[role], unit=self.unit)
        return user

    def customer(self, **fields: Any) -> Customer:
        customer: Customer = CustomerFactory(unit=self.unit, agent=self.agent, **fields)
        return customer

    def in_signing(self, customer: Customer | None = None, **values: Any) -> HandoverForm:
        at = timezone.now()
        form = services.draft_handover_form(
            customer or self.customer(), form_values(**values), by=self.drafter, at=at
        )
        return services.submit_handover_form(form, by=self.drafter, at=at)

    def accept(self, form: HandoverForm, *, at: datetime | None = None) -> HandoverForm:
        at = at or timezone.now()
        storage = [self.warehouse] if form.needs_storage else []
        delivery = [self.delivery] if form.needs_delivery else []
        for person in (self.sales, *storage, *delivery, self.general):
            form = services.sign_handover_form(form, by=person, at=at)
        return form


def ready_customer(*, signers: Signers | None = None, **fields: Any) -> Customer:
    """An active customer with handover form, contract, letter, contact and pickup place: nothing
    blocks its orders (pass ``status="trial"`` and the like through ``fields``)."""
    at = timezone.now() - timedelta(days=30)
    who = UserFactory()
    fields.setdefault("status", "active")
    if signers is not None:
        fields.setdefault("unit", signers.unit)
        fields.setdefault("agent", signers.agent)
    customer: Customer = CustomerFactory(**fields)
    HandoverForm.objects.create(
        customer=customer,
        **form_values(),
        state="accepted",
        submitted_at=at,
        submitted_by=who,
        accepted_at=at,
        accepted_by=who,
        created_by=who,
    )
    ContractFactory(customer=customer)
    LetterFactory(customer=customer)
    ContactFactory(customer=customer, default_pickup=True)
    CustomerSiteFactory(customer=customer, is_default=True)
    return customer


def days(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def signatures_of(form: HandoverForm) -> QuerySet[Approval]:
    """Every signature put on the form, in the order they were given, of all its rounds."""
    return Approval.objects.filter(
        request__subject_type=form._meta.label_lower, request__subject_id=str(form.pk)
    ).order_by("pk")
