"""A form counts once: its key, its row, and what the second press is answered."""

import threading
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import ApiKey, Unit, User
from apps.backoffice.models import FormSubmission
from apps.backoffice.services import claim_submission, sweep_submissions
from apps.backoffice.tasks import sweep_form_submissions
from apps.complaints import services as complaints
from apps.complaints.models import Case, CaseEntry, CaseFile
from tests.factories.accounts import (
    PASSWORD,
    ServiceUserFactory,
    UnitFactory,
    UserFactory,
    sign_in,
    superuser,
)
from tests.factories.complaints import Team, case
from tests.pressing import PageForm, form_at, forms_of, press
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db
NOTE = "客户在楼下等，先联系网点。"


@pytest.fixture
def mine(client: Client) -> Case:
    team = Team()
    sign_in(client, team.agent)
    return case(team=team, contact_email="wang@example.com")


def page_of(of: Case) -> str:
    return reverse("admin:complaints_case_page", args=[of.number])


def note_form(client: Client, of: Case) -> PageForm:
    return act_form(client, of, "note")


def act_form(client: Client, of: Case, name: str) -> PageForm:
    opened = reverse("admin:complaints_case_act", args=[of.number, name])
    return form_at(client, opened, f"/{name}/")


def notes() -> list[str]:
    return list(CaseEntry.objects.filter(kind="note").order_by("pk").values_list("text", flat=True))


def html_of(client: Client, of: Case) -> str:
    shown: str = client.get(page_of(of)).content.decode()
    return shown


def test_each_form_of_a_page_has_a_key_of_its_own(client: Client, mine: Case) -> None:
    intake = client.get(reverse("admin:complaints_case_intake")).content.decode()
    forms = [
        one for shown in (html_of(client, mine), intake) for one in forms_of(shown) if one.posts
    ]
    assert len(forms) > 5 and all(one.key for one in forms)
    # The page stands in more than one form with the same token, and never with the same key.
    assert len({one.key for one in forms}) == len(forms)
    assert note_form(client, mine).key != note_form(client, mine).key


