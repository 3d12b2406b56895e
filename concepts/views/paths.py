"""What the pages of measures share: who may open them, and the way back to the page a small form came from."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

PERMISSION = "concepts.change_measure"


def page_before(request: HttpRequest, otherwise: str) -> str:
    """The page of ours from which a small form was sent."""
    page = request.POST.get("zurueck", "")
    is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if is_ours else otherwise
