"""Sign-in through the company's own directory (OpenID Connect). Without issuer and client it is off: then
the sign-in page offers name and password only."""

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

OIDC = {
    # As the directory writes it into its tokens, letter by letter; its configuration is below it.
    "issuer": env.str("OIDC_ISSUER", default=""),
    "client_id": env.str("OIDC_CLIENT_ID", default=""),
    "client_secret": env.str("OIDC_CLIENT_SECRET", default=""),
    "scope": env.str("OIDC_SCOPE", default="openid profile email"),
    "groups_claim": env.str("OIDC_GROUPS_CLAIM", default="groups"),
    "username_claim": env.str("OIDC_USERNAME_CLAIM", default="preferred_username"),
    "staff_number_claim": env.str("OIDC_STAFF_NUMBER_CLAIM", default=""),
    # Values of `amr` and `acr` that count as a second factor; empty: ours is asked for.
    "trusted_amr": env.list("OIDC_TRUSTED_AMR", default=[]),
    "trusted_acr": env.list("OIDC_TRUSTED_ACR", default=[]),
    # Seconds: for each answer of the directory, and between two looks at whoever is signed in.
    "timeout": env.int("OIDC_TIMEOUT", default=5),
    "check_seconds": env.int("OIDC_CHECK_SECONDS", default=300),
}
if bool(OIDC["issuer"]) != bool(OIDC["client_id"]):
    raise ImproperlyConfigured("OIDC_ISSUER and OIDC_CLIENT_ID are set together or not at all.")
if OIDC["issuer"] and "openid" not in str(OIDC["scope"]).split():
    raise ImproperlyConfigured("OIDC_SCOPE must name openid.")
