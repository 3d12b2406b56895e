"""The portal as it runs, with one more page to compare with: twenty titles from one query, as bare as Django allows."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"

from kiportal.wsgi import application

__all__ = ["application"]
