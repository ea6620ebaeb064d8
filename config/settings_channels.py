"""Settings of the channels by which people are told and ask: a channel that is not set up here is passed
over, a way to ask that is not set up is closed."""

import environ

env = environ.Env()

# The public address, for links in messages ("https://…", no slash at the end).
SITE_URL = env.str("SITE_URL", default="")
# A folder with what the demonstration sent. Only bin/up sets it; empty: that page does not exist.
DEMO_MAILBOX = env.str("DEMO_MAILBOX", default="")
OWN_MAILBOXES = env.list("OWN_MAILBOXES", default=[])
EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
EMAIL_PER_SECOND = env.int("EMAIL_PER_SECOND", default=20)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="service@yipiao.example")
SMS_URL = env.str("SMS_URL", default="")
SMS_ACCESS_KEY = env.str("SMS_ACCESS_KEY", default="")
SMS_ACCESS_SECRET = env.str("SMS_ACCESS_SECRET", default="")
SMS_SIGN_NAME = env.str("SMS_SIGN_NAME", default="")
# Codes that anybody may ask for go to phones of these countries only (calling codes), and to each
# country only so many an hour.
SMS_COUNTRIES = env.list("SMS_COUNTRIES", default=["86"])
SMS_CODES_PER_HOUR = env.int("SMS_CODES_PER_HOUR", default=1000)
SMS_RECEIPT_KEY = env.str("SMS_RECEIPT_KEY", default="")
SMS_TIMEOUT = env.int("SMS_TIMEOUT", default=10)
SMS_PER_SECOND = env.int("SMS_PER_SECOND", default=30)
WECHAT_URL = env.str("WECHAT_URL", default="https://api.weixin.qq.com")
WECHAT_APP_ID = env.str("WECHAT_APP_ID", default="")
WECHAT_APP_SECRET = env.str("WECHAT_APP_SECRET", default="")
WECHAT_TIMEOUT = env.int("WECHAT_TIMEOUT", default=10)
WECHAT_PER_SECOND = env.int("WECHAT_PER_SECOND", default=50)
# Where colleagues work: the company's own application there. Robots of groups are rows, not settings.
PLATFORMS_TIMEOUT = env.int("PLATFORMS_TIMEOUT", default=8)
WECOM_URL = env.str("WECOM_URL", default="https://qyapi.weixin.qq.com")
WECOM_CORP_ID = env.str("WECOM_CORP_ID", default="")
WECOM_AGENT_ID = env.str("WECOM_AGENT_ID", default="")
WECOM_SECRET = env.str("WECOM_SECRET", default="")
WECOM_TOKEN = env.str("WECOM_TOKEN", default="")
WECOM_AES_KEY = env.str("WECOM_AES_KEY", default="")
DINGTALK_URL = env.str("DINGTALK_URL", default="https://api.dingtalk.com")
DINGTALK_OAPI_URL = env.str("DINGTALK_OAPI_URL", default="https://oapi.dingtalk.com")
DINGTALK_APP_KEY = env.str("DINGTALK_APP_KEY", default="")
DINGTALK_APP_SECRET = env.str("DINGTALK_APP_SECRET", default="")
DINGTALK_ROBOT_CODE = env.str("DINGTALK_ROBOT_CODE", default="")
# Whether the robot's messages are led to our address; without, *I will handle it* is a link.
DINGTALK_ANSWERS = env.bool("DINGTALK_ANSWERS", default=False)
FEISHU_URL = env.str("FEISHU_URL", default="https://open.feishu.cn")
FEISHU_APP_ID = env.str("FEISHU_APP_ID", default="")
FEISHU_APP_SECRET = env.str("FEISHU_APP_SECRET", default="")
FEISHU_VERIFICATION_TOKEN = env.str("FEISHU_VERIFICATION_TOKEN", default="")
FEISHU_ENCRYPT_KEY = env.str("FEISHU_ENCRYPT_KEY", default="")
WEBHOOK_TIMEOUT = env.int("WEBHOOK_TIMEOUT", default=15)
WEBHOOK_ALLOW_HTTP = env.bool("WEBHOOK_ALLOW_HTTP", default=False)
WEBHOOK_ALLOWED_NETWORKS = env.list("WEBHOOK_ALLOWED_NETWORKS", default=[])
WEBHOOK_DISABLE_AFTER_DAYS = env.int("WEBHOOK_DISABLE_AFTER_DAYS", default=5)
WEBHOOKS_PER_SECOND = env.int("WEBHOOKS_PER_SECOND", default=50)

# --- being asked: a way that is not set up here is closed --------------------------------------
WECHAT_TOKEN = env.str("WECHAT_TOKEN", default="")
WECHAT_AES_KEY = env.str("WECHAT_AES_KEY", default="")
INQUIRY_SMS_SECRET = env.str("INQUIRY_SMS_SECRET", default="")
INQUIRY_IMAP_HOST = env.str("INQUIRY_IMAP_HOST", default="")
INQUIRY_IMAP_PORT = env.int("INQUIRY_IMAP_PORT", default=993)
INQUIRY_IMAP_TLS = env.bool("INQUIRY_IMAP_TLS", default=True)
INQUIRY_IMAP_USER = env.str("INQUIRY_IMAP_USER", default="")
INQUIRY_IMAP_PASSWORD = env.str("INQUIRY_IMAP_PASSWORD", default="")
INQUIRY_IMAP_FOLDER = env.str("INQUIRY_IMAP_FOLDER", default="INBOX")
INQUIRY_MAIL_MAX_BYTES = env.int("INQUIRY_MAIL_MAX_BYTES", default=20 * 1024 * 1024)
# The name by which our mail server signs its Authentication-Results; empty: nothing is known.
# Empty: nobody vouches for senders, and what only an address says stands there as unverified.
INQUIRY_MAIL_AUTHSERV = env.str("INQUIRY_MAIL_AUTHSERV", default="")
INQUIRY_MAIL_FROM = env.str("INQUIRY_MAIL_FROM", default=DEFAULT_FROM_EMAIL)
KUAIDI100_COMPANIES = env.list("KUAIDI100_COMPANIES", default=["yipiao"])
KUAIDI100_CALLBACK_HTTP = env.bool("KUAIDI100_CALLBACK_HTTP", default=True)
KUAIDI100_CALLBACK_INSIDE = env.list("KUAIDI100_CALLBACK_INSIDE", default=[])
# Whether the proxy in front leads the pages' own streams to the streams process. Without one they look
# for news by themselves, and ask for no address that is not there.
STREAMS_HERE = env.bool("STREAMS_HERE", default=True)
STREAMS_MOST = env.int("STREAMS_MOST", default=5000)
STREAMS_PER_KEY = env.int("STREAMS_PER_KEY", default=2000)
