"""Where the demo content lies: the same entries fit every Kreis."""

import re
from decimal import Decimal
from zlib import crc32

from actors.models import Municipality
from kiportal.common.models import Centre
from kiportal.pages import data

# A point lies less than half of this from the middle of its place, in hundred-thousandths of a degree (about a metre).
SPREAD = 801


class Places:
    """The municipalities of the centre, larger ones first where the project has a profile of the Kreis."""

    def __init__(self, centre: Centre) -> None:
        self.profile = data.profile_of_county(centre.county_ags)
        rows = self.profile["municipalities"] if self.profile else []
        order = {row["ags"]: position for position, row in enumerate(rows)}
        self.all = sorted(Municipality.objects.all(), key=lambda place: order.get(place.ags, len(order)))
        self.seat = next((place for place in self.all if short_name(place) == centre.seat), self.all[0])
        self._centre = centre
        self._postcodes = {row["ags"]: row["postcode"] for row in rows}
        self._points = {row["ags"]: (row["latitude"], row["longitude"]) for row in rows}

    def at(self, index: int | str) -> Municipality:
        """Return the municipality of an index (or "seat"); where there are fewer, the count is folded back."""
        if index == "seat":
            return self.seat
        number = int(index) % (2 * len(self.all))
        return self.all[min(number, 2 * len(self.all) - 1 - number)]

    def postcode(self, place: Municipality) -> str:
        return self._postcodes.get(place.ags, "")

    def point(self, place: Municipality, address: str) -> dict[str, Decimal]:
        """A point in the middle of the place, always the same for an invented address; none outside the profiles."""
        if place.ags not in self._points:
            return {}
        numbers = divmod(crc32(address.encode()) % SPREAD**2, SPREAD)
        latitude, longitude = (
            round(Decimal(str(middle)) + Decimal(number - SPREAD // 2) / 100_000, 5)
            for middle, number in zip(self._points[place.ags], numbers, strict=True)
        )
        return {"latitude": latitude, "longitude": longitude}

    def fill(self, text: str, place: Municipality, **words: str) -> str:
        """Return the text with its placeholders filled, {names} of `words` among them."""
        return text.format(
            ort=short_name(place),
            kommune=f"{place.get_kind_display()} {short_name(place)}",
            kreis=self._centre.county_name,
            centre=self._centre.name,
            centre_street=self._centre.street,
            **words,
        )


def short_name(place: Municipality) -> str:
    """The name as people say it: "Gronau" for "Gronau (Westf.)"."""
    return re.sub(r" \(.*\)", "", place.name)
