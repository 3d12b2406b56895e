"""Addresses of this room under the namespace `common`: the modules hold full paths ("arbeitsplatz/...").

`accounts` (django-allauth below /konto/) is included by `kiportal.urls` itself, without a namespace.
"""

from kiportal.common.urls import workspace

app_name = "common"
urlpatterns = [*workspace.urlpatterns]
