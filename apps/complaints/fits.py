"""By what articles of the knowledge base may be for a case (knowledge/queries/fits.py gathers it)."""

from apps.complaints.enums import CaseChannel, CaseClass
from apps.complaints.queries.words import cause_tree
from apps.knowledge.enums import FitAspect


def _causes() -> list[tuple[str, str]]:
    return [(node.code, "\u3000" * node.code.count(".") + str(node)) for node in cause_tree()]


FITS = {
    FitAspect.CLASS: lambda: CaseClass.choices,
    FitAspect.CHANNEL: lambda: CaseChannel.choices,
    FitAspect.CAUSE: _causes,
}
