"""Frauds against the record itself, and against those who watch over accounts."""

import threading
from pathlib import Path

import pytest
from django.conf import settings as installation
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import ApiScope, ObjectScope, Role
from apps.accounts.models import TotpDevice, User
from apps.accounts.services import create_api_key, grant_role, verify_second_factor
from apps.banking import services as banking
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.events.services import record, relay_batch
from apps.events.services.grants import append_only_tables
from apps.safety import services
from apps.safety.enums import AlertKind, Tampering
from apps.safety.models import AlertRule, Seal, SealFinding, SecurityAlert
from apps.safety.queries import seals as queries
from tests.factories.accounts import (
    TOTP_KEY,
    ServiceUserFactory,
    UnitFactory,
    UserFactory,
    sign_in,
)
from tests.factories.banking import bank_account
from tests.safety.tampering import as_owner, run

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6")]


def revealed() -> Event:
    """Somebody looked at a number, and that is on record and sealed."""
    by = UserFactory(roles=[Role.FINANCE])
    banking.reveal_number(bank_account(by), reason="私下打听", by=by, at=timezone.now())
    services.seal_new_rows()
    services.store_outside()
    assert services.verify_recent() == []
    return Event.objects.get(kind="bankaccount.revealed")


def traces() -> dict[str, SealFinding]:
    """What the next look finds; each is an event too."""
    found = services.verify_recent()
    answers = Event.objects.filter(kind="sealfinding.found")
    assert {int(event.subject_id) for event in answers} >= {one.pk for one in found}
    return {one.tampering: one for one in found}


