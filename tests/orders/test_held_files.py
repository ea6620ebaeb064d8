"""A file chosen before a check that failed need not be chosen again: taking an order and taking in a
spreadsheet of orders (ORD-1, ORD-4)."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.models import HeldFile, ImportFile
from apps.core.sheets import write_xlsx
from apps.orders.models import WorkOrder
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.customers import ready_customer
from tests.factories.orders import words
from tests.full_disk import small_disk
from tests.orders.test_intake import HEAD, row

pytestmark = pytest.mark.django_db(transaction=True)  # what is dropped leaves the disk on commit
ENTER = reverse("admin:orders_workorder_enter")
TAKE_IN = reverse("admin:backoffice_importfile_new_orders_workorder")
KEPT = "已保留的文件，无需重新选择"


def typed(**changes: Any) -> dict[str, Any]:
    return {**words(**changes), "customer": ready_customer().pk, "draft_key": str(uuid4())}


def fax(name: str = "传真.tif", content: bytes = b"II*\x00scan") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/tiff")


def sheet(content: bytes, name: str = "委托.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def keys(answer: Any, name: str) -> list[str]:
    return re.findall(rf'name="{name}-kept" value="([0-9a-f]{{32}})"', answer.content.decode())


def nothing_is_held() -> bool:
    return not HeldFile.objects.exists() and not _on_disk("held")


def _on_disk(folder: str) -> list[Path]:
    return [path for path in Path(default_storage.path(folder)).rglob("*") if path.is_file()]


@pytest.mark.requirement("ORD-4")
def test_the_original_of_an_order_outlives_a_slip(client: Client, agent: User) -> None:
    fields = typed(delivery_phone="12")
    refused = client.post(ENTER, {**fields, "original_file": fax()})
    shown = refused.content.decode()
    assert refused.status_code == 200 and KEPT in shown and "传真.tif" in shown
    assert '<details class="orders-original" open>' in shown, "what is kept is seen"
    (held,) = keys(refused, "original_file")
    assert keys(client.post(ENTER, {**fields, "original_file-kept": held}), "original_file") == [
        held
    ]
    fields["delivery_phone"] = words()["delivery_phone"]
    done = client.post(ENTER, {**fields, "original_file-kept": held})
    assert done.status_code == 302, done.context["form"].errors
    order = WorkOrder.objects.get()
    assert order.original_name == "传真.tif" and order.original_file.read() == b"II*\x00scan"
    assert nothing_is_held()


@pytest.mark.requirement("ORD-4")
def test_a_refusal_of_the_service_keeps_it_too_and_a_second_choice_takes_its_place(
    client: Client, agent: User
) -> None:
    fields = typed(customer_reference="PO-7")
    assert client.post(ENTER, fields).status_code == 302
    fields["draft_key"] = str(uuid4())
    refused = client.post(ENTER, {**fields, "original_file": fax()})
    (first,) = keys(refused, "original_file")
    assert "PO-7" in refused.content.decode()
    again = client.post(
        ENTER, {**fields, "original_file-kept": first, "original_file": fax("第二页.tif", b"II*2")}
    )
    (second,) = keys(again, "original_file")
    assert second != first and list(HeldFile.objects.values_list("name", flat=True)) == [
        "第二页.tif"
    ]
    fields["customer_reference"] = "PO-8"
    done = client.post(ENTER, {**fields, "original_file-kept": second})
    assert done.status_code == 302
    assert WorkOrder.objects.get(customer_reference="PO-8").original_file.read() == b"II*2"
    assert nothing_is_held()


@pytest.mark.requirement("ORD-4")
def test_what_is_left_out_or_too_large_is_not_kept(client: Client, agent: User) -> None:
    fields = typed(delivery_phone="12")
    large = fax(content=b"x" * (10 * 1024 * 1024 + 1))
    refused = client.post(ENTER, {**fields, "original_file": large})
    assert keys(refused, "original_file") == [] and nothing_is_held()
    assert "10 MB" in refused.content.decode()
    (held,) = keys(client.post(ENTER, {**fields, "original_file": fax()}), "original_file")
    left = {"original_file-kept": held, "original_file-drop": held}
    assert keys(client.post(ENTER, {**fields, **left}), "original_file") == []
    fields["delivery_phone"] = words()["delivery_phone"]
    assert client.post(ENTER, {**fields, **left}).status_code == 302
    assert not WorkOrder.objects.get().original_file


@pytest.mark.requirement("ORD-4")
def test_a_held_file_is_its_owners(client: Client, agent: User) -> None:
    fields = typed(delivery_phone="12")
    (held,) = keys(client.post(ENTER, {**fields, "original_file": fax()}), "original_file")
    assert HeldFile.objects.get().owner == agent
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    refused = client.post(ENTER, {**fields, "original_file-kept": held})
    assert keys(refused, "original_file") == [] and "传真.tif" not in refused.content.decode()
    fields["delivery_phone"] = words()["delivery_phone"]
    assert client.post(ENTER, {**fields, "original_file-kept": held}).status_code == 302
    assert not WorkOrder.objects.get().original_file
    assert HeldFile.objects.filter(key=held).exists(), "nor is it dropped by somebody else"


@pytest.mark.requirement("ORD-1")
def test_a_spreadsheet_outlives_a_forgotten_customer(client: Client, agent: User) -> None:
    customer, content = ready_customer(), write_xlsx(HEAD, [row()])
    refused = client.post(TAKE_IN, {"customer": "", "file": sheet(content)})
    shown = refused.content.decode()
    assert KEPT in shown and "委托.xlsx" in shown and not ImportFile.objects.exists()
    (held,) = keys(refused, "file")
    done = client.post(TAKE_IN, {"customer": customer.pk, "file-kept": held})
    assert done.status_code == 302, done.context["form"].errors
    intake = ImportFile.objects.get()
    assert (intake.name, intake.rows_total) == ("委托.xlsx", 1)
    assert default_storage.open(intake.path).read() == content, (
        "byte for byte: its fingerprint is what makes it known"
    )
    assert nothing_is_held()


@pytest.mark.requirement("ORD-1")
def test_a_known_spreadsheet_stays_for_another_customer_and_a_broken_one_goes(
    client: Client, agent: User
) -> None:
    first, second, content = ready_customer(), ready_customer(), write_xlsx(HEAD, [row()])
    assert client.post(TAKE_IN, {"customer": first.pk, "file": sheet(content)}).status_code == 302
    looked_at = ImportFile.objects.get().pk
    assert (
        client.post(
            reverse("admin:backoffice_importfile_act", args=[looked_at, "take"])
        ).status_code
        == 302
    )
    known = client.post(TAKE_IN, {"customer": first.pk, "file": sheet(content)})
    (held,) = keys(known, "file")
    assert "委托.xlsx" in known.content.decode()
    assert client.post(TAKE_IN, {"customer": second.pk, "file-kept": held}).status_code == 302
    assert ImportFile.objects.filter(scope=f"customer={second.pk}").exists()

    bad = sheet(b"PK\x03\x04broken")
    (held,) = keys(client.post(TAKE_IN, {"customer": "", "file": bad}), "file")
    refused = client.post(TAKE_IN, {"customer": second.pk, "file-kept": held})
    assert refused.status_code == 422 and keys(refused, "file") == []
    assert nothing_is_held(), "choosing it again would not help"
    assert client.post(TAKE_IN, {"customer": second.pk}).context["form"].errors["file"]


@pytest.mark.requirement("ORD-1")
def test_a_file_that_the_store_has_lost_is_asked_for_again(client: Client, agent: User) -> None:
    content = write_xlsx(HEAD, [row()])
    (held,) = keys(client.post(TAKE_IN, {"customer": "", "file": sheet(content)}), "file")
    default_storage.delete(HeldFile.objects.get().path)
    refused = client.post(TAKE_IN, {"customer": ready_customer().pk, "file-kept": held})
    assert keys(refused, "file") == [] and refused.context["form"].errors["file"]


@pytest.mark.requirement("ORD-4")
@pytest.mark.parametrize(
    ("language", "message"), [("zh-hans", "不要这个文件"), ("en", "Leave this file out")]
)
def test_both_languages(client: Client, agent: User, language: str, message: str) -> None:
    client.cookies["yipiao_language"] = language
    shown = client.post(ENTER, {**typed(delivery_phone="12"), "original_file": fax()})
    assert message in shown.content.decode()


@pytest.mark.requirement("ORD-1")
@pytest.mark.parametrize(
    ("address", "name", "form"),
    [(ENTER, "original_file", {"goods_name": "服装样衣"}), (TAKE_IN, "file", {"customer": ""})],
)
def test_a_full_disk_says_which_file_to_choose_again(
    client: Client,
    agent: User,
    settings: Any,
    tmp_path: Path,
    address: str,
    name: str,
    form: dict[str, str],
) -> None:
    with small_disk(tmp_path / "media") as disk:
        settings.MEDIA_ROOT = disk.root
        disk.fill()
        refused = client.post(address, {**form, name: fax("传真.csv")})
        shown = refused.content.decode()
        assert refused.status_code in (200, 422) and "请重新选择这些文件：传真.csv" in shown
        assert form.get("goods_name", "") in shown
        assert keys(refused, name) == [] and not HeldFile.objects.exists() and disk.files == []
