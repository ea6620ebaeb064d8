import time

from apps.core.enqueueing import enqueue
from apps.events.background import background_task, due_when
from apps.events.services import relay_due
from apps.events.services.recording import RELAY
from apps.events.services.relaying import OLDEST

TURN = 2.0  # seconds; whoever is to end waits no longer


@background_task(RELAY, concurrency=2)
def relay_events() -> int:
    """Hand events to their subscribers."""
    began = time.monotonic()
    done = relay_due(seconds=TURN)
    if time.monotonic() - began >= TURN:
        enqueue(RELAY)
    return done


due_when(RELAY, OLDEST)
