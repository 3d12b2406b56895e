"""At which address an organisation is asked, by reminders, hints and surveys alike: the one home of that rule.

The address that somebody gave comes first, then the organisation's own, then those of its accounts. One that takes no
mail comes last: what else there is may reach somebody.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q

from actors.models import Membership, Organisation
from kiportal.common.models import MailAddress
from offers.models import Offer


def silent() -> set[str]:
    """Addresses that take no mail."""
    return set(MailAddress.objects.undeliverable().values_list("email", flat=True))


def best(addresses: Iterable[str], silent: Collection[str]) -> str:
    """The first that takes mail, else the first of all; "" when there is none."""
    known = [address.lower() for address in addresses if address]
    return min(known, key=lambda address: address in silent) if known else ""


def of_organisations(keys: Collection[int]) -> dict[int, list[str]]:
    """The addresses of each: its own, then those of its accounts, the newest first; accounts that nobody has used yet
    come after the others.
    """
    own = Organisation.objects.filter(pk__in=keys).exclude(email="").values_list("pk", "email")
    members = (
        Membership.objects.filter(organisation__in=keys, user__is_active=True)
        .exclude(user__email="")
        .annotate(is_unused=Q(user__password__startswith=UNUSABLE_PASSWORD_PREFIX))
        .order_by("is_unused", "-pk")
        .values_list("organisation", "user__email")
    )
    found: dict[int, list[str]] = defaultdict(list)
    for pk, email in (*own, *members):
        found[pk].append(email)
    return found


def of_offers(offers: Collection[Offer]) -> dict[int, str]:
    """Where the people of each entry are asked about it; their providers are loaded."""
    dead = silent()
    lacking = {
        offer.provider_id for offer in offers if not offer.submitter_email or offer.submitter_email.lower() in dead
    }
    others = of_organisations(lacking) if lacking else {}
    return {offer.pk: best([offer.submitter_email, *others.get(offer.provider_id, [])], dead) for offer in offers}
