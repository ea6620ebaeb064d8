"""What a matter's clocks are read from."""

from collections.abc import Sequence

from apps.sla.models import Matter
from apps.sla.queries.clock_inputs import read_clock_inputs
from apps.sla.rules import MatterFacts


def facts_of(matters: Sequence[Matter]) -> dict[int, MatterFacts]:
    """The facts of each matter. One query, however many."""
    if not matters:
        return {}
    inputs = read_clock_inputs(matters)
    return {matter.pk: inputs.facts_of(matter) for matter in matters}
