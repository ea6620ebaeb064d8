"""All settings, read from the environment; docs/operations.md lists every variable.

Production refuses to start without its secrets; `bin/up` and `bin/test` generate
their own. There is one code path: the same database and broker protocol everywhere.
"""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.urls import reverse_lazy

from config.api_text import API_TEXT
from config.schedule import CELERY_BEAT_SCHEDULE as CELERY_BEAT_SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# "k2:<base64 of 32 bytes>,k1:<…>": the first key encrypts, all of them decrypt.
FIELD_KEYS = env.str("FIELD_KEYS")
BLIND_INDEX_KEY = env.str("BLIND_INDEX_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# How many proxies in front are ours: the client's address is that many steps from the right of
# X-Forwarded-For. 0 ignores the header.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

INSTALLED_APPS = [
    "apps.core",
    "apps.events",
    "apps.backoffice",
    "apps.accounts",
    "apps.sla",
    "apps.customers",
    "apps.ledger",
    "apps.pricing",
    "apps.banking",
    "apps.tracking",
    "apps.orders",
    "apps.complaints",
    "apps.quality",
    "apps.chat",
    "apps.billing",
    "apps.notifications",
    "apps.inquiries",
    "apps.portal",
    "apps.desk",
    # The plain "unfold" config would put its own site in place of ours.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_otp",
    "axes",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "apps.core.middleware.PrivateAnswers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.accounts.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "apps.core.middleware.AddressMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "apps.accounts.middleware.StaffSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "apps.backoffice.once.FormOnceMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # Every form has a key: {% csrf_token %} writes it.
            "builtins": ["apps.core.templatetags.form_key"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database -----------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", engine="apps.core.postgresql")}
DATABASES["default"].update(
    {
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
        "TEST": {
            "NAME": env.str("TEST_DATABASE_NAME", default="test_yipiao"),
            "TEMPLATE": "template0",
        },
    }
)
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "connect_timeout": 5,
        # Django writes joins in the order in which they are narrowed; that each row of a case brings
        # eight neighbours along gives the planner thousands of other orders to weigh, none better.
        "options": "-c statement_timeout=60000 -c lock_timeout=10000 -c join_collapse_limit=4",
    }
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people and sign-in -------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "apps.accounts.backends.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env.int("SESSION_COOKIE_AGE", default=12 * 3600)
SESSION_COOKIE_NAME = "yipiao_session"
CSRF_COOKIE_NAME = "yipiao_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "apps.core.api.handlers.csrf_failure"
LANGUAGE_COOKIE_NAME = "yipiao_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = 0.25  # hours
# Passwords checked at a time in the whole house; each takes one core for some tenths of a second, and
# half of the cores are left to the pages however many sign in.
SIGN_INS_AT_ONCE = env.int("SIGN_INS_AT_ONCE", default=max(1, (os.cpu_count() or 1) // 2))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "apps.accounts.addresses.sign_in_address"
AXES_LOCKOUT_CALLABLE = "apps.accounts.views.refuse_locked_out"
AXES_DISABLE_ACCESS_LOG = True
OTP_TOTP_ISSUER = "Yipiao 一票"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True

# --- words and times ----------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True
PHONE_REGION = "CN"
# The farthest ahead that an order may ask to be delivered: beyond what the slowest service takes.
ORDER_FARTHEST_DELIVERY_DAYS = env.int("ORDER_FARTHEST_DELIVERY_DAYS", default=60)

# --- files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / ".yipiao" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / ".yipiao" / "media"))
# No MEDIA_URL: uploads are served by views that check who asks.
STORAGES = {
    "default": {"BACKEND": "apps.core.storage.AtomicFileStorage"},
    "staticfiles": {
        "BACKEND": env.str(
            "STATICFILES_BACKEND", default="whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "apps.core.storage.SpooledUpload",
]
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=10 * 1024 * 1024)

# --- transport security -------------------------------------------------------------------------
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=False)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
LANGUAGE_COOKIE_SECURE = HTTPS_ONLY
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# The back office's interface library evaluates expressions in attributes; only /admin/ allows that.
STAFF_CONTENT_SECURITY_POLICY = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}

# --- broker and background work -----------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL")
# Whether what is committed calls a worker; without that it is found a little later.
WAKE_WORKERS = True
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
# A call says only that there is something to do: what, is in the database, which takes no call for done.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_POOL = "threads"
# As many as all channels may send at once, so that no provider that hangs holds up anything else, and
# some for everything else. Threads that are not needed are not begun.
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=40)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Tasks that a thread does on one connection to the database, roughly.
CELERY_DB_REUSE_MAX = 100
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A dead or hanging broker must never hang anybody: short socket timeouts, one retry at most.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 0.5,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
# What it calls for by the hour is in config/schedule.py.
CELERY_BEAT_SCHEDULER = "config.beat.Beat"

# --- outside API --------------------------------------------------------------------------------
# Requests of one API key in a minute; 0: as many as it likes.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=6_000)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.accounts.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.accounts.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.accounts.throttling.KeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["apps.core.api.wire.WireRenderer"],
    # Times stay times until the renderer writes them, all in one format.
    "DATETIME_FORMAT": None,
    "DEFAULT_PARSER_CLASSES": ["apps.core.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "apps.core.api.schema.ApiAutoSchema",
    "DEFAULT_PAGINATION_CLASS": "apps.core.api.pagination.ApiCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "apps.core.api.problems.problem_handler",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Yipiao API",
    "DESCRIPTION": API_TEXT,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.inquiries.streams.described.describe_stream",
    ],
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "apps.orders.enums.OrderStatus.choices",
        "WaybillStatus": "apps.tracking.enums.Status.choices",
        "WaybillStatusReason": "apps.tracking.enums.Reason.choices",
        "OrderChannel": "apps.orders.enums.Channel.choices",
        "CaseChannel": "apps.complaints.enums.CaseChannel.choices",
        "CaseState": "apps.complaints.enums.CaseState.choices",
        "CaseClass": "apps.complaints.enums.CaseClass.choices",
        "JobType": "apps.customers.enums.JobType.choices",
        "ChargeKind": "apps.billing.enums.ChargeKind.choices",
        "StatementState": "apps.billing.api.shapes.TOLD_CHOICES",
        "EndpointState": "apps.notifications.enums.EndpointState.choices",
        "DeliveryState": "apps.notifications.enums.DeliveryState.choices",
        "WebhookType": "apps.notifications.queries.notices.WEBHOOK_TYPES",
    },
}

