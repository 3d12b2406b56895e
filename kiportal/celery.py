"""Celery: one task runs every job (`common.run_job`), one runs every periodic command.

Valkey is only the broker; what must not be lost stands in the table of `common.Job` (docs/architecture.md).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kiportal.settings")

app = Celery("kiportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["kiportal.common"], related_name="worker")
