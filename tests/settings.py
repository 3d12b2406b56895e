"""The portal's settings on the servers of the tests: state under $VAR/test, mails in memory, static files unhashed.

Each process of pytest-xdist has a folder and servers of its own: one may stop its broker while another needs it.
"""

import os
from pathlib import Path

from kiportal.embedded.servers import Servers

BASE = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VAR") or BASE / "var").resolve() / "test" / os.environ.get("PYTEST_XDIST_WORKER", "")
SERVERS = Servers(VAR, durable=False)

OWN = {"DATABASE_URL": SERVERS.database_url, "KIPORTAL_BROKER_URL": SERVERS.broker_url}
OWN = {name: url for name, url in OWN.items() if name not in os.environ}

os.environ.update(
    OWN
    | {
        "KIPORTAL_DEMO": "1",
        "KIPORTAL_VAR": str(VAR),
        "KIPORTAL_BASE_URL": "http://testserver",
        "KIPORTAL_SECRET_KEY": "only-for-tests-" + "s" * 32,
        "KIPORTAL_LINK_KEY": "only-for-tests-" + "l" * 32,
    }
)

from kiportal.settings import *  # noqa: E402, F403

for name in OWN:
    del os.environ[name]  # the processes of pytest-xdist inherit the rest

INSTALLED_APPS += ["tests.jobsapp"]  # noqa: F405
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
