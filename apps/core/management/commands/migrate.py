"""Django's ``migrate``, faster where many migrations are run at once: a new installation, a test database.

For every change of a model Django renders it anew together with all that it is related to, and theirs; through users
and customers that is nearly all there are, some 15,000 classes for an empty database and nine tenths of the time.
Tables are made from the model alone. What a migration's own code (RunPython) is handed is rendered afresh and whole,
by Django's mechanism for states that lag behind.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.state import ProjectState

from apps.core.older_schema import first_difference

# How it ends then; bin/up says more (launch/django.py).
OLDER = 8


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_an_older_database(options["database"])
        with _models_rendered_alone():
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
def _models_rendered_alone() -> Iterator[None]:
    with (
        mock.patch.object(ProjectState, "reload_model", _reload_model),
        mock.patch.object(ProjectState, "reload_models", _reload_models),
    ):
        yield


def _reload_model(state: Any, app_label: str, model_name: str, delay: bool = False) -> None:
    _reload_models(state, [(app_label, model_name)])


def _reload_models(state: Any, models: Iterable[tuple[str, str]], delay: bool = True) -> None:
    if "apps" in state.__dict__:  # asking for it would render it
        state.is_delayed = True
        state._reload(set(models))
