"""What people write about places: "57072 Siegen" in one column, where we have two."""

import re

ALIASES = ("stadt", "ort", "plz/ort", "plz / ort", "plz ort", "plz, ort", "plz und ort", "plz u. ort")
_BOTH = re.compile(r"(?:D[- ])?(\d{5})[\s,/]+(\D.*)", re.DOTALL)


def prepared(cells: dict[str, str]) -> dict[str, str]:
    """The cells with postcode and place each in its column. What a column of its own says is left alone."""
    postcode, city = cells.get("postcode", ""), cells.get("city", "")
    said: dict[str, str] = {}
    if found := _BOTH.fullmatch(city):
        said = {"city": found[2], "postcode": postcode or found[1]}
    elif not city and (found := _BOTH.fullmatch(postcode)):
        said = {"city": found[2], "postcode": found[1]}
    for name in ("municipality", "municipalities"):
        if found := _BOTH.fullmatch(cells.get(name, "")):
            said[name] = found[2]
    return cells | said
