"""The staff pages: who may open what, what is masked, and that writes go through the services."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.backoffice.queries.approvals import content_of
from apps.customers import services
from apps.customers.admin.customer_acts import CUSTOMER_ACTS
from apps.customers.admin.handover import HANDOVER_ACTS
from apps.customers.approvals import HANDOVER
from apps.customers.enums import HoldKind
from apps.customers.models import Customer, HandoverForm
from apps.events.models import Event
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.customers import (
    PDF,
    AuthorisationFactory,
    ContactFactory,
    ContractFactory,
    CustomerFactory,
    CustomerSiteFactory,
    LetterFactory,
    Signers,
    form_values,
    ready_customer,
    signatures_of,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/customers/customer/"


def allowed(user: User, *codenames: str) -> User:
    """Give ``user`` permissions of this app; all of them when none is named."""
    rights = Permission.objects.filter(content_type__app_label="customers")
    user.user_permissions.set(rights.filter(codename__in=codenames) if codenames else rights)
    return User.objects.get(pk=user.pk)


def at_desk(client: Client, *codenames: str, **fields: object) -> User:
    user: User = UserFactory(**{"scope": ObjectScope.ALL, **fields})
    sign_in(client, allowed(user, *codenames))
    return user


def page(customer: Customer, rest: str = "change/") -> str:
    return f"{LIST}{customer.pk}/{rest}"


@pytest.mark.requirement("ORD-4")
def test_the_look_up_fills_without_showing_personal_data(client: Client) -> None:
    at_desk(client, "lookup_customer")
    customer = ready_customer(name="重庆长安汽车", short_name="长安")
    CustomerFactory(name="成都别家")
    answer = client.get(f"{LIST}lookup/", {"q": "cqca"})
    assert answer["Cache-Control"].startswith("max-age=0")
    (hit,) = answer.json()["results"]
    assert hit["code"] == customer.code
    assert hit["settlement_method"] == "monthly"
    assert hit["status"]["colour"] == "green"
    assert hit["blockers"] == []
    assert hit["site"]["city"] == "上海市"
    text = answer.content.decode()
    for secret in (customer.contacts.get().phone[-6:], "世纪大道", "李仓管"):
        assert secret not in text
    assert Event.objects.count() == 0


@pytest.mark.requirement("ORD-4")
def test_the_look_up_takes_as_many_queries_for_three_as_for_one(client: Client) -> None:
    at_desk(client, "lookup_customer")
    counts = []
    for _n in range(2):
        ready_customer(name="重庆长安汽车")
        ready_customer(name="重庆长安汽车") if counts else None
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{LIST}lookup/", {"q": "重庆"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.requirement("ORD-4")
def test_filling_an_order_gives_clear_data_once_chosen_and_records_it(client: Client) -> None:
    user = at_desk(client, "lookup_customer")
    customer = ready_customer()
    assert client.get(page(customer, "fill/")).status_code == 405
    filled = client.post(page(customer, "fill/")).json()
    assert filled["address"] == customer.sites.get().address
    assert Event.objects.get(kind="customer.order_filled").by == user


@pytest.mark.requirement("ORD-4")
def test_a_stranger_finds_nothing_by_search_list_lookup_or_guessed_address(client: Client) -> None:
    at_desk(client, scope=ObjectScope.UNITS, roles=[Role.AGENT])
    signers = Signers()
    customer = ready_customer(name="重庆长安汽车")
    letter = customer.letters.get()
    form = signers.in_signing()
    word = AuthorisationFactory(customer=CustomerFactory(name="重庆某某"))
    assert client.get(f"{LIST}lookup/", {"q": "重庆"}).json() == {"results": []}
    for where in (LIST, f"{LIST}?q=cqca", "/admin/customers/handoverform/"):
        assert customer.code not in client.get(where).content.decode()
        assert form.number not in client.get(where).content.decode()
    form_page = f"/admin/customers/handoverform/{form.pk}/"
    for where in (
        page(customer),
        page(customer, "do/suspend/"),
        page(customer, f"document/letter/{letter.pk}/"),
        f"{form_page}change/",
        f"{form_page}print/",
        f"{form_page}do/sign/",
        f"/admin/customers/verbalauthorisation/{word.pk}/change/",
    ):
        assert client.get(where).status_code == 404, where
    assert client.post(page(customer, "fill/")).status_code == 404
    assert client.post(page(customer, "do/suspend/"), {"reason": "x x"}).status_code == 404
    assert not Event.objects.filter(kind="customer.suspended").exists()


def test_rows_of_another_customer_are_not_reached_through_ones_own(client: Client) -> None:
    at_desk(client)
    mine, other = ready_customer(), ready_customer()
    contact, letter = other.contacts.get(), other.letters.get()
    assert client.get(page(mine, f"do/reveal-contact/{contact.pk}/")).status_code == 404
    assert client.get(page(mine, f"document/letter/{letter.pk}/")).status_code == 404


@pytest.mark.parametrize("act", CUSTOMER_ACTS, ids=lambda act: act.name)
def test_each_act_needs_its_own_permission(client: Client, act: object) -> None:
    customer = ready_customer(status="trial", director=UserFactory(), trial_until="2099-01-01")
    row = ""
    if act.rows:  # type: ignore[attr-defined]  # an Act
        AuthorisationFactory(customer=customer)
        who = {"by": UserFactory(), "at": timezone.now()}
        services.set_holds(kind=HoldKind.OVERDUE, held={customer.pk: "逾期"}, **who)
        services.admit_user(customer, user=UserFactory(), by=UserFactory(), at=timezone.now())
        row = f"{getattr(customer, act.rows).first().pk}/"  # type: ignore[attr-defined]  # an Act
    where = page(customer, f"do/{act.name}/{row}")  # type: ignore[attr-defined]  # an Act
    others = {a.permission for a in CUSTOMER_ACTS} - {act.permission}  # type: ignore[attr-defined]  # an Act
    at_desk(client, "view_customer", *(one.partition(".")[2] for one in others))
    assert client.get(where).status_code == 403
    assert client.post(where, {"reason": "没有权限"}).status_code == 403
    at_desk(client, act.permission.partition(".")[2])  # type: ignore[attr-defined]  # an Act
    assert client.get(where).status_code in (200, 302)


@pytest.mark.parametrize("act", HANDOVER_ACTS, ids=lambda act: act.name)
def test_each_act_on_the_form_needs_its_own_permission(client: Client, act: object) -> None:
    form = Signers().in_signing()
    where = f"/admin/customers/handoverform/{form.pk}/do/{act.name}/"  # type: ignore[attr-defined]  # an Act
    at_desk(client, "view_handoverform")
    assert client.post(where, {"reason": "没有权限"}).status_code == 403
    form.refresh_from_db()
    assert form.state == "in_signing"


def test_signed_out_people_get_the_sign_in_page(client: Client) -> None:
    customer = CustomerFactory()
    for where in (LIST, f"{LIST}lookup/?q=a", page(customer)):
        assert client.get(where).status_code == 302


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_three(client: Client, rows: int) -> None:
    at_desk(client)
    for _n in range(rows):
        ready_customer()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(LIST)
    assert answer.status_code == 200
    own = [q for q in queries if "customers_customer" in q["sql"]]
    assert len(own) <= 2, "one for the rows; nothing per row, nothing counted"
    assert not any("COUNT(*)" in q["sql"] and "customers" in q["sql"] for q in queries)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries_for_one_and_three_of_each(
    client: Client, rows: int
) -> None:
    at_desk(client)
    customer = ready_customer()
    for _n in range(rows - 1):
        ContactFactory(customer=customer)
        CustomerSiteFactory(customer=customer)
        LetterFactory(customer=customer)
    for kind in list(HoldKind)[:rows]:
        who = {"by": UserFactory(), "at": timezone.now()}
        services.set_holds(kind=kind, held={customer.pk: "逾期"}, **who)
    with CaptureQueriesContext(connection) as queries:
        client.get(page(customer))
    own = [q for q in queries if "customers_" in q["sql"]]
    assert len(own) <= 10


def test_the_page_masks_everything_personal(client: Client) -> None:
    at_desk(client)
    customer = ready_customer()
    text = client.get(page(customer)).content.decode()
    for secret in (
        customer.contacts.get().phone[-8:],
        customer.sites.get().phone[-8:],
        "世纪大道",
        "王小明",
    ):
        assert secret not in text
    assert "138********" in text


def test_revealing_shows_once_after_a_reason(client: Client) -> None:
    user = at_desk(client)
    customer = ready_customer()
    contact = customer.contacts.get()
    where = page(customer, f"do/reveal-contact/{contact.pk}/")
    for answer in (client.get(where), client.post(where, {"reason": ""})):
        assert contact.phone not in answer.content.decode()
    assert not Event.objects.exists()
    shown = client.post(where, {"reason": "客户要求回电"})
    assert contact.phone in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    event = Event.objects.get()
    assert (event.by, event.data["reason"]) == (user, "客户要求回电")


def test_a_change_form_never_holds_the_phone_and_an_empty_one_keeps_it(client: Client) -> None:
    at_desk(client)
    contact = ready_customer().contacts.get()
    where = page(contact.customer, f"do/change-contact/{contact.pk}/")
    assert contact.phone[-8:] not in client.get(where).content.decode()
    typed = {
        "name": "新名",
        "role": "orders",
        "phone": "",
        "email": "",
        "preferred_channel": "phone",
        "language": "zh-hans",
    }
    assert client.post(where, typed).status_code == 302
    phone = contact.phone
    contact.refresh_from_db()
    assert (contact.name, contact.phone) == ("新名", phone)
    services.add_contact(
        contact.customer,
        {"name": "李四", "phone": "13900139001", "email": "li@example.com"},
        by=UserFactory(),
        at=timezone.now(),
    )


def test_entering_a_customer_and_being_refused_keeps_what_was_typed(client: Client) -> None:
    at_desk(client)
    unit = UnitFactory()
    typed = {
        "name": "苏州新客户",
        "unit": unit.pk,
        "settlement_method": "monthly",
        "settlement_cycle_days": "999",
        "language": "zh-hans",
        "statement_channel": "email",
        "feedback_channel": "email",
    }
    refused = client.post(f"{LIST}add/", typed)
    assert refused.status_code == 422
    assert "苏州新客户" in refused.content.decode()
    assert not Customer.objects.exists()
    answer = client.post(f"{LIST}add/", {**typed, "settlement_cycle_days": "30"})
    customer = Customer.objects.get()
    assert answer["Location"] == page(customer)
    assert customer.pinyin_initials == "szxkh"
    at_desk(client, "view_customer")
    assert client.get(f"{LIST}add/").status_code == 403


def test_a_user_of_one_unit_cannot_enter_customers_for_another(client: Client) -> None:
    at_desk(client, scope=ObjectScope.UNITS, roles=[Role.SALES])
    other = UnitFactory()
    answer = client.post(f"{LIST}add/", {"name": "客户", "unit": other.pk})
    assert answer.status_code == 422
    assert not Customer.objects.exists()


@pytest.mark.requirement("ORD-2")
def test_filing_and_opening_a_letter(client: Client) -> None:
    user = at_desk(client)
    customer = CustomerFactory()
    today = timezone.localdate()
    typed = {
        "signer": "王小明",
        "signed_on": today.isoformat(),
        "valid_until": (today + timedelta(days=365)).isoformat(),
    }
    where = page(customer, "do/file-letter/")
    bad = client.post(where, {**typed, "file": SimpleUploadedFile("函.pdf", b"<html>")})
    assert bad.status_code == 422
    assert "PDF" in bad.content.decode()
    assert not customer.letters.exists()
    good = client.post(where, {**typed, "file": SimpleUploadedFile("危险货物 通知函.pdf", PDF)})
    assert good.status_code == 302
    letter = customer.letters.get()
    assert letter.created_by == user
    download = client.get(page(customer, f"document/letter/{letter.pk}/"))
    assert b"".join(download.streaming_content) == PDF
    assert download["Content-Disposition"].startswith("attachment")
    assert download["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in download["Content-Security-Policy"]
    at_desk(client, "view_customer")
    assert client.get(page(customer, f"document/letter/{letter.pk}/")).status_code == 403
    assert client.get(page(customer, "document/other/1/")).status_code == 403


def test_a_scan_that_is_gone_is_said_in_words(client: Client) -> None:
    at_desk(client)
    letter = LetterFactory()
    answer = client.get(page(letter.customer, f"document/letter/{letter.pk}/"), follow=True)
    assert answer.redirect_chain


@pytest.mark.requirement("ORD-3")
def test_the_form_from_draft_to_print_in_the_browser_pages(client: Client) -> None:
    signers = Signers()
    customer = signers.customer(name="苏州新客户")
    sign_in(client, allowed(signers.drafter))
    where = page(customer, "do/draft-handover/")
    typed = {**form_values(), "needs_delivery": "on"}
    del typed["needs_storage"]
    answer = client.post(where, typed)
    form = HandoverForm.objects.get()
    form_page = reverse("admin:customers_handoverform_change", args=[form.pk])
    assert answer["Location"] == form_page
    do = form_page.replace("change/", "do/")
    assert client.post(f"{do}submit/").status_code == 302
    assert "do/sign/" not in client.get(form_page).content.decode(), "not offered to the drafter"
    for person in (signers.sales, signers.delivery, signers.general):
        sign_in(client, allowed(person))
        assert "do/sign/" in client.get(form_page).content.decode()
        typed = {"remark": "同意", "seen": content_of(HANDOVER, form)[1]}
        assert client.post(f"{do}sign/", typed).status_code == 302
    form.refresh_from_db()
    assert form.state == "accepted"
    client.cookies["yipiao_language"] = "en"
    printed = client.get(form_page.replace("change/", "print/")).content.decode()
    for words in ("客户服务交接表", "苏州新客户", "同意", str(signers.general)):
        assert words in printed


@pytest.mark.requirement("ORD-3")
def test_signing_out_of_turn_is_refused_in_words(client: Client) -> None:
    signers = Signers()
    form = signers.in_signing()
    sign_in(client, allowed(signers.general))
    answer = client.post(
        f"/admin/customers/handoverform/{form.pk}/do/sign/",
        {"remark": "", "seen": content_of(HANDOVER, form)[1]},
    )
    assert answer.status_code == 422
    assert "仓" in answer.content.decode() or "配送" in answer.content.decode()
    assert signatures_of(form).count() == 0


@pytest.mark.requirement("ORD-3")
def test_recording_and_withdrawing_a_verbal_authorisation(client: Client) -> None:
    at_desk(client)
    customer, leader = CustomerFactory(), UserFactory(roles=[Role.GENERAL_MANAGER])
    deadline = timezone.localtime() + timedelta(days=3)
    typed = {
        "leader": leader.pk,
        "deadline": f"{deadline:%Y-%m-%dT%H:%M}",
        "reason": "展会货物今晚必须走",
    }
    assert client.post(page(customer, "do/authorise/"), typed).status_code == 302
    word = customer.authorisations.get()
    assert word.given_by == leader
    assert client.get("/admin/customers/verbalauthorisation/").status_code == 200
    opened = client.get(f"/admin/customers/verbalauthorisation/{word.pk}/change/")
    assert opened["Location"] == page(customer)
    where = page(customer, f"do/withdraw-authorisation/{word.pk}/")
    assert client.post(where, {"reason": "合同谈崩了"}).status_code == 302
    late = client.post(where, {"reason": "再撤一次"}, follow=True)
    assert late.redirect_chain, "someone was quicker: said in words on the page"


@pytest.mark.parametrize(
    "query",
    [
        "owned=me",
        "owned=nobody",
        "papers=complete",
        "papers=verbal",
        "papers=letter",
        "papers=form",
    ],
)
def test_filters_answer(client: Client, query: str) -> None:
    at_desk(client)
    ready_customer()
    assert client.get(f"{LIST}?{query}").status_code == 200


@pytest.mark.parametrize("odd", ["abc", "0", "99999999999999999999", "1 OR 1=1"])
def test_odd_ids_are_not_found_rather_than_a_crash(client: Client, odd: str) -> None:
    at_desk(client)
    for model in ("customer", "handoverform", "verbalauthorisation"):
        assert client.get(f"/admin/customers/{model}/{odd}/change/").status_code in (302, 404)


def test_every_page_in_english_too(client: Client) -> None:
    at_desk(client)
    client.cookies["yipiao_language"] = "en"
    customer, contract = ready_customer(), ContractFactory()
    assert "Orders cannot be confirmed yet" in client.get(page(contract.customer)).content.decode()
    assert client.get(page(customer)).status_code == 200
