"""All settings, read from the environment (docs/Betrieb.md lists the variables).

Demo mode (`KIPORTAL_DEMO=1`, set by `make run`) is production settings on one machine: mails go to files unless an
SMTP server is named, and the demo accounts exist. Nothing else differs.
"""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from kiportal import env

BASE_DIR = Path(__file__).resolve().parent.parent

# What runs where

KIPORTAL_DEMO = env.flag("KIPORTAL_DEMO")
KIPORTAL_VAR = Path(env.text("KIPORTAL_VAR", str(BASE_DIR / "var"))).resolve()
KIPORTAL_BASE_URL = env.base_url("KIPORTAL_BASE_URL")
KIPORTAL_HTTPS = KIPORTAL_BASE_URL.startswith("https://")
KIPORTAL_TRUSTED_PROXIES = env.words("KIPORTAL_TRUSTED_PROXIES", "127.0.0.1")
KIPORTAL_LINK_KEY = env.secret("KIPORTAL_LINK_KEY").encode()
SECRET_KEY = env.secret("KIPORTAL_SECRET_KEY")
if SECRET_KEY.encode() == KIPORTAL_LINK_KEY:
    raise ImproperlyConfigured("KIPORTAL_LINK_KEY and KIPORTAL_SECRET_KEY must differ.")

DEBUG = env.flag("KIPORTAL_DEBUG")
if DEBUG and not KIPORTAL_DEMO:
    raise ImproperlyConfigured("KIPORTAL_DEBUG=1 is not allowed in production.")

_host = (
    KIPORTAL_BASE_URL.partition("://")[2].rpartition("]")[0].lstrip("[")
    or (KIPORTAL_BASE_URL.partition("://")[2].partition(":")[0])
)
ALLOWED_HOSTS = env.words("KIPORTAL_ALLOWED_HOSTS", _host)
if not KIPORTAL_DEMO and any("*" in host or host.startswith(".") for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured("KIPORTAL_ALLOWED_HOSTS must name hosts; a wildcard is not allowed.")
if KIPORTAL_DEMO:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]

ROOT_URLCONF = "kiportal.urls"
WSGI_APPLICATION = "kiportal.wsgi.application"
AUTH_USER_MODEL = "common.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "kiportal.pages",
    "funding",
    "concepts",
    "offers",
    "actors",
    "kiportal.common",
    "kiportal.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_htmx",
    "django_prose_editor",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "kiportal.common.middleware.RequestLogMiddleware",
    "kiportal.common.middleware.TrustedProxyMiddleware",
    # Outside SecurityMiddleware, whose redirect to https must carry the headers, too.
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kiportal.common.middleware.ResponseHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kiportal.common.middleware.CompressionMiddleware",
    "kiportal.common.middleware.GermanWorkspaceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kiportal.common.middleware.HistoryMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kiportal.pages.context.site",
            ],
        },
    }
]
FORM_RENDERER = "kiportal.common.renderers.KernRenderer"

# Database, cache: PostgreSQL holds both, so that a missing broker never stops a page

DATABASES = {
    "default": env.database()
    | {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
# A database that went away without a word is noticed in time to answer 503 within five seconds.
_connection = {"connect_timeout": "3", "tcp_user_timeout": "1500"}
# Disks have no arm to move any more. With its old figure PostgreSQL reads whole tables where an index is far faster.
_connection["options"] = "-c random_page_cost=1.1"
DATABASES["default"]["OPTIONS"] = _connection | DATABASES["default"]["OPTIONS"]  # type: ignore[operator]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "common_cache",
        # allauth counts failed sign-ins here: the default of 300 would let anybody push another's count out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # What a process can make again and need not share (offers.search, offers.views.offer_list): a megabyte.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 100},
    },
}

# Celery: transport only, results and retries live in common.Job (STACK: options tried with kill -9)

