"""Settings of a worker that takes an unacknowledged message for lost after two seconds instead of two minutes."""

from tests import settings as ordinary
from tests.settings import *  # noqa: F403

CELERY_BROKER_TRANSPORT_OPTIONS = ordinary.CELERY_BROKER_TRANSPORT_OPTIONS | {"visibility_timeout": 2}
