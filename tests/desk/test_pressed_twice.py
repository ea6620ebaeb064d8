"""What staff press twice is done once, also in the very same moment (STF-1, CMP-1)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.chat.enums import ChatSide
from apps.chat.models import ChatLine
from apps.complaints.enums import CaseState, EntryKind
from apps.complaints.models import Case, CaseEntry
from apps.events.models import Event
from apps.orders.models import FollowUpTask, WorkOrder
from apps.tracking.models import TrackingEvent
from tests.doubles.mail_server import MailServer
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.factories.chats import agent, round_the_clock, talking
from tests.factories.complaints import Team, case
from tests.factories.customers import ready_customer
from tests.factories.notifications import relay_all, send_all
from tests.factories.orders import confirmed_order, order, words
from tests.factories.tracking import waybill
from tests.pressing import PageForm, at_once, form_at, forms_of, press

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 4


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_PER_SECOND = 1000.0
        settings.DEFAULT_FROM_EMAIL = "一票速递 <service@yipiao.example>"
        settings.SITE_URL = "https://yp.example"
        yield server


@pytest.fixture
def boss(client: Client) -> User:
    return sign_in(client, superuser())


@pytest.fixture
def team(boss: User) -> Team:
    return Team()


def page_of(of: Case) -> str:
    return reverse("admin:complaints_case_page", args=[of.number])


def act_of(of: Case, name: str) -> str:
    return reverse("admin:complaints_case_act", args=[of.number, name])


def all_alike(answers: list[Any], status: int = 302) -> None:
    """One of them did it; all lead to the same place."""
    assert [a.status_code for a in answers] == [status] * len(answers), answers
    assert len({a["Location"] for a in answers}) == 1
    replayed = [a for a in answers if "Form-Replayed" in a]
    assert len(replayed) == len(answers) - 1


def together(client: Client, form: PageForm, **typed: Any) -> list[Any]:
    return at_once(client, PRESSES, lambda window: press(window, form, **typed))


def entries(of: Case, kind: EntryKind) -> int:
    return CaseEntry.objects.filter(case=of, kind=kind).count()


def test_a_reply_leaves_the_house_once(client: Client, team: Team, mail: MailServer) -> None:
    made = case(team=team, contact_email="wang@example.com")
    relay_all()
    send_all("email")
    mail.accepted.clear()
    form = form_at(client, act_of(made, "reply"), "/reply/")
    typed = {"reply__text": "快件今晚送到，抱歉让您久等。", "reply__channel": "email"}
    all_alike(together(client, form, **typed))
    # And once more, after a connection that was cut.
    assert press(client, form, **typed)["Form-Replayed"] == "true"
    relay_all()
    send_all("email")
    assert entries(made, EntryKind.MESSAGE_OUT) == 1
    assert len(mail.accepted) == 1


@pytest.mark.parametrize(
    ("name", "typed", "kind"),
    [
        ("note", {"note__text": "已联系网点"}, EntryKind.NOTE),
        ("call", {"call__text": "客户同意明天收件"}, EntryKind.CALL_OUT),
    ],
)
def test_notes_and_calls_stand_once(
    client: Client, team: Team, name: str, typed: dict[str, str], kind: EntryKind
) -> None:
    made = case(team=team)
    all_alike(together(client, form_at(client, act_of(made, name), f"/{name}/"), **typed))
    assert entries(made, kind) == 1


def test_a_merge_is_told_to_both_presses_as_done(client: Client, team: Team) -> None:
    source, target = case(team=team), case(team=team)
    where = reverse("admin:complaints_case_merge", args=[source.number])
    address = f"{where}?with={target.number}"
    form, other_window = (form_at(client, address, having="with") for _n in range(2))
    all_alike(together(client, form, stays=target.number))
    source.refresh_from_db()
    assert source.state == CaseState.MERGED
    assert Event.objects.filter(kind="case.merged", subject_id=str(source.pk)).count() == 1
    # Another window is another wish, and is told in words how things stand.
    again = press(client, other_window, stays=target.number)
    shown = f"{source.number} 已合并到 {target.number}"
    assert again.status_code == 200 and shown in again.content.decode()


def test_a_step_of_the_follow_up_is_ticked_off_once(client: Client, boss: User) -> None:
    task = FollowUpTask.objects.filter(work_order=confirmed_order()).first()
    assert task is not None
    url = reverse("admin:orders_followuptask_act", args=[task.pk, "complete"])
    form, other_window = (form_at(client, url, having="outcome") for _n in range(2))
    all_alike(together(client, form, outcome="调度已收到"))
    done = Event.objects.filter(kind="followup.completed", data__outcome="调度已收到")
    assert done.count() == 1
    again = press(client, other_window, outcome="还有别的话")
    assert again.status_code == 422 and again.context["form"].errors, "said in words, on the page"
    assert done.count() == 1


def test_an_order_is_confirmed_once(client: Client, boss: User) -> None:
    made = order()
    form = form_at(client, reverse("admin:orders_workorder_confirm", args=[made.pk]), "/confirm/")
    all_alike(together(client, form))
    assert made.waybills.count() == 1
    # The later press is told that it is confirmed, and not that it cannot be.
    press(client, form)
    page = client.get(reverse("admin:orders_workorder_change", args=[made.pk])).content.decode()
    assert f"运单号：{made.waybills.get().number}" in page


def test_a_scan_counts_once(client: Client, boss: User) -> None:
    UnitFactory(code="SH-1", name="上海一部", city="上海市")
    parcel = waybill()
    form = form_at(client, reverse("admin:tracking_scan_changelist"), having="numbers")
    typed = {"code": "picked_up", "unit": "SH-1", "numbers": parcel.number}
    answers = together(client, form, **typed)
    assert [a.status_code for a in answers] == [200] * PRESSES
    assert TrackingEvent.objects.filter(waybill=parcel, source="scan").count() == 1


def test_many_cases_change_hands_once(client: Client, team: Team) -> None:
    """The page with the results is the first press's; the second is told how it went."""
    made = [case(team=team) for _n in range(3)]
    new_owner = UserFactory(roles=["agent"], unit=team.unit)
    assign = reverse("admin:complaints_case_bulk", args=["assign"])
    asked = client.post(assign, {"chosen": [one.number for one in made]})
    form = next(one for one in forms_of(asked.content.decode(), "/") if one.action == assign)
    before = Event.objects.filter(kind="case.assigned").count()
    answers = together(client, form, go="1", owner=new_owner.pk, reason="休假")
    assert sorted(a.status_code for a in answers) == [200, *[302] * (PRESSES - 1)], answers
    assert Event.objects.filter(kind="case.assigned").count() == before + 3
    for one in made:
        one.refresh_from_db()
        assert one.owner == new_owner
    press(client, form, go="1", owner=new_owner.pk, reason="休假")
    page = client.get(reverse("admin:complaints_case_changelist")).content.decode()
    assert "共 3 项，完成 3 项" in page


