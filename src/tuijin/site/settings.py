"""Django's settings. What an installation may decide is in `config.py`."""

from __future__ import annotations

import sys

# The SQLite that Python ships may have the WAL bug of 3.7.0–3.51.2; pysqlite3 brings a fixed one.
import pysqlite3

sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2

from pathlib import Path  # noqa: E402  after the driver is in place

from tuijin.site.config import build_database, load_config  # noqa: E402  as above

# A query gives the interpreter up, and whatever runs beside it would keep it for Python's own 5 ms.
sys.setswitchinterval(0.0005)

CONFIG = load_config()
_SITE = Path(__file__).parent

DEBUG = False
SECRET_KEY = CONFIG.secret_key
ALLOWED_HOSTS = list(CONFIG.hosts)
ROOT_URLCONF = "tuijin.site.urls"
WSGI_APPLICATION = "tuijin.site.wsgi.application"
INSTALLED_APPS = [
    "tuijin.site",
    "tuijin.meet",
    "tuijin.push",
    "tuijin.plan",
    "tuijin.verify",
    "tuijin.see",
    "tuijin.ledger",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tuijin.site.middleware.secure_headers",
    "tuijin.site.middleware.answer_errors",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tuijin.site.middleware.watch_session",
    "tuijin.site.middleware.enter_scope",
    "tuijin.site.middleware.complete_account",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "tuijin.site.context.page",
            ],
        },
    }
]
DATABASES = {"default": build_database(CONFIG)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

AUTH_USER_MODEL = "ledger.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "tuijin.ledger.passwords.ThreeOfFourKinds"},
    {"NAME": "tuijin.ledger.passwords.NotOneOfTheLast"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "cockpit"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = _SITE / "static"  # everything served is in this one folder, built and committed
WHITENOISE_MAX_AGE = 3600

SESSION_ENGINE = "tuijin.ledger.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.is_https
SESSION_COOKIE_NAME = "__Host-session" if CONFIG.is_https else "tuijin_session"
CSRF_COOKIE_NAME = "__Host-csrf" if CONFIG.is_https else "tuijin_csrf"
CSRF_FAILURE_VIEW = "tuijin.site.answers.show_csrf_failure"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = CONFIG.is_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.is_https else None
SECURE_HSTS_SECONDS = 31536000 if CONFIG.is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = CONFIG.is_https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = [
    "tuijin.site.uploads.StopAtLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
LOGGING_CONFIG = None
