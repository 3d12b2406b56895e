"""What everybody, and members of the Kreistag, read of concepts."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
