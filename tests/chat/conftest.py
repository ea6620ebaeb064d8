from tests.complaints.conftest import agent, team

__all__ = ["agent", "team"]
