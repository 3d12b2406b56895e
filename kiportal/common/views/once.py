"""What several parts of one page need is read once: the first one keeps it on the request, where it ends with it."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest

from kiportal.common.models import Centre


def once_a_request[T](read: Callable[[HttpRequest], T]) -> Callable[[HttpRequest], T]:
    """Let the function run at most once for each request."""
    name = f"_once_{read.__module__}.{read.__qualname__}"

    @wraps(read)
    def kept(request: HttpRequest) -> T:
        if name not in request.__dict__:
            request.__dict__[name] = read(request)
        found: T = request.__dict__[name]
        return found

    return kept


@once_a_request
def current_centre(request: HttpRequest) -> Centre:
    return Centre.objects.current()