def the_application_may() -> None:
    """From here on with the rights that the application's own role has."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    call_command("grant_app_role", "yipiao_app", verbosity=0)
    run("SET LOCAL yipiao.maintenance = 'off'")
    run("SET LOCAL ROLE yipiao_app")


def test_an_event_of_the_audit_trail_is_edited_by_the_databases_owner() -> None:
    event = revealed()
    as_owner("events_event")
    run(
        "UPDATE events_event SET data = jsonb_set(data, '{reason}', '\"例行核对\"') WHERE id = %s",
        event.pk,
    )
    assert traces()[Tampering.EDITED].rows == [event.pk]


def test_an_event_is_given_to_somebody_else() -> None:
    event, other = revealed(), UserFactory()
    as_owner("events_event")
    run("UPDATE events_event SET by_id = %s WHERE id = %s", other.pk, event.pk)
    assert traces()[Tampering.EDITED].rows == [event.pk]


def test_an_event_is_deleted() -> None:
    event = revealed()
    as_owner("events_event")
    run("DELETE FROM events_event WHERE id = %s", event.pk)
    assert traces()[Tampering.DELETED].rows == [event.pk]


def test_an_event_is_put_in_afterwards_to_justify_what_was_done() -> None:
    event = revealed()
    as_owner("events_event")
    first = Event.objects.order_by("id").values_list("id", flat=True)[0]
    run("INSERT INTO events_event (id, kind, subject_type, subject_id, at, by_id, data) VALUES"
        " (%s, 'accountcheck.done', 'banking.bankaccount', '1', %s, %s, '{}')",
        first - 1, event.at, event.by_id)  # fmt: skip
    assert traces()[Tampering.INSERTED].rows == [first - 1]


def test_two_events_change_places_so_that_the_reveal_comes_before_its_permission() -> None:
    event = revealed()
    other = Event.objects.exclude(pk=event.pk).order_by("id")[0]
    as_owner("events_event")
    run("UPDATE events_event SET id = -id WHERE id IN (%s, %s)", event.pk, other.pk)
    run("UPDATE events_event SET id = CASE id WHEN %s THEN %s::bigint ELSE %s END WHERE id < 0",
        -event.pk, other.pk, event.pk)  # fmt: skip
    assert traces()[Tampering.REORDERED].rows == sorted([event.pk, other.pk])


def test_the_whole_trail_is_emptied() -> None:
    revealed()
    as_owner("events_event")
    run("TRUNCATE events_event CASCADE")
    assert traces()[Tampering.TRUNCATED].table == "events_event"


def test_an_event_is_edited_and_its_seal_forged_to_fit() -> None:
    """Every hash that SQL can compute is right; the keyed one cannot be."""
    event = revealed()
    as_owner("events_event", "safety_seal")
    run("UPDATE events_event SET kind = 'bankaccount.changed' WHERE id = %s", event.pk)
    seal = Seal.objects.filter(table="events_event").latest("number")
    queries.settle()
    _n, rows_hash, marks = queries.range_of("events_event", seal.columns, seal.after_id, seal.to_id)
    run(
        "UPDATE safety_seal SET rows_hash = %s, marks = %s WHERE number = %s",
        rows_hash,
        marks,
        seal.number,
    )
    assert traces()[Tampering.SEAL_CHANGED].first_seal == seal.number


def test_seals_are_taken_away_with_the_rows_that_they_cover() -> None:
    event = revealed()
    as_owner("events_event", "safety_seal", "safety_sealcopy")
    seal = Seal.objects.filter(table="events_event").latest("number")
    run("DELETE FROM events_event WHERE id = %s", event.pk)
    run("DELETE FROM safety_seal WHERE number >= %s", seal.number)
    run("TRUNCATE safety_sealcopy")
    found = traces()[Tampering.SEAL_MISSING]
    assert (found.first_seal, found.table) == (seal.number, "events_event")


def test_the_copy_outside_is_cut() -> None:
    revealed()
    [file] = Path(installation.SEALS_DIR).glob("*.jsonl")
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[0])
    assert Tampering.COPY_CUT in traces()
    services.store_outside()
    assert Seal.objects.count() == len(file.read_bytes().splitlines()), "and is whole again"


def test_the_copy_outside_is_rewritten() -> None:
    revealed()
    [file] = Path(installation.SEALS_DIR).glob("*.jsonl")
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([lines[0].replace('"rows_hash": "', '"rows_hash": "0'), *lines[1:]]))
    assert traces()[Tampering.COPY_CHANGED].first_seal == 1


def test_a_release_is_forged_so_that_deleted_rows_cry_no_wolf() -> None:
    event = revealed()
    as_owner("safety_seal")
    last = Seal.objects.latest("number")
    run("INSERT INTO safety_seal (number, kind, \"table\", to_id, count, columns, rows_hash, marks, previous, reason,"
        " by_id, at, hash) VALUES (%s, 'release', 'events_event', %s, 0, '', '', '', %s, '保存期满', %s, now(), md5('x'))",
        last.number + 1, event.pk, last.hash, event.by_id)  # fmt: skip
    assert traces()[Tampering.SEAL_CHANGED].first_seal == last.number + 1


def test_the_applications_password_is_used_to_change_the_record() -> None:
    event = revealed()
    tables = append_only_tables()
    the_application_may()
    for statement in (
        f"UPDATE events_event SET data = '{{}}' WHERE id = {event.pk}",
        f"DELETE FROM events_event WHERE id = {event.pk}",
        "TRUNCATE events_event",
        "ALTER TABLE events_event DISABLE TRIGGER USER",
        "UPDATE safety_seal SET count = 0",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(statement)
    run("RESET ROLE")
    assert {"safety_seal", "safety_sealcopy", "safety_checkanswer"} <= set(tables)
    event.refresh_from_db()
    assert event.data["reason"] == "私下打听", "the trace is there"
    assert traces() == {}


def test_a_finding_is_edited_so_that_it_names_nobody() -> None:
    event = revealed()
    as_owner("events_event")
    run("DELETE FROM events_event WHERE id = %s", event.pk)
    traces()
    run("SET LOCAL yipiao.maintenance = 'off'")
    for statement in (
        "UPDATE safety_sealfinding SET rows = '[]'",
        "DELETE FROM safety_sealfinding",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            run(statement)
    assert SealFinding.objects.get().rows == [event.pk]


def test_numbers_are_revealed_in_bulk_within_the_hour() -> None:
    by = UserFactory(roles=[Role.FINANCE])
    for _n in range(6):
        banking.reveal_number(bank_account(by), reason="核对", by=by, at=timezone.now())
    relay_batch()
    found = {alert.kind for alert in SecurityAlert.objects.filter(person=by)}
    assert {AlertKind.MANY_REVEALS, AlertKind.MANY_ACCOUNTS} <= found


def test_the_pages_of_many_accounts_are_leafed_through(client: Client) -> None:
    """No number is shown in clear, and whose account is where is worth knowing all the same: it is on record, and
    more than twenty within the hour are an alert."""
    by = UserFactory(scope=ObjectScope.ALL, roles=[Role.FINANCE])
    sign_in(client, by)
    for n in range(21):
        account = bank_account(by)
        for _again in range(2 if n == 0 else 1):
            page = client.get(f"/admin/banking/bankaccount/{account.pk}/change/")
            assert page.status_code == 200
    relay_batch()
    assert Event.objects.filter(kind="bankaccount.viewed", by=by).count() == 21
    alert = SecurityAlert.objects.get(kind=AlertKind.MANY_PAGES)
    assert (alert.person, alert.count) == (by, 21)


def test_a_number_is_revealed_without_a_reason_by_the_page_and_by_api(client: Client) -> None:
    by = UserFactory(scope=ObjectScope.ALL, roles=[Role.FINANCE])
    account = bank_account(by, number="0311998877665544")
    sign_in(client, by)
    where = f"/admin/banking/bankaccount/{account.pk}/do/reveal/"
    for said in ("", " ", "\u3000"):
        answer = client.post(where, {"reason": said})
        assert answer.status_code == 422
        assert "0311998877665544" not in answer.content.decode()
    key_user = ServiceUserFactory(scope=ObjectScope.ALL)
    scopes = [scope.value for scope in ApiScope]
    _key, text = create_api_key(
        user=key_user, name="k", scopes=scopes, by=UserFactory(is_superuser=True)
    )
    head = {"authorization": f"Bearer {text}"}
    for path in (where, f"/admin/banking/bankaccount/{account.pk}/change/", "/api/v1/statements"):
        answer = Client().get(path, headers=head)
        assert "0311998877665544" not in answer.content.decode()
    assert not Event.objects.filter(kind="bankaccount.revealed").exists()
    client.post(where, {"reason": "真有理由"})
    assert Event.objects.get(kind="bankaccount.revealed").by == by, "the one way leaves a trace"


def test_a_role_is_given_to_oneself() -> None:
    boss: User = UserFactory(roles=[Role.IT_ADMIN])
    unit = UnitFactory()
    with pytest.raises(RuleBroken):
        grant_role(user=boss, role=Role.SAFETY_OFFICER, unit=unit, by=boss)
    assert not boss.roles.filter(role=Role.SAFETY_OFFICER).exists()
    # By way of a colleague it works, and the officer hears of it.
    grant_role(user=UserFactory(), role=Role.CASHIER, unit=unit, by=boss)
    relay_batch()
    assert SecurityAlert.objects.get(kind=AlertKind.MONEY_ROLE).person == boss


def test_the_second_factor_is_guessed() -> None:
    by: User = UserFactory(roles=[Role.GENERAL_MANAGER])
    TotpDevice.objects.create(user=by, name="phone", confirmed=True, key=TOTP_KEY)
    for n in range(6):
        TotpDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
        with pytest.raises(RuleBroken):
            verify_second_factor(user=by, code=f"{n:06d}")
    with pytest.raises(RuleBroken) as refusal:
        verify_second_factor(user=by, code="123456")
    assert refusal.value.code == "wait", "without help each guess waits longer"
    relay_batch()
    assert SecurityAlert.objects.get(kind=AlertKind.WRONG_CODES).count == 6


def test_an_alert_about_oneself_is_called_harmless_under_another_sign_in() -> None:
    thief: User = UserFactory(roles=[Role.SAFETY_OFFICER])
    second: User = UserFactory(roles=[Role.SAFETY_OFFICER], staff_number=thief.staff_number)
    alert = SecurityAlert.objects.create(
        kind=AlertKind.AT_NIGHT, person=thief, what="夜里", since=timezone.now(), last_event_at=timezone.now(), last_event=1
    )  # fmt: skip
    for by in (thief, second):
        with pytest.raises(RuleBroken):
            services.find_harmless(alert, because="我知道这件事", by=by, at=timezone.now())
    alert.refresh_from_db()
    assert alert.state == "open"


def test_the_rules_are_switched_off_before_the_fraud() -> None:
    officer = UserFactory(roles=[Role.SAFETY_OFFICER])
    rule = AlertRule.objects.get(kind=AlertKind.MANY_REVEALS)
    rule.is_active = False
    record("user.tested", officer, by=officer)
    services.save_rule(rule, by=officer, at=timezone.now())
    event = Event.objects.get(kind="alertrule.changed")
    assert (event.by, event.data["in_force"]) == (officer, False)
    services.seal_new_rows()
    as_owner("events_event")
    run("DELETE FROM events_event WHERE id = %s", event.pk)
    assert traces()[Tampering.DELETED].rows == [event.pk], "and cannot be taken back unseen"


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_kept_open_so_that_its_rows_escape_the_seal() -> None:
    """What was written before and is committed after the seal is sealed by the next one, and a later change of it found."""
    user = UserFactory()
    wrote, may_end = threading.Event(), threading.Event()
    made: list[int] = []

    def hold() -> None:
        try:
            with transaction.atomic():
                made.append(record("user.tested", user, by=user).pk)
                wrote.set()
                may_end.wait(60)
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert wrote.wait(30)
    services.seal_new_rows()
    may_end.set()
    thread.join(60)
    services.seal_new_rows()
    assert Seal.objects.filter(table="events_event").latest("number").to_id >= made[0]
    assert services.verify_recent() == []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE events_event SET data = '{\"x\": 1}' WHERE id = %s", made)
        cursor.execute("ALTER TABLE events_event ENABLE TRIGGER USER")
    assert traces()[Tampering.EDITED].rows == made
