"""Addresses in texts: those that cannot be right, and pages of this portal that nobody can read. Nothing is fetched."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone, translation

from actors.models import Organisation
from concepts.models import Concept, ConceptVersion
from offers.models import Offer, Programme

# Names that are kept free for examples and tests, or that only one machine knows (RFC 2606, RFC 6761, RFC 6762).
_NOWHERE = re.compile(
    r"(?:^|\.)(?:example\.(?:com|net|org)|example|invalid|test|localhost|local)$|^[^.:]*$|^127\.|^0\.0\.0\.0$"
)
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+")
_INSIDE = ("/arbeitsplatz/", "/konto/", "/admin/")


def is_wrong(address: str) -> bool:
    """Whether an address of the web cannot be one: without a host, with spaces, or of a host that does not exist."""
    if not address.lower().startswith(("http:", "https:")) or own_path(address):
        return False
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return True
    return " " in address or not _HOST.fullmatch(host) or _NOWHERE.search(host) is not None


def own_path(address: str) -> str:
    """The path of a page of this portal; "" of any other address."""
    try:
        parts, own = urlsplit(address), urlsplit(settings.KIPORTAL_BASE_URL)
    except ValueError:
        return ""
    if parts.scheme in {"http", "https"} and parts.netloc == own.netloc:
        return unquote(parts.path) or "/"
    return unquote(parts.path) if not parts.scheme and not parts.netloc and parts.path.startswith("/") else ""


def unreadable(paths: Iterable[str]) -> set[str]:
    """Those of the portal's own paths that lead nowhere, or to what is not public; one query for each kind of page."""
    found: set[str] = set()
    asked: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for path in set(paths):
        if (match := _resolved(path)) is None:
            found.add(path)
        elif match.view_name in _READABLE:
            asked[match.view_name][path] = tuple(str(value) for value in match.kwargs.values())
    for name, keys in asked.items():
        readable = _READABLE[name](timezone.localdate())
        found |= {path for path, key in keys.items() if key not in readable}
    return found


def _resolved(path: str) -> ResolverMatch | None:
    """The page of a path in its language; None where there is none for the public."""
    code = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    with translation.override(code):
        try:
            match = resolve(path)
        except Resolver404:
            return None
    return None if path.startswith(_INSIDE) else match


def _of_versions(on: date) -> set[tuple[str | None, ...]]:
    versions = ConceptVersion.objects.visible_to_public(on).values_list("concept__slug", "number")
    return {(slug, str(number)) for slug, number in versions}


def _of_sections(on: date) -> set[tuple[str | None, ...]]:
    versions = ConceptVersion.objects.visible_to_public(on)
    sections = versions.values_list("concept__slug", "number", "sections__uuid")
    return {(slug, str(number), str(uuid)) for slug, number, uuid in sections}


# The keys of the pages that everybody can read, by the name of their address.
_READABLE: Mapping[str, Callable[[date], AbstractSet[tuple[str | None, ...]]]] = {
    "offers:offer_detail": lambda on: set(Offer.objects.visible_to_public(on).values_list("slug")),
    "offers:organisation_detail": lambda _on: set(Organisation.objects.visible_to_public().values_list("slug")),
    "offers:programme_detail": lambda _on: set(Programme.objects.values_list("slug")),
    "concepts:concept_detail": lambda on: set(
        Concept.objects.with_versions(ConceptVersion.objects.visible_to_public(on)).values_list("slug")
    ),
    "concepts:version_detail": _of_versions,
    "concepts:version_pdf": _of_versions,
    "concepts:section_detail": _of_sections,
}
