"""Outside companies of the messages that billing has sent."""

from tests.notifications.conftest import mail

__all__ = ["mail"]
