"""The portal's settings, with the page of the benchmark among its addresses."""

from kiportal.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
