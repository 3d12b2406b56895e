"""Addresses of this room under the namespace `concepts`: the modules hold full paths ("konzepte/...")."""

from concepts.urls import public, workspace

app_name = "concepts"
urlpatterns = [*public.urlpatterns, *workspace.urlpatterns]
