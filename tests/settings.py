"""The product's own settings, in a home that is removed afterwards."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "TUIJIN_HOME" not in os.environ:
    os.environ["TUIJIN_HOME"] = tempfile.mkdtemp(prefix="tuijin-test-")
    atexit.register(shutil.rmtree, os.environ["TUIJIN_HOME"], ignore_errors=True)
if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # side by side, each in a home of its own
    home = Path(os.environ["TUIJIN_HOME"], worker)
    home.mkdir(mode=0o700, exist_ok=True)
    os.environ["TUIJIN_HOME"] = str(home)
# Playwright runs an event loop in the thread of the test, which then asks the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from tuijin.site.settings import *  # noqa: F403  after the home is chosen; all of them

# A file as in use, and not SQLite in memory: several connections, WAL and locks are under test.
if not CONFIG.database_url:  # noqa: F405  from the settings above
    DATABASES["default"]["TEST"] = {  # noqa: F405  as above
        "NAME": Path(os.environ["TUIJIN_HOME"]) / f"test-{os.getpid()}.sqlite3"
    }
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405  from the settings; whitenoise wants it to be there
# Argon2 takes a tenth of a second a sign-in, by design; test_sign_in has it back.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
