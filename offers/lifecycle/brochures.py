"""A Wegweiser is made once for each state of its entries, whoever asks."""

from django.db import transaction

from kiportal.common.jobs import enqueue
from kiportal.common.models import Job, User
from offers.models import Brochure


def brochure_for(state: str) -> Brochure | None:
    """The one of this state that is stored or on its way; None where one has to be made."""
    found = Brochure.objects.select_related("job").filter(state=state).first()
    return found if found is not None and (found.is_waiting or found.is_stored) else None


@transaction.atomic
def order_brochure(
    state: str, *, title: str, query: str, grouping: str, language: str, by: User | None = None
) -> Brochure:
    """Have it made, unless that is done or under way. Asked for twice at the same moment it is one job."""
    values = {"title": title[:300], "query": query, "grouping": grouping, "language": language}
    made, _is_new = Brochure.objects.get_or_create(state=state, defaults=values)
    brochure = Brochure.objects.select_for_update(of=("self",)).select_related("job").get(pk=made.pk)
    if not (brochure.is_waiting or brochure.is_stored):
        brochure.job = enqueue("offers.make_brochure", str(brochure.pk), title=f"Wegweiser: {title}", by=by)
        brochure.file = ""
        brochure.save(update_fields=["job", "file"])
    return brochure


def unfinished_brochures() -> int:
    return Job.objects.unfinished().filter(kind="offers.make_brochure").count()
