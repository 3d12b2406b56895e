"""What every page's frame needs: centre, navigation, funder notes."""

from typing import Any

from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    return {}
