"""The few files of npm packages that the site serves, taken from node_modules one by one.

Collecting whole packages would copy some thousand fonts and sources that no page uses.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import utils
from django.contrib.staticfiles.finders import BaseFinder
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage

# Pages use upright latin, latin-ext and cyrillic (static/css/tokens.css), PDFs all of them (static/css/pdf/).
FONTS = {
    f"fira-sans-{script}-{weight}-{style}.woff2": "@fontsource/fira-sans"
    for script in ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "vietnamese")
    for weight in (400, 600)
    for style in ("normal", "italic")
} | {
    "noto-sans-arabic-arabic-400-normal.woff2": "@fontsource/noto-sans-arabic",
    "noto-sans-arabic-arabic-600-normal.woff2": "@fontsource/noto-sans-arabic",
    "noto-sans-math-latin-400-normal.woff2": "@fontsource/noto-sans-math",
    "noto-sans-symbols-2-symbols-400-normal.woff2": "@fontsource/noto-sans-symbols-2",
}

# Name under STATIC_URL: file under node_modules.
PACKAGE_FILES = {
    "vendor/kern.min.css": "@kern-ux/native/dist/kern.min.css",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    **{f"vendor/fonts/{name}": f"{package}/files/{name}" for name, package in FONTS.items()},
}


class PackageStorage(FileSystemStorage):
    """node_modules under the names of PACKAGE_FILES."""

    def path(self, name: str) -> str:
        return str(Path(self.location) / PACKAGE_FILES[name.replace("\\", "/")])


class PackageFinder(BaseFinder):
    """Finds exactly PACKAGE_FILES; a missing one stops collectstatic instead of leaving a page without its style."""

    def __init__(self, app_names: Iterable[str] | None = None) -> None:
        self.storage = PackageStorage(location=str(settings.BASE_DIR / "node_modules"))

    def missing(self) -> list[str]:
        return [source for name, source in PACKAGE_FILES.items() if not Path(self.storage.path(name)).is_file()]

    def find(self, path: str, find_all: bool = False) -> Any:
        if path not in PACKAGE_FILES:
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, PackageStorage]]:
        missing = self.missing()
        if missing:
            raise ImproperlyConfigured(
                f"node_modules/{missing[0]} is missing ({len(missing)} files in all): run npm ci --ignore-scripts."
            )
        for name in PACKAGE_FILES:
            if not utils.matches_patterns(name, list(ignore_patterns or [])):
                yield name, self.storage
