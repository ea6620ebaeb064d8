"""Migrating renders few models anew, and what a first migration plants sees them as they are."""

from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

from apps.core.first_rows import FirstRows
from apps.core.management.commands.migrate import _few_models_rendered

pytestmark = pytest.mark.django_db


def _key() -> tuple[str, Any]:
    return "id", models.AutoField(primary_key=True)


def plant(apps: Any, schema_editor: Any) -> None:
    shelf, book = apps.get_model("library", "Shelf"), apps.get_model("library", "Book")
    page = apps.get_model("library", "Page")
    top = shelf.objects.create(name="top", height=30)
    page.objects.create(book=book.objects.create(shelf=top))
    assert page.objects.get().book.shelf.height == 30
    assert top.book_set.count() == 1


class Library(Migration):
    operations = [
        migrations.CreateModel("Shelf", [_key(), ("name", models.TextField())]),
        migrations.CreateModel(
            "Book",
            [
                _key(),
                ("shelf", models.ForeignKey("library.Shelf", models.CASCADE)),
                ("next", models.ForeignKey("self", models.CASCADE, null=True)),
            ],
        ),
        migrations.CreateModel(
            "Page", [_key(), ("book", models.ForeignKey("library.Book", models.CASCADE))]
        ),
        # The books' shelf is another model from here on, and the pages' book with it.
        migrations.AddField("shelf", "height", models.IntegerField(default=0)),
        FirstRows(plant),
    ]


def test_what_refers_to_a_changed_model_refers_to_the_new_one() -> None:
    with _few_models_rendered(), connection.schema_editor() as editor:
        state = Library("0001_initial", "library").apply(ProjectState(), editor)
    assert state.apps.get_model("library", "Shelf").objects.get().name == "top"


def test_first_rows_render_nothing_anew() -> None:
    before: list[type] = []

    def look(apps: Any, schema_editor: Any) -> None:
        assert apps.get_model("library", "Page") is before[0]

    with _few_models_rendered(), connection.schema_editor() as editor:
        state = Library("0001_initial", "library").apply(ProjectState(), editor)
        before.append(state.apps.get_model("library", "Page"))
        FirstRows(look).database_forwards("library", editor, state, state)
