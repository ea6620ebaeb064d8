"""Django's ``migrate``, faster where many migrations are run at once: a new installation, a test database.

For every change of a model Django renders it anew together with all that it is related to, and theirs; through users
and customers that is nearly all there are, some 15,000 classes for an empty database and nine tenths of the time.
Here what has changed is rendered anew, and what refers to it. What a migration's own code (RunPython) is handed is
rendered afresh and whole all the same, by Django's mechanism for states that lag behind; ``core.first_rows`` needs none
of it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest import mock

from django.apps.registry import Apps
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.state import AppConfigStub, ModelState, ProjectState, StateApps
from django.db.migrations.utils import resolve_relation

from apps.core.older_schema import first_difference
from apps.core.schema_statements import sent_ahead

# How it ends then; bin/up says more (launch/django.py).
OLDER = 8


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_an_older_database(options["database"])
        with _few_models_rendered(), sent_ahead(connections[options["database"]]):
            super().handle(*args, **options)


def _refuse_an_older_database(database: str) -> None:
    """Until the first release an app's migrations are folded into one when its tables change: a
    database made by those of before cannot be carried on, and is left as it is."""
    what = first_difference(connections[database])
    if what:
        raise CommandError(
            f"This database was made by an earlier state of the project ({what}), and no migration leads from"
            " there to here. A demonstration is made anew by bin/up --fresh, which deletes what is in it; data that is"
            " to be kept is run by the version that made it: see “Data of an older version” in docs/operations.md.",
            returncode=OLDER,
        )


@contextmanager
def _few_models_rendered() -> Iterator[None]:
    with (
        mock.patch.object(ProjectState, "reload_model", _reload_model),
        mock.patch.object(ProjectState, "reload_models", _reload_models),
        mock.patch.object(ModelState, "clone", _clone),
        mock.patch.object(StateApps, "clone", _clone_apps),
        mock.patch.object(Apps, "get_swappable_settings_name", _swapped_by()),
    ):
        yield


def _reload_model(state: Any, app_label: str, model_name: str, delay: bool = False) -> None:
    _reload_models(state, [(app_label, model_name)])


def _reload_models(state: Any, models: Iterable[tuple[str, str]], delay: bool = True) -> None:
    if "apps" in state.__dict__:  # asking for it would render it
        state.is_delayed = True
        changed = set(models)
        # To one that is new nothing can refer.
        if any(name in state.apps.all_models.get(app, ()) for app, name in changed):
            changed = _with_referrers(state.models, changed)
        state._reload(changed)


def _with_referrers(
    known: dict[tuple[str, str], ModelState], changed: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    """The changed models and all whose rows lead to one of them, over however many others."""
    while more := {
        key for key, model in known.items() if key not in changed and _leads_to(model) & changed
    }:
        changed |= more
    return changed


def _leads_to(model: ModelState) -> set[tuple[str, str]]:
    named: list[Any] = [base for base in model.bases if isinstance(base, str)]
    for field in model.fields.values():
        if relation := field.remote_field:
            named += [relation.model, getattr(relation, "through", None)]
    return {resolve_relation(name, model.app_label, model.name_lower) for name in named if name}


def _clone(model: ModelState) -> ModelState:
    """As Django's, without looking at every field again: each operation clones all models there are."""
    twin = object.__new__(ModelState)
    twin.__dict__.update(model.__dict__)
    twin.fields, twin.options = dict(model.fields), dict(model.options)
    twin.managers = list(model.managers)
    return twin


def _clone_apps(apps: Any) -> StateApps:
    """As Django's, which looks into every class in order to find that it is to be shared."""
    twin = StateApps([], {})
    for label in apps.app_configs:
        stub: Any = AppConfigStub(label)
        stub.apps = twin
        stub.import_models()
        twin.app_configs[label] = stub
    for label, models in apps.all_models.items():
        twin.all_models[label].update(models)
    twin.real_models = apps.real_models
    return twin


def _swapped_by() -> Any:
    """Django forgets its answers whenever a model is rendered; what may be swapped does not change."""
    ask: Any = Apps.get_swappable_settings_name
    answer: Any = cache(ask.__wrapped__)
    answer.cache_clear = lambda: None
    return answer