# --- the courier's own rules that differ by house -----------------------------------------------
WAYBILL_PREFIX = env.str("WAYBILL_PREFIX", default="YP")
# Unknown waybill numbers that one address may try in ten minutes before it is told to wait.
PUBLIC_MISSES_PER_WINDOW = env.int("PUBLIC_MISSES_PER_WINDOW", default=60)
# A phone on more live shipments than this is known to many: it opens details by a code, not by digits.
PARTY_DIGITS_MOST_SHIPMENTS = env.int("PARTY_DIGITS_MOST_SHIPMENTS", default=50)
COMPANY_NAME = env.str("COMPANY_NAME", default="一票速递")
COMPANY_NAME_EN = env.str("COMPANY_NAME_EN", default="Yipiao Express")
COMPANY_PHONE = env.str("COMPANY_PHONE", default="400-000-1111")

# Where weaknesses are reported ("mailto:…", "https://…"), told in /.well-known/security.txt, and
# until what day (2027-06-30) that holds; empty: half a year ahead at any time.
SECURITY_CONTACTS = env.list("SECURITY_CONTACTS", default=[])
SECURITY_EXPIRES = env.str("SECURITY_EXPIRES", default="")

# --- telling people: a channel that is not set up here is passed over --------------------------
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

# --- the back office ----------------------------------------------------------------------------
FORM_RENDERER = "apps.backoffice.rendering.StaffRenderer"
# The frame and what stands in it: config/admin_site.py and templates/admin/base.html.
UNFOLD = {"DASHBOARD_CALLBACK": "config.sidebar.dashboard"}

# --- logs ---------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"axes": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
