"""A provider that hangs holds up its own channel and no other."""

import pytest

from apps.notifications import channels
from tests.faults.isolation import installation


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("NTF-2")
def test_every_mail_leaves_while_all_text_messages_hang() -> None:
    with installation(sms_timeout=40) as there:
        there.round(3)  # until the process is up
        there.round(30, "hangs")
        # Every sender of text messages had called the gateway, and none had come back to call it
        # again, when the last mail was there. How fast it was, benchmarks/deliveries.py says.
        assert there.asked == channels.channel("sms").concurrency
