import pytest

from tests.factories.claims import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
