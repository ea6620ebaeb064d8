"""How well an article fits a case. Pure."""

from dataclasses import dataclass

from apps.knowledge.enums import FitAspect

# What is narrower says more; use in like cases adds up to ``MOST_FOR_USE``.
WEIGHTS = {
    FitAspect.CUSTOMER: 16,
    FitAspect.CAUSE: 10,
    FitAspect.STATUS: 6,
    FitAspect.CLASS: 6,
    FitAspect.CHANNEL: 2,
    FitAspect.ANY: 1,
}
MOST_FOR_USE = 5


@dataclass(frozen=True, slots=True)
class CaseTraits:
    """What a case is found by; codes of the floors above, "" for what it has not."""

    case_class: str
    cause: str = ""
    status: str = ""
    channel: str = ""
    customer_id: int | None = None

    def values(self) -> list[tuple[FitAspect, str]]:
        """Aspects with their codes; of a cause also those above it: "delivery.rain", "delivery"."""
        causes = self.cause.split(".") if self.cause else []
        return [
            (FitAspect.ANY, ""),
            (FitAspect.CLASS, self.case_class),
            *((FitAspect.CAUSE, ".".join(causes[:n])) for n in range(len(causes), 0, -1)),
            *([(FitAspect.STATUS, self.status)] if self.status else []),
            *([(FitAspect.CHANNEL, self.channel)] if self.channel else []),
        ]
