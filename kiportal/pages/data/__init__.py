"""What `setup_centre` and `load_demo` write: value lists, profiles of Kreise, texts, demo content (see README.md)."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def read(name: str) -> Any:
    """Return the content of a JSON file, e.g. read("reference/topics")."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def profile_slugs() -> list[str]:
    return sorted(path.stem for path in (FOLDER / "profiles").glob("*.json"))


def profile_of_county(ags: str) -> dict[str, Any] | None:
    """Return the profile of the Kreis with this official key, if the project has one."""
    profiles = (read(f"profiles/{slug}") for slug in profile_slugs())
    return next((profile for profile in profiles if profile["centre"]["county_ags"] == ags), None)


def read_text(language: str, page: str, values: dict[str, str]) -> tuple[str, str]:
    """Return title and body of a page's text, its {placeholders} filled."""
    content = (FOLDER / "texts" / language / f"{page}.html").read_text(encoding="utf-8").format_map(values)
    title, _, body = content.removeprefix("<title>").partition("</title>")
    return title, body.strip()


def read_document(name: str) -> str:
    """Return the text of a document, e.g. read_document("concepts/kreis-wesel"); see `chapters`."""
    return (FOLDER / f"{name}.html").read_text(encoding="utf-8")
