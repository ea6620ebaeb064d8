"""The engine of acts: who may, what is impossible, what a refusal keeps, what a second press does."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import path, reverse

import config.urls
from apps.accounts.models import Unit, User
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ReasonForm
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.backoffice.models import HeldFile
from apps.backoffice.records import PanelAdmin, RecordAdmin
from apps.core.errors import BadInput, RuleBroken
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.pressing import form_at, forms_of, press

pytestmark = pytest.mark.django_db
MANAGE = "accounts.manage_unit"


class NameForm(forms.Form):
    called = forms.CharField(label="Name", max_length=40)
    until = forms.DateField(required=False)


class PaperForm(FormWithFiles):
    note = forms.CharField(max_length=40)
    file = HeldFileField()


class Hidden(PanelAdmin):
    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return False


class RefusedLines(BadInput):
    rows = [BadInput(f"No day {n}.", code="day", field="called", row=n) for n in (3, 5)]


class Desk:
    """Units with acts of ours on the staff site; ``did`` is what the services were asked to do."""

    def __init__(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.did: list[ActContext] = []
        self.refuses: RuleBroken | None = None
        self.answer: Any = None
        self._settings, self._patch = settings, monkeypatch

    def run(self, context: ActContext) -> Any:
        if self.refuses is not None:
            raise self.refuses
        self.did.append(context)
        return self.answer

    def put_up(self, *acts: Act, of: type[Any] = RecordAdmin, entry: Act | None = None) -> None:
        kind = type("UnitActs", (of,), {"acts": acts, "entry": entry, "fields": ["code", "name"]})
        self._patch.setitem(admin.site._registry, Unit, kind(Unit, admin.site))
        addresses = ModuleType("acts_of_the_tests")
        ours = path("admin/", admin.site.urls)
        addresses.urlpatterns = [ours, *config.urls.urlpatterns]  # type: ignore[attr-defined]
        self._patch.setitem(sys.modules, addresses.__name__, addresses)
        self._settings.ROOT_URLCONF = addresses.__name__


@pytest.fixture
def desk(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(settings, monkeypatch)


@pytest.fixture
def boss(client: Client) -> User:
    return sign_in(client, superuser())


def allow(user: User, *names: str) -> User:
    """Give ``user`` permissions of the floor that the units are on."""
    codenames = [name.partition(".")[2] for name in names]
    rights = Permission.objects.filter(content_type__app_label="accounts")
    user.user_permissions.add(*rights.filter(codename__in=codenames))
    return user


def act(run: Callable[[ActContext], Any], name: str = "rename", **more: Any) -> Act:
    return Act(name, more.pop("label", "Rename it"), MANAGE, run, **more)


def address(unit: Unit, name: str = "rename", row: Unit | None = None) -> str:
    row_id = [row.pk] if row else []
    return reverse("admin:accounts_unit_act", args=[unit.pk, name, *row_id])


def page(unit: Unit) -> str:
    return reverse("admin:accounts_unit_change", args=[unit.pk])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def messages_of(client: Client, where: str) -> list[str]:
    return [str(one) for one in client.get(where).context["messages"]]


def test_an_act_asks_says_what_will_happen_and_is_done_by_who_asked(
    client: Client, desk: Desk, boss: User
) -> None:
    desk.put_up(act(desk.run, form=ReasonForm, explains="Everybody sees it.", done="It is done."))
    unit = UnitFactory()
    asks = client.get(address(unit))
    assert asks.status_code == 200 and "Everybody sees it." in text(asks) and not desk.did
    assert "no-cache" in asks["Cache-Control"]
    answer = client.post(address(unit), {"reason": "搬家"})
    assert (answer.status_code, answer["Location"]) == (302, page(unit))
    (context,) = desk.did
    assert (context.record, context.typed, context.who["by"]) == (unit, {"reason": "搬家"}, boss)
    assert messages_of(client, page(unit)) == ["It is done."]


def test_an_act_is_offered_and_done_with_its_permission_only(client: Client, desk: Desk) -> None:
    desk.put_up(act(desk.run))
    unit = UnitFactory()
    who = sign_in(client, allow(UserFactory(), "accounts.view_unit"))
    assert "do/rename/" not in text(client.get(page(unit)))
    assert client.get(address(unit)).status_code == 403
    assert client.post(address(unit)).status_code == 403
    assert not desk.did
    allow(who, MANAGE)
    assert f'href="{address(unit)}"' in text(client.get(page(unit)))
    assert client.post(address(unit)).status_code == 302
    assert desk.did


def test_what_is_impossible_is_not_offered_and_says_which_act_it_was(
    client: Client, desk: Desk, boss: User
) -> None:
    desk.put_up(act(desk.run, may=lambda unit: unit.is_active))
    unit = UnitFactory(is_active=False)
    assert "do/rename/" not in text(client.get(page(unit)))
    for answer in (client.get(address(unit)), client.post(address(unit))):
        assert (answer.status_code, answer["Location"]) == (302, page(unit))
    assert not desk.did
    assert all("Rename it" in one for one in messages_of(client, page(unit)))


def test_what_is_not_there_is_not_found(client: Client, desk: Desk, boss: User) -> None:
    desk.put_up(act(desk.run))
    unit = UnitFactory()
    assert client.get(address(unit, "sell")).status_code == 404
    assert client.get(address(unit, row=unit)).status_code == 404
    assert client.get(address(Unit(pk=unit.pk + 1))).status_code == 404


def test_a_refusal_stands_beside_the_field_by_the_name_that_the_form_has_for_it(
    client: Client, desk: Desk, boss: User
) -> None:
    desk.put_up(act(desk.run, form=NameForm, fields={"name": "called"}))
    unit = UnitFactory()
    desk.refuses = BadInput("Too short.", code="short", field="name")
    answer = client.post(address(unit), {"called": "沪", "until": "2026-12-24"})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert form.errors == {"called": ["Too short."]} and form["called"].value() == "沪"
    assert 'value="2026-12-24"' in text(answer) and 'type="date"' in text(answer)
    desk.refuses = BadInput("Not on Sundays.", code="closed", field="weekday")
    answer = client.post(address(unit), {"called": "沪"})
    assert answer.context["form"].non_field_errors() == ["Not on Sundays."]
    assert client.post(address(unit), {}).status_code == 422
    assert not desk.did


def test_a_list_of_refused_lines_names_each_line(client: Client, desk: Desk, boss: User) -> None:
    desk.put_up(act(desk.run, form=NameForm))
    desk.refuses = RefusedLines("Nothing was taken in.", code="rows")
    english = {"accept-language": "en"}
    answer = client.post(address(UnitFactory()), {"called": "沪"}, headers=english)
    assert answer.context["form"].non_field_errors() == ["line 3: No day 3.", "line 5: No day 5."]


def test_a_chosen_file_survives_a_refused_try_and_goes_when_it_is_taken(
    client: Client, desk: Desk, boss: User
) -> None:
    desk.put_up(act(desk.run, form=PaperForm))
    unit = UnitFactory()
    desk.refuses = BadInput("Say more.", code="short", field="note")
    sent = {"note": "x", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 a scan")}
    refused = client.post(address(unit), sent)
    assert refused.status_code == 422 and "a.pdf" in text(refused)
    assert HeldFile.objects.count() == 1
    (form,) = [one for one in forms_of(text(refused)) if "file-kept" in one.data]
    desk.refuses = None
    assert client.post(address(unit), {**form.data, "note": "longer"}).status_code == 302
    (context,) = desk.did
    assert context.typed["file"].content == b"%PDF-1.4 a scan"
    assert not HeldFile.objects.exists()


def test_pressed_twice_it_is_done_once_and_answered_alike(
    client: Client, desk: Desk, boss: User
) -> None:
    desk.put_up(act(desk.run, form=ReasonForm, done="It is done."))
    unit = UnitFactory()
    form = form_at(client, address(unit), having="reason")
    first, second = (press(client, form, reason="搬家") for _n in range(2))
    assert first["Location"] == second["Location"] == page(unit)
    assert len(desk.did) == 1


def test_what_an_act_shows_is_shown_once_and_the_second_press_is_led_back(
    client: Client, desk: Desk, boss: User
) -> None:
    desk.answer = "s3cret"
    desk.put_up(act(desk.run, shows="backoffice/shown_once.html", label="Show it"))
    unit = UnitFactory()
    form = form_at(client, address(unit), "/do/rename/")
    first = press(client, form)
    assert first.status_code == 200 and "s3cret" in text(first)
    assert "no-store" in first["Cache-Control"]
    second = press(client, form)
    assert (second.status_code, second["Location"]) == (302, page(unit))
    after = client.get(page(unit))
    assert any("Show it" in str(one) for one in after.context["messages"])
    assert "s3cret" not in text(after) and len(desk.did) == 1


def test_a_result_in_words_is_said_instead(client: Client, desk: Desk, boss: User) -> None:
    desk.answer = "Moved to 苏州."
    desk.put_up(act(desk.run, done="It is done."))
    unit = UnitFactory()
    assert client.post(address(unit)).status_code == 302
    assert messages_of(client, page(unit)) == ["Moved to 苏州."]


def test_the_add_page_asks_what_the_entry_asks_and_leads_to_the_new_record(
    client: Client, desk: Desk
) -> None:
    desk.answer = UnitFactory()
    entry = act(
        desk.run, "enter", form=NameForm, initial=lambda d: {"called": d.query.get("as", "")}
    )
    desk.put_up(entry=entry)
    add = reverse("admin:accounts_unit_add")
    who = sign_in(client, allow(UserFactory(), "accounts.view_unit"))
    assert client.get(add).status_code == client.post(add).status_code == 403
    allow(who, MANAGE)
    assert client.get(f"{add}?as=苏州").context["form"]["called"].value() == "苏州"
    desk.refuses = BadInput("There is one.", code="taken", field="called")
    assert client.post(add, {"called": "苏州"}).status_code == 422
    desk.refuses = None
    answer = client.post(add, {"called": "苏州"})
    assert (answer.status_code, answer["Location"]) == (302, page(desk.answer))
    assert desk.did[0].record is None


def test_an_act_about_a_row_reaches_rows_of_its_own_record_only(
    client: Client, desk: Desk, boss: User
) -> None:
    desk.put_up(act(desk.run, rows="children", may=lambda child: child.is_active))
    unit, other = UnitFactory(), UnitFactory()
    child, closed = UnitFactory(parent=unit), UnitFactory(parent=unit, is_active=False)
    assert client.get(address(unit)).status_code == 404
    assert client.get(address(other, row=child)).status_code == 404
    assert "do/rename/" not in text(client.get(page(unit))), "rows have their own links"
    assert str(child) in text(client.get(address(unit, row=child)))
    assert client.post(address(unit, row=closed)).status_code == 302
    assert not desk.did
    assert client.post(address(unit, row=child)).status_code == 302
    assert (desk.did[0].record, desk.did[0].row) == (unit, child)


def test_a_panel_stands_on_the_records_page_and_a_refusal_comes_back_there(
    client: Client, desk: Desk, boss: User
) -> None:
    panels = [
        act(desk.run, name, label=name, form=ReasonForm, is_panel=True)
        for name in ("rename", "close")
    ]
    desk.put_up(*panels, of=PanelAdmin)
    unit = UnitFactory()
    assert not any(one.is_open for one in client.get(page(unit)).context["panels"])
    opened = client.get(address(unit, "close"))
    assert [one.act.name for one in opened.context["panels"] if one.is_open] == ["close"]
    desk.refuses = BadInput("Say why.", code="short", field="reason")
    refused = client.post(address(unit, "close"), {"close-reason": "x"})
    assert refused.status_code == 422
    first, second = refused.context["panels"]
    assert not first.is_open and not first.form.is_bound
    assert second.is_open and second.form.errors == {"reason": ["Say why."]}
    (again,) = [one for one in forms_of(text(refused), address(unit)) if "close-reason" in one.data]
    assert again.action == f"{address(unit, 'close')}#act-close"
    desk.refuses = None
    done = client.post(again.action, {**again.data, "close-reason": "搬家"})
    assert (done.status_code, done["Location"]) == (302, page(unit))
    assert desk.did[0].typed == {"reason": "搬家"}


def test_panels_are_those_that_one_may_and_can_do(client: Client, desk: Desk) -> None:
    desk.put_up(act(desk.run, is_panel=True, may=lambda unit: unit.is_active), of=PanelAdmin)
    unit = UnitFactory()
    who = sign_in(client, UserFactory())
    assert client.get(page(unit)).status_code == 403
    allow(who, "accounts.view_unit")
    assert client.get(page(unit)).context["panels"] == []
    allow(who, MANAGE)
    assert len(client.get(page(unit)).context["panels"]) == 1
    assert client.get(page(UnitFactory(is_active=False))).context["panels"] == []
    assert client.get(page(Unit(pk=10**9))).status_code == 404


def test_who_may_not_see_the_page_does_nothing_on_it(client: Client, desk: Desk) -> None:
    desk.put_up(act(desk.run, is_panel=True), of=Hidden)
    unit = UnitFactory()
    sign_in(client, allow(UserFactory(), MANAGE))
    assert client.get(address(unit)).status_code == client.post(address(unit)).status_code == 403
    assert not desk.did


def test_a_preview_shows_what_would_be_and_does_nothing(
    client: Client, desk: Desk, boss: User
) -> None:
    def preview(context: ActContext) -> dict[str, Any]:
        if desk.refuses is not None:
            raise desk.refuses
        shown = {"text": f"It would be called {context.typed['called']}."}
        return {"preview": shown, "preview_template": "notifications/_preview.html"}

    desk.put_up(act(desk.run, form=NameForm, preview=preview))
    unit = UnitFactory()
    assert 'name="preview"' in text(client.get(address(unit)))
    shown = client.post(address(unit), {"called": "苏州", "preview": "1"})
    assert shown.status_code == 200 and "It would be called 苏州." in text(shown)
    assert shown.context["form"]["called"].value() == "苏州" and not desk.did
    desk.refuses = BadInput("Too short.", code="short", field="called")
    refused = client.post(address(unit), {"called": "苏", "preview": "1"})
    assert refused.status_code == 422 and "It would be called" not in text(refused)
    desk.refuses = None
    assert client.post(address(unit), {"called": "苏州"}).status_code == 302
    assert desk.did
