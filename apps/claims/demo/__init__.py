"""The claims of the demonstration: damage paid on the spot, an insured loss that waits for
the deputy, a shortage that waits for an invoice, a delay refused with its clause, one disputed and raised, one set
off, one half recovered from a partner, one of a private person paid by transfer, one that came by the API, and three on the
pages of their cases: to be agreed to, disputed, paid. Written in
sets, but for the transfer, which goes through the services of banking."""

from apps.claims.demo.making import make_claims
from apps.claims.demo.sketches import IN_CASES, SKETCHES

PARTS = ((21, make_claims),)
__all__ = ["IN_CASES", "PARTS", "SKETCHES", "make_claims"]
