"""Entry point of the web server: gunicorn kiportal.wsgi.

All code is loaded here, before gunicorn (`--preload`) makes its workers of this process: they share that memory.
"""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kiportal.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  (imports the views)
# What is there now stays: the collector need not look at it again, and looking would copy it into each worker.
gc.freeze()
