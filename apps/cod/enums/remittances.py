"""Remittances: when a merchant gets its money, what they are made of, and how they stand (COD-7)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class Cycle(ColourChoices):
    """When a merchant is remitted to."""

    WEEKLY = "weekly", _("On days of the week"), "blue"
    EVERY = "every", _("Every so many days"), "teal"
    MONTHLY = "monthly", _("On days of the month"), "purple"


class RemittanceState(ColourChoices):
    HELD = "held", _("Held"), "red"
    PREPARED = "prepared", _("Prepared"), "amber"
    RELEASED = "released", _("Released"), "blue"
    UNCLEAR = "unclear", _("Outcome unknown"), "red"
    PAID = "paid", _("With the merchant"), "green"
    RETURNED = "returned", _("Returned by the bank"), "red"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "grey"


# Nobody else may have what stands in one of these.
STANDING = (
    RemittanceState.HELD,
    RemittanceState.PREPARED,
    RemittanceState.RELEASED,
    RemittanceState.UNCLEAR,
    RemittanceState.PAID,
)
BEFORE_RELEASE = (RemittanceState.HELD, RemittanceState.PREPARED)
GONE_OUT = (
    RemittanceState.RELEASED,
    RemittanceState.UNCLEAR,
    RemittanceState.PAID,
    RemittanceState.RETURNED,
)


class RowKind(ColourChoices):
    """What a remittance is made of. The payout is the last row, so that the rows sum to zero."""

    ITEM = "item", _("Collected"), "green"
    ADVANCE = "advance", _("Paid ahead of the bank"), "teal"
    FEE = "fee", _("COD fee"), "purple"
    CLAW_BACK = "claw_back", _("Claw-back"), "red"
    OFFSET = "offset", _("Set against a statement"), "amber"
    PAYOUT = "payout", _("Paid out"), "blue"


class WaitReason(ColourChoices):
    """Why a merchant that is due gets nothing now."""

    NOTHING = "nothing", _("Nothing is due"), "grey"
    BELOW_MINIMUM = "below_minimum", _("Less than the minimum: carried"), "amber"
    NOT_COVERED = "not_covered", _("The fees are not covered: carried"), "amber"
    ON_HOLD = "on_hold", _("On hold by its terms"), "red"


class HoldReason(ColourChoices):
    """Why a remittance that is prepared cannot be released."""

    NO_PAYEE = "no_payee", _("No active payout account"), "red"


class AdvancePolicyState(ColourChoices):
    """Whether a merchant is paid ahead of the bank."""

    ASKED = "asked", _("Waits for approval"), "amber"
    ACTIVE = "active", _("In force"), "green"
    REFUSED = "refused", _("Refused"), "red"
    ENDED = "ended", _("Ended"), "grey"


class RemittanceFile(ColourChoices):
    """The settlement report as a file."""

    XLSX = "xlsx", "xlsx", "green"
    CSV = "csv", "csv", "teal"
    PDF = "pdf", "PDF", "red"
