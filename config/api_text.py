"""What an integrator reads first in the description of the API."""

API_TEXT = """For merchants and partners: send orders, follow waybills, report tracking events,
open cases, and be told of all that by webhook.

Keys. Every request carries an API key: `Authorization: Bearer ypk_…`. A key has scopes, sees
certain customers, may end on a day, and may be tied to addresses (403 `address_not_allowed`). Ask your
contact at the company for one.

Times are RFC 3339 in UTC, such as `2026-03-21T06:05:00Z`, wherever we send them: in answers,
webhooks and streams. You may send them with any zone. Days (`2026-03-21`) are days of the company's own
time zone.

Ids (`evt_…`, `we_…`, `cm_…`, `msg_…`) and numbers (`WO20261122-48391527`, `CS20261125-48391527`) are
opaque texts of up to 40 characters. Do not count or sort by them.

Lists come in pages. `limit` says how many (1 to 200, 50 when absent); follow `next` until it is null.
Cursors are opaque and end with the list they came from.

Exactness. Unknown fields and query parameters are refused, as are fields given twice, so that
a misspelt name is never lost in silence.

Errors are problem details (RFC 9457, `application/problem+json`): act on `code`, show `detail`
to people, and look in `errors` for the `field` (and the `row` of a list) at fault. 400: the description
forbids it. 409: it is well formed, and a rule or the present state refuses it. 5xx and 429: try again,
after `Retry-After` where it is given.

Trying again. Send an `Idempotency-Key` with what writes: the same key within 24 hours does the
work once and gives the same answer.

Limits. A key may make so many requests a minute as `RateLimit-Policy` says; `RateLimit` says how many are
left (`r`) and in how many seconds (`t`) they are renewed. Bodies hold at most 8 MB."""
