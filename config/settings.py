"""All settings, read from the environment; docs/operations.md lists every variable. Those of the API and
of the channels stand in modules of their own beside this one.

Production refuses to start without its secrets; `bin/up` and `bin/test` generate
their own. There is one code path: the same database and broker protocol everywhere.
"""

import os
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.urls import reverse_lazy
from whitenoise.compress import Compressor  # type: ignore[import-untyped]  # it brings no types

from apps.core.logs import logging_settings
from config.schedule import CELERY_BEAT_SCHEDULE as CELERY_BEAT_SCHEDULE
from config.settings_api import *  # noqa: F403  # a settings module is a list of names
from config.settings_channels import *  # noqa: F403  # likewise
from config.settings_directory import OIDC as OIDC
from config.settings_tax_channel import TAX_CHANNEL as TAX_CHANNEL

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
    "apps.knowledge",
    "apps.training",
    "apps.ledger",
    "apps.pricing",
    "apps.banking",
    "apps.tracking",
    "apps.orders",
    "apps.complaints",
    "apps.appeals",
    "apps.surveys",
    "apps.quality",
    "apps.chat",
    "apps.hotline",
    "apps.incidents",
    "apps.claims",
    "apps.billing",
    "apps.cod",
    "apps.account_changes",
    "apps.safety",
    "apps.notifications",
    "apps.shifts",
    "apps.reports",
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
    "apps.core.middleware.RequestIds",
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
# Passwords checked at a time in the whole company; each takes one core for some tenths of a second, and
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

# --- paying out ---------------------------------------------------------------------------------
# How long an approved account waits before it is used, while everybody who was on file is told.
PAYEE_COOLING_HOURS = env.int("PAYEE_COOLING_HOURS", default=24)
# Whoever is called back has had this phone number on file for so long.
PAYEE_PHONE_DAYS = env.int("PAYEE_PHONE_DAYS", default=30)
# A request that nobody finishes lapses; a payout without the bank's answer is asked about.
PAYEE_LAPSE_DAYS = env.int("PAYEE_LAPSE_DAYS", default=30)
PAYOUT_UNCLEAR_DAYS = env.int("PAYOUT_UNCLEAR_DAYS", default=3)

# --- files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / ".yipiao" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / ".yipiao" / "media"))
# Where the seals over append-only tables are kept besides the database: best another machine's disk.
SEALS_DIR = env.path("SEALS_DIR", default=str(BASE_DIR / ".yipiao" / "seals"))
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
# Whoever opens a debugger may wait: source maps are most of what there is to compress.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
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
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
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

# --- rules of the company --------------------------------------------------------------------------
# How long an approved change of the account that customers pay into waits before it can start.
ACCOUNT_CHANGE_WAIT = timedelta(hours=env.int("ACCOUNT_CHANGE_WAIT_HOURS", default=24))

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
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=48)
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

# --- the back office ----------------------------------------------------------------------------
FORM_RENDERER = "apps.backoffice.rendering.StaffRenderer"
# The frame and what stands in it: config/admin_site.py and templates/admin/base.html.
UNFOLD = {"DASHBOARD_CALLBACK": "config.sidebar.dashboard"}

# --- logs ---------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
# "line" for people, "json" for what gathers logs: one object on each line.
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
LOGGING = logging_settings(LOG_LEVEL, as_json=LOG_FORMAT == "json")

# --- what operators see ---------------------------------------------------------------------------
# Opens /metrics to whoever sends it as a bearer token; empty: there is no such page.
METRICS_KEY = env.str("METRICS_KEY", default="")
# Where errors are reported ("https://key@errors.example.com/1"), in Sentry's shape; empty: nowhere.
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="production")
SILENCED_SYSTEM_CHECKS: list[str] = []