@pytest.mark.parametrize("scripted", [False, True])
def test_a_chat_is_closed_once(client: Client, scripted: bool) -> None:
    round_the_clock()
    person = agent("王芳", most=9)
    sign_in(client, person)
    chat = talking(person)
    form = form_at(client, reverse("desk:chat_close", args=[chat.pk]), "/close")
    head = {"Accept": "application/json"} if scripted else {}
    typed = {"case_class": "inquiry", "settled": "1", "solution": "已告知"}
    answers = at_once(client, PRESSES, lambda window: press(window, form, head=head, **typed))
    if scripted:
        assert len({a.content for a in answers}) == 1 and answers[0].json()["done"], answers
    else:
        all_alike(answers)
    assert Case.objects.count() == 1


def test_an_answer_in_a_chat_stands_once_without_a_script(client: Client) -> None:
    round_the_clock()
    person = agent("王芳", most=9)
    sign_in(client, person)
    chat = talking(person)
    form = form_at(client, reverse("desk:chats"), f"/{chat.pk}/say")
    all_alike(together(client, form, text="您好，正在查。"))
    assert ChatLine.objects.filter(chat=chat, side=ChatSide.AGENT).count() == 1


def test_an_order_taken_by_phone_is_one_order(client: Client, boss: User) -> None:
    customer = ready_customer()
    form = form_at(client, reverse("admin:orders_workorder_enter"), having="pickup_contact")
    all_alike(together(client, form, **words(), customer=customer.pk))
    assert WorkOrder.objects.count() == 1
