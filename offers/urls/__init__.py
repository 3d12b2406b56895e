"""Addresses of this room under the namespace `offers`: the modules hold full paths ("angebote/...")."""

from offers.urls import members, public, workspace

app_name = "offers"
urlpatterns = [*public.urlpatterns, *workspace.urlpatterns, *members.urlpatterns]
