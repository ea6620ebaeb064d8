"""An empty handbook: what a new installation starts with stands aside, but for tests about it."""

import pytest

from tests.factories.knowledge import without_seeds


@pytest.fixture(autouse=True)
def _empty_handbook(request: pytest.FixtureRequest) -> None:
    mark = request.node.get_closest_marker("django_db")
    if mark is None or request.module.__name__.endswith("test_seeds"):
        return
    request.getfixturevalue("transactional_db" if mark.kwargs.get("transaction") else "db")
    without_seeds()
