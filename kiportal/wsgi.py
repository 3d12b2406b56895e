"""Entry point of the web server: gunicorn kiportal.wsgi."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kiportal.settings")
application = get_wsgi_application()
