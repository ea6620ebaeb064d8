"""What is written down at the door, and whether a name is the consignee's: pure (TRK-6)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from apps.tracking.enums import HandedOverAt, Reason, Signer

if TYPE_CHECKING:
    from apps.tracking.models import Courier

_TITLES = re.compile(r"(先生|女士|小姐|太太|老师|经理|师傅)$")
_NOISE = re.compile(r"[\s·.,，。、\-_/()（）]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProof:
    """A proof of delivery as recorded; times aware, money in the customer's currency."""

    signed_by: str
    signed_at: datetime
    packaging_intact: bool
    was_opened: bool
    appearance_good: bool | None = None
    count_right: bool | None = None
    handed_over: HandedOverAt = HandedOverAt.DOOR
    notes: str = ""
    cod_paid: Decimal | None = None
    cod_method: str = ""
    cod_reason: str = ""
    place: str = ""
    unit_code: str = ""
    courier: "Courier | None" = None

    @property
    def all_well(self) -> bool:
        return self.packaging_intact and (
            not self.was_opened or bool(self.appearance_good and self.count_right)
        )


def plain_name(name: str) -> str:
    """A name without spacing, punctuation, width and title, to compare by."""
    folded = _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return _TITLES.sub("", folded) if len(folded) > 2 else folded


def same_person(one: str, other: str) -> bool:
    """Do two written names name one person? Empty names name nobody."""
    return bool(plain_name(one)) and plain_name(one) == plain_name(other)


def delivered_reason(signer: Signer, proof: NewProof) -> Reason:
    """How the delivery came about, as the delivered event says it."""
    if proof.handed_over != HandedOverAt.DOOR:
        return Reason.COLLECTED
    if proof.cod_paid:
        return Reason.COD_COLLECTED
    return Reason.PROXY if signer == Signer.AUTHORISED else Reason.SELF
