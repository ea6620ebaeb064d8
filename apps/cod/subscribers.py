"""What this app hears of from the floors below."""

from apps.cod import services
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many


@subscribe_many("case.message_out", name="cod.note_answers", turn="cod.answers")
@subscribe_many("case.call_out", name="cod.note_calls", turn="cod.answers")
def note_answers(events: list[Event]) -> None:
    """The first answer in the case behind a customer's feedback (COD-5); a call that reached nobody is none."""
    first = {}
    for event in events:
        if event.kind == "case.message_out" or event.data.get("reached"):
            first.setdefault(int(event.subject_id), (event.at, event.by_id))
    services.note_answers(first)