CELERY_BROKER_URL = env.text("KIPORTAL_BROKER_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "kiportal"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Europe/Berlin"
CELERY_BEAT_SCHEDULE = {
    "resend-jobs": {
        "task": "kiportal.run_command",
        "schedule": 15.0,
        "args": ["resend_jobs"],
        "options": {"expires": 15},
    },
    "daily": {"task": "kiportal.run_daily", "schedule": 3600.0, "options": {"expires": 3600}},
}
# Run once a day each, in this order, by the first tick of a new day in Europe/Berlin (common.worker).
KIPORTAL_DAILY_COMMANDS = [
    "extend_dates",
    "hide_overdue",
    "take_coverage_snapshot",
    "ask_for_confirmation",
    "remind_of_recorded",
    "send_saved_searches",
    "check_links",
    "remind_unused_accounts",
    "remind_unused_drafts",
    "remind_of_reports",
    "purge",
    "clearsessions",
]

# Sign-in: accounts by invitation, one door

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pages:workspace_home"
ACCOUNT_ADAPTER = "kiportal.common.accounts.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if KIPORTAL_HTTPS else "http"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"reset_password": "20/m/ip"}  # and three mails a day to an address: common.limits
_forms = "kiportal.common.account_forms"
ACCOUNT_FORMS = {
    "login": f"{_forms}.LoginForm",
    "reauthenticate": f"{_forms}.ReauthenticateForm",
    "change_password": f"{_forms}.ChangePasswordForm",
    "reset_password": f"{_forms}.ResetPasswordForm",
    "reset_password_from_key": f"{_forms}.ResetPasswordKeyForm",
    "add_email": f"{_forms}.AddEmailForm",
}
MFA_ADAPTER = "kiportal.common.accounts.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": f"{_forms}.AuthenticateForm",
    "reauthenticate": f"{_forms}.SecondFactorReauthenticateForm",
    "activate_totp": f"{_forms}.ActivateTOTPForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "KI-Portal"
MFA_TOTP_TOLERANCE = 1  # a code may be typed while the next one already shows (RFC 6238, 5.2)
SESSION_COOKIE_AGE = 12 * 60 * 60

# Transport security: KIPORTAL_BASE_URL decides

_prefix = "__Host-" if KIPORTAL_HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}sessionid"
SESSION_COOKIE_SECURE = KIPORTAL_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_prefix}csrftoken"
CSRF_COOKIE_SECURE = KIPORTAL_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [KIPORTAL_BASE_URL]
CSRF_FAILURE_VIEW = "kiportal.common.views.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # from trusted proxies only: TrustedProxyMiddleware
SECURE_SSL_REDIRECT = KIPORTAL_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if KIPORTAL_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = KIPORTAL_HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # HSTS preload would bind the Kreis's whole domain: the operator's decision

# Language, time

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("Deutsch")), ("en", _("Englisch"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "kiportal.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"

# Files

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("KIPORTAL_STATIC_ROOT", str(KIPORTAL_VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "kiportal.common.staticfiles.PackageFinder",
]
MEDIA_ROOT = Path(env.text("KIPORTAL_MEDIA_ROOT", str(KIPORTAL_VAR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Mail

_smtp_host = env.text("KIPORTAL_SMTP_HOST", "" if KIPORTAL_DEMO else None)
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": _smtp_host,
            "port": env.integer("KIPORTAL_SMTP_PORT", 587, 1),
            "username": env.text("KIPORTAL_SMTP_USER", ""),
            "password": env.text("KIPORTAL_SMTP_PASSWORD", ""),
            "use_tls": env.flag("KIPORTAL_SMTP_STARTTLS", default=True),
            "timeout": 20,
        },
    }
    if _smtp_host
    else {"BACKEND": "kiportal.common.mail.MailFolderBackend", "OPTIONS": {"folder": KIPORTAL_VAR / "mail"}}
}
KIPORTAL_MAIL_FOLDER = None if _smtp_host else KIPORTAL_VAR / "mail"
DEFAULT_FROM_EMAIL = env.text("KIPORTAL_MAIL_FROM", "ki-portal@example.org" if KIPORTAL_DEMO else None)

# PDF: what one document may take, in a process of its own (kiportal.common.pdf)

KIPORTAL_PDF_SECONDS = env.integer("KIPORTAL_PDF_SECONDS", 300, 10)
KIPORTAL_PDF_MEMORY_MB = env.integer("KIPORTAL_PDF_MEMORY_MB", 600, 100)

# Logs: one JSON object a line on standard error, with the request's reference number, without tokens

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "kiportal.common.logs.RequestFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": env.text("KIPORTAL_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},  # RequestLogMiddleware writes one line a request, tokens masked
        "django.server": {"level": "ERROR"},
    },
}

# History of every field (triggers); the acting user comes from the request

PGHISTORY_MIDDLEWARE_METHODS = ("POST",)
