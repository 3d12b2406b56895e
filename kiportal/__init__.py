"""Wiring of the portal. The Celery application is imported so that tasks find it."""

from kiportal.celery import app as celery_app

__all__ = ["celery_app"]
