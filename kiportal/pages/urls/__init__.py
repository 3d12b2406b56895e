"""Addresses of this room under the namespace `pages`: the modules hold full paths ("arbeitsplatz/...").

`operator` (health, robots.txt, sitemap.xml) has no language and is included by `kiportal.urls` itself.
"""

from kiportal.pages.urls import public, workspace

app_name = "pages"
urlpatterns = [*public.urlpatterns, *workspace.urlpatterns]
