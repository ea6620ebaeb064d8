"""The provider that issues 数电票 for us; without its key invoices are recorded by hand."""

import environ

env = environ.Env()

TAX_CHANNEL = {
    "url": env.str("NUONUO_URL", default="https://sdk.nuonuo.com/open/v1/services"),
    "token_url": env.str("NUONUO_TOKEN_URL", default="https://open.nuonuo.com/accessToken"),
    "app_key": env.str("NUONUO_APP_KEY", default=""),
    "app_secret": env.str("NUONUO_APP_SECRET", default=""),
    "extension": env.str("NUONUO_EXTENSION", default=""),
    "timeout": env.int("NUONUO_TIMEOUT", default=20),
    # What invoices say of us, the seller.
    "tax_number": env.str("SELLER_TAX_NUMBER", default=""),
    "name": env.str("SELLER_NAME", default=""),
    "address": env.str("SELLER_ADDRESS", default=""),
    "phone": env.str("SELLER_PHONE", default=""),
    "account": env.str("SELLER_ACCOUNT", default=""),
    "clerk": env.str("INVOICE_CLERK", default=""),
}
