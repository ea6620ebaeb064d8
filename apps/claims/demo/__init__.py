"""The claims of the demonstration: damage paid on the spot, an insured loss that waits for
the deputy, a shortage that waits for an invoice, a delay refused with its clause, one disputed and raised, one set
off, one half recovered from a partner, one of a private person paid by transfer, one that came by the API. Written in
sets, but for the transfer, which goes through the services of banking."""

from apps.claims.demo.making import make_claims
from apps.claims.demo.sketches import SKETCHES

PARTS = ((21, make_claims),)
__all__ = ["PARTS", "SKETCHES", "make_claims"]
