"""The house keeps itself straight: floors and rooms by import-linter, the rest by reading the code.

A new app must be named in the floors of `.importlinter`; a door that writes with the ORM, a room
with a forbidden name or a file over 400 lines fails here.
"""

import ast
import configparser
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
APPS = ROOT / "apps"
DOORS = {"views", "api", "admin", "tasks", "subscribers", "forms", "urls", "commands"}
FORBIDDEN = {"signals", "utils", "helpers", "managers", "misc", "common"}
WRITES = {
    "save",
    "create",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "asave",
    "acreate",
    "adelete",
    "abulk_create",
    "aupdate",
    "aget_or_create",
    "select_for_update",
}
# Receivers on which a method of the same name writes nothing to the database.
HARMLESS = {"super", "form", "messages", "cache", "serializer"}


# Times that the clock, a partner or the whole row's one author causes.
BY_THE_SYSTEM = {
    "at", "recorded_at", "due_at", "created_at", "updated_at", "occurred_at", "status_at",
    "promised_at", "measured_promise_at", "expected_at", "expires_at", "last_used_at", "last_refused_at", "seen_at", "received_at",
    "picked_up_at", "delivered_at", "concluded_at", "last_event_at", "last_place_at", "window_at", "made_at",
    "issued_at", "started_at", "used_at", "starts_at", "ends_at", "last_seen_at", "breached_at",
    "next_at", "fired_at", "happened_at", "ran_at", "second_factor_at", "found_at", "rated_at",
    "channel_due_at", "channel_sent_at", "channel_heard_at",
    # Money at the door follows proofs of delivery and bank lines; a taking says ``by``.
    "banked_at", "cleared_at", "collected_at", "ended_at", "opened_at", "taken_at",
    # Surveys are drawn and asked by the house; an appeal prints a day for its answer.
    "answer_due_at", "asked_at", "drawn_at",
    # Nobody accepted a shift in time.
    "lapsed_at",
    # Of courses and exams: by their learner, or by whoever marked each answer.
    "answered_at", "completed_at", "marked_at", "submitted_at",
    # What the bank says of a payout has no person.
    "paid_at",
    # Of payout accounts and payouts: by the clock or the bank, or by whom their author, the call-back, the
    # approvals and the payment file say.
    "active_at", "requested_at", "called_at", "approved_at", "released_at", "sent_at", "unclear_at", "settled_at",
    # What a phone system says of a call; who answered is its ``agent``.
    "offered_at", "rang_at", "last_at",
    # Of incidents: the worker holds, notifies and lets go; steps end with their incident; who knew first says its exception.
    "worked_at", "notified_at", "state_at", "dropped_at", "known_at",
    # Of a claim: by the claimant, or by whom its events name.
    "agreed_at", "disputed_at", "filed_at", "papers_asked_at", "shown_at",
    # Of daily reports and summaries: the morning's card goes by itself; figures are frozen with a computing that says by whom.
    "card_at", "frozen_at",
}  # fmt: skip


def sources() -> list[Path]:
    return [p for p in APPS.rglob("*.py") if "migrations" not in p.parts]


def is_door(path: Path) -> bool:
    app, *inside = path.relative_to(APPS).with_suffix("").parts
    # core has no tables of its own; its commands are maintenance over everyone's.
    return app != "core" and "services" not in inside and bool(DOORS & set(inside))


def writes_in(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, receiver = node.func.attr, node.func.value
        root = receiver
        while isinstance(root, ast.Attribute | ast.Call | ast.Subscript):
            root = root.func if isinstance(root, ast.Call) else root.value
        root_name = root.id if isinstance(root, ast.Name) else ""
        chain = ast.unparse(receiver)
        if name in WRITES and root_name not in HARMLESS:
            found.append(f"line {node.lineno}: {chain}.{name}()")
        if name == "update" and (".objects" in chain or ".filter(" in chain or "queryset" in chain):
            found.append(f"line {node.lineno}: {chain}.update()")
        if name in {"execute", "executemany"} and "cursor" in chain:
            found.append(f"line {node.lineno}: {chain}.{name}()")
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_door_never_writes_and_a_room_has_its_name_and_size(path: Path) -> None:
    text = path.read_text()
    assert path.stem not in FORBIDDEN, "name the room after what it holds"
    assert len(text.splitlines()) <= 400, "cut it: a room over 300 lines becomes a folder"
    if is_door(path):
        assert writes_in(ast.parse(text)) == [], "doors call a service"


def test_the_reader_of_doors_sees_a_write() -> None:
    door = "def view(r):\n    Order.objects.create(x=1)\n    o.save()\n    qs.filter(a=1).update(b=2)\n    d.update(e)"
    assert len(writes_in(ast.parse(door))) == 3


def test_every_app_stands_on_a_floor() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    floors = contracts["importlinter:contract:floors"]["layers"]
    for config in apps.get_app_configs():
        if config.name.startswith("apps."):
            assert config.label in floors.replace("|", " ").split(), (
                f"name {config.name} in .importlinter"
            )


def test_what_a_person_causes_says_who() -> None:
    """Every ``<past participle>_at`` that a person causes has its ``_by``; the others are named here."""
    missing = []
    for model in apps.get_models():
        if not model.__module__.startswith("apps."):
            continue
        names = {f.name for f in model._meta.get_fields()}
        missing += [
            f"{model.__name__}.{n}"
            for n in names
            if n.endswith("_at") and n not in BY_THE_SYSTEM and f"{n[:-3]}_by" not in names
        ]
    assert sorted(missing) == []


def imported_by(path: Path, modules: dict[str, Path]) -> set[str]:
    """The modules of ours that this one names anywhere: inside a function and for type checkers too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= whole & set(modules)
            if whole - set(modules):
                found.add(node.module)
    return found & set(modules)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def circle_of(imports: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_one_another() -> None:
    """Floors and rooms keep apart what stands above; this is about modules of one room as well."""
    modules = {module_name(path): path for path in sources()}
    imports = {name: imported_by(path, modules) - {name} for name, path in modules.items()}
    assert circle_of(imports) == []


def test_the_reader_of_imports_sees_a_circle() -> None:
    assert set(circle_of({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}
    assert circle_of({"a": {"b"}, "b": set()}) == []
