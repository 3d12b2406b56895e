"""Numbers and lists that the demo concept takes from the registry, as they were on the day of a version's Stand."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from django.db.models import QuerySet

from actors.models import Municipality, Organisation
from kiportal.pages.demo import pictures
from offers.models import Offer, Topic

type Rows = Iterator[tuple[str, ...]]
TOPICS_IN_PICTURE = 10


class Registry:
    def __init__(self, on: date) -> None:
        self.on = on

    def rows(self, name: str) -> Rows:
        """The rows of a table `data-rows="…"`, the header cell first."""
        tables: dict[str, Callable[[], Rows]] = {
            "municipalities": self._municipalities,
            "municipality_offers": self._municipality_offers,
            "topics": self._topics,
            "organisations": self._organisations,
            "offers": self._offers,
        }
        return tables[name]()

    def picture(self, name: str) -> bytes:
        """The PNG of an image `data-image="…"`."""
        drawings: dict[str, Callable[[], bytes]] = {
            "structure": pictures.structure,
            "cycle": pictures.cycle,
            "kinds": self._picture_of_kinds,
            "topics": self._picture_of_topics,
        }
        return drawings[name]()

    def organisations(self) -> QuerySet[Organisation]:
        return Organisation.objects.visible_to_public().filter(created_at__date__lte=self.on)

    def offers(self) -> QuerySet[Offer]:
        return Offer.objects.visible_to_public(self.on).filter(published_at__date__lte=self.on)

    def _municipalities(self) -> Rows:
        organisations = Counter(self.organisations().values_list("municipality", flat=True))
        for place in Municipality.objects.all():
            yield place.name, place.get_kind_display(), str(organisations[place.pk])

    def _municipality_offers(self) -> Rows:
        offers = Counter(self.offers().filter(is_countywide=False).values_list("municipalities__name", flat=True))
        return ((*cells, str(offers[cells[0]])) for cells in self._municipalities())

    def _counted_topics(self) -> list[tuple[Topic, int]]:
        offers = Counter(self.offers().values_list("topics", flat=True))
        return [(topic, offers[topic.pk]) for topic in Topic.objects.all()]

    def _topics(self) -> Rows:
        return ((topic.name, topic.get_strand_display(), str(number)) for topic, number in self._counted_topics())

    def _organisations(self) -> Rows:
        for organisation in self.organisations().select_related("municipality"):
            yield organisation.name, organisation.get_kind_display(), str(organisation.municipality or "kreisweit")

    def _offers(self) -> Rows:
        for offer in self.offers().select_related("provider").prefetch_related("municipalities").order_by("sort_key"):
            places = ", ".join(place.name for place in offer.municipalities.all())
            yield offer.title, offer.provider.name, places or "kreisweit"

    def _picture_of_kinds(self) -> bytes:
        return pictures.bars(Counter(str(one.get_kind_display()) for one in self.organisations()).most_common())

    def _picture_of_topics(self) -> bytes:
        offers = Counter({topic.name: number for topic, number in self._counted_topics()})
        return pictures.bars(offers.most_common(TOPICS_IN_PICTURE))