def test_the_second_press_does_nothing_and_is_told_the_same(client: Client, mine: Case) -> None:
    form = note_form(client, mine)
    first, second = (press(client, form, note__text=NOTE) for _n in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"] == page_of(mine)
    assert "Form-Replayed" not in first and second["Form-Replayed"] == "true"
    assert notes() == [NOTE]
    # Both are told that it is done, and once: the first's words still wait in the same browser.
    assert html_of(client, mine).count("备注已记录") == 1
    third = press(client, form, note__text=NOTE)
    assert third["Form-Replayed"] == "true" and html_of(client, mine).count("备注已记录") == 1


def test_another_text_in_the_same_form_is_another_press(client: Client, mine: Case) -> None:
    form = note_form(client, mine)
    press(client, form, note__text=NOTE)
    press(client, form, note__text=NOTE + "补充")
    assert len(notes()) == 2


def test_two_windows_are_two_deliberate_acts(client: Client, mine: Case) -> None:
    one, two = note_form(client, mine), note_form(client, mine)
    press(client, one, note__text=NOTE)
    press(client, two, note__text=NOTE)
    assert notes() == [NOTE, NOTE]


def test_files_are_part_of_what_was_sent(client: Client, mine: Case) -> None:
    form = act_form(client, mine, "files")
    for content in (b"one", b"one", b"two"):
        answer = press(
            client, form, files__files=SimpleUploadedFile("a.txt", content, "text/plain")
        )
        assert answer.status_code == 302
    assert CaseFile.objects.count() == 2


def test_a_form_that_came_back_has_not_used_up_its_key(client: Client, mine: Case) -> None:
    form = note_form(client, mine)
    assert press(client, form, note__text="").status_code == 422
    assert not FormSubmission.objects.exists()
    assert press(client, form, note__text=NOTE).status_code == 302
    assert notes() == [NOTE]


def test_a_refusal_in_words_has_not_used_up_its_key(client: Client, mine: Case) -> None:
    """“Not possible now” is a redirect with a warning; later the same press may be possible."""
    form = act_form(client, mine, "take")
    complaints.cancel_case(case_id=mine.pk, reason="测试", by=UserFactory(), at=timezone.now())
    assert press(client, form).status_code == 302
    assert not FormSubmission.objects.exists()


def test_what_broke_down_left_nothing_and_may_be_sent_again(
    client: Client, mine: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The act itself was done when the draft could not be thrown away: one transaction."""
    form = note_form(client, mine)
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(complaints, "discard_draft", lambda **_given: 1 / 0)
        assert press(client, form, note__text=NOTE).status_code == 500
    assert notes() == [] and not FormSubmission.objects.exists()
    assert press(client, form, note__text=NOTE).status_code == 302
    assert notes() == [NOTE]


def test_a_key_is_good_for_its_person_and_its_address_only(client: Client, mine: Case) -> None:
    form, other = note_form(client, mine), Client()
    sign_in(other, superuser())
    press(client, form, note__text=NOTE)
    press(other, form, note__text=NOTE)
    assert len(notes()) == 2
    form.action += "?x=1"
    press(client, form, note__text=NOTE)
    assert len(notes()) == 3


@pytest.mark.parametrize("key", ["", "short", "k" * 65, "with space and more", "键" * 20])
def test_what_is_no_key_is_none(client: Client, mine: Case, key: str) -> None:
    form = note_form(client, mine)
    form.data["form_key"] = [key]
    assert press(client, form, note__text=NOTE).status_code == 302
    assert notes() == [NOTE] and not FormSubmission.objects.exists()


def test_the_answer_is_kept_encrypted_and_nothing_of_the_form(client: Client, mine: Case) -> None:
    press(client, note_form(client, mine), note__text=NOTE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest, answer FROM backoffice_formsubmission")
        digest, answer = cursor.fetchone()
    assert len(digest) == 64 and mine.number not in answer and "{" not in answer
    assert mine.number in FormSubmission.objects.get().answer
    assert NOTE not in FormSubmission.objects.get().answer


def test_after_a_day_it_is_swept_and_until_then_begins_anew(client: Client, mine: Case) -> None:
    form = note_form(client, mine)
    press(client, form, note__text=NOTE)
    FormSubmission.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Form-Replayed" not in press(client, form, note__text=NOTE)
    assert len(notes()) == 2
    assert sweep_form_submissions() == 0
    assert sweep_submissions(at=timezone.now() + timedelta(hours=25)) == 1


def test_an_act_costs_two_statements_more(client: Client, mine: Case) -> None:
    """One that claims, one that keeps the answer. Sessions, people and rights are not asked again."""

    def cost(key: list[str]) -> int:
        form = note_form(client, mine)
        form.data["form_key"] = key or form.data["form_key"]
        with CaptureQueriesContext(connection) as captured:
            assert press(client, form, note__text=NOTE).status_code == 302
        work = [q["sql"] for q in captured if "SAVEPOINT" not in q["sql"]]
        return len(work)

    cost([])
    assert cost([]) - cost(["-"]) == 2


def test_signing_in_is_never_answered_from_memory(client: Client) -> None:
    """Its answer is a session, which the second browser would not have."""
    UserFactory(username="wang", password=PASSWORD)
    for window in (client, Client()):
        form = form_at(window, reverse("admin:login"), having="username")
        assert form.key
        answer = press(window, form, username="wang", password=PASSWORD)
        assert answer.status_code == 302 and "Form-Replayed" not in answer
    assert not FormSubmission.objects.exists()


def test_the_back_offices_own_forms_count_once(client: Client) -> None:
    """What the framework saves."""
    sign_in(client, superuser())
    UnitFactory(code="HQ")
    form = form_at(client, reverse("admin:accounts_unit_add"), having="code")
    typed = {"code": "X1", "name": "营业部一", "kind": "branch", "city": "上海市"}
    answers = [press(client, form, **typed) for _n in range(2)]
    assert [a.status_code for a in answers] == [302, 302], answers[0].content.decode()[:2000]
    assert answers[1]["Form-Replayed"] == "true" and Unit.objects.filter(code="X1").count() == 1


def test_a_secret_is_made_once_and_shown_to_the_first_press_only(client: Client) -> None:
    sign_in(client, superuser())
    machine: User = ServiceUserFactory()
    add = reverse("admin:accounts_apikey_changelist")
    form = form_at(client, reverse("admin:accounts_apikey_add"), having="name")
    typed = {"user": machine.pk, "name": "ERP", "scopes": ["orders:write"]}
    first = press(client, form, **typed)
    assert "ypk_" in first.content.decode(), first.content.decode()[:3000]
    second = press(client, form, **typed)
    assert second["Location"] == add and b"ypk_" not in second.content
    assert ApiKey.objects.filter(user=machine).count() == 1
    assert "不会再次显示" in client.get(add).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_claim_outside_a_transaction_is_a_mistake() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        claim_submission(digest="d" * 64, at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_for_the_first_is_told_so(
    client: Client, mine: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = note_form(client, mine)
    begun, goes_on = threading.Event(), threading.Event()
    answers: list[Any] = []

    def slow(**_given: Any) -> None:
        begun.set()
        goes_on.wait(LIMIT)

    def first() -> None:
        try:
            answers.append(press(client, form, note__text=NOTE))
        finally:
            connections.close_all()

    monkeypatch.setattr(complaints, "discard_draft", slow)
    window = Client()
    window.cookies = deepcopy(client.cookies)
    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert begun.wait(LIMIT)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        second = press(window, form, note__text=NOTE)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        goes_on.set()
        thread.join(LIMIT)
    assert second.status_code == 409 and "正在处理" in second.content.decode()
    assert answers[0].status_code == 302 and notes() == [NOTE]
    assert press(window, form, note__text=NOTE)["Form-Replayed"] == "true"
