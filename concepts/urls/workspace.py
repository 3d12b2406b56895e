"""Writing, freezing and deciding."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
