"""Addresses of this room under the namespace `funding`: the modules hold full paths ("arbeitsplatz/foerderung/...")."""

from funding.urls import public, workspace

app_name = "funding"
urlpatterns = [*public.urlpatterns, *workspace.urlpatterns]
