"""Rows for tests, complete enough to be published; every keyword overrides a field."""

from datetime import date
from io import BytesIO
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.http import QueryDict
from django.utils import timezone
from PIL import Image

from actors.models import ContactPerson, Language, Membership, Municipality, Organisation
from kiportal.common.models import Centre, User
from kiportal.common.pdf.documents import Document
from offers import brochure
from offers.filters import OfferFilters
from offers.models import Brochure, Offer, OfferImage, OfferType, TargetGroup, Topic

_number = count(1)
PASSWORD = "ein langes Passwort"


def make_centre(**fields: Any) -> Centre:
    values = {"name": "Kommunales Integrationszentrum Musterkreis", "county_name": "Musterkreis", "county_ags": "05999"}
    return Centre.objects.update_or_create(pk=1, defaults=values | {"email": "ki@example.org"} | fields)[0]


def make_user(role: str, username: str = "", *, organisation: Organisation | None = None, **fields: Any) -> User:
    """An account with one role and a verified address; `organisation` makes it a member."""
    from allauth.account.models import EmailAddress

    username = username or f"{role}{next(_number)}"
    user = User.objects.create_user(username, f"{username}@example.org", PASSWORD, **fields)
    user.groups.add(Group.objects.get(name=role))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if organisation is not None:
        Membership.objects.create(user=user, organisation=organisation)
    return user


def make_municipality(name: str = "", **fields: Any) -> Municipality:
    number = next(_number)
    name = name or f"Musterstadt {number}"
    values = {
        "ags": f"{5999000 + number:08d}",
        "slug": f"musterstadt-{number}",
        "kind": Municipality.Kind.TOWN,
        "tile_column": number,
        "tile_row": 0,
    }
    return Municipality.objects.create(name=name, **(values | fields))


def make_topic(slug: str = "", **fields: Any) -> Topic:
    number = next(_number)
    slug = slug or f"thema-{number}"
    return Topic.objects.create(
        slug=slug, **({"name": slug.capitalize(), "strand": "bildung", "sort_order": number} | fields)
    )


def make_target_group(slug: str = "", **fields: Any) -> TargetGroup:
    number = next(_number)
    slug = slug or f"gruppe-{number}"
    values = {"name": slug.capitalize(), "audience": "resident", "sort_order": number}
    return TargetGroup.objects.create(slug=slug, **(values | fields))


def make_language(slug: str = "", **fields: Any) -> Language:
    number = next(_number)
    slug = slug or f"x{number}"
    values = {"name": f"Sprache {slug}", "endonym": f"Sprache {slug}", "sort_order": number}
    return Language.objects.create(slug=slug, **(values | fields))


def make_offer_type(slug: str = "", **fields: Any) -> OfferType:
    number = next(_number)
    slug = slug or f"art-{number}"
    return OfferType.objects.create(slug=slug, **({"name": slug.capitalize(), "sort_order": number} | fields))


def make_organisation(name: str = "", **fields: Any) -> Organisation:
    number = next(_number)
    values = {
        "slug": f"verein-{number}",
        "kind": Organisation.Kind.ASSOCIATION,
        "status": Organisation.Status.PUBLISHED,
    }
    return Organisation.objects.create(name=name or f"Verein {number}", **(values | fields))


def make_offer(title: str = "", **fields: Any) -> Offer:
    """A complete offer, published unless `status` says otherwise; relations as lists (topics=[...])."""
    number = next(_number)
    related = {
        "topics": fields.pop("topics", None),
        "target_groups": fields.pop("target_groups", None),
        "languages": fields.pop("languages", None),
        "municipalities": fields.pop("municipalities", None),
    }
    makers = {
        "topics": make_topic,
        "target_groups": make_target_group,
        "languages": make_language,
        "municipalities": make_municipality,
    }
    provider = fields.pop("provider", None) or make_organisation()
    contact = fields.pop("contact", None) or ContactPerson.objects.create(
        organisation=provider, function="Kursbüro", email="kursbuero@example.org"
    )
    values: dict[str, Any] = {
        "summary": "Gemeinsam Deutsch lernen.",
        "description": "<p>Wir treffen uns jede Woche.</p>",
        "offer_type": fields.pop("offer_type", None) or make_offer_type(),
        "provider": provider,
        "contact": contact,
        "cost_kind": Offer.CostKind.FREE,
        "registration": Offer.Registration.NONE,
        "submitter_email": "verein@example.org",
        "status": Offer.Status.PUBLISHED,
        "submitted_at": timezone.now(),
    }
    if fields.get("status", Offer.Status.PUBLISHED) == Offer.Status.PUBLISHED:
        values |= {
            "slug": f"angebot-{number}",
            "published_at": timezone.now(),
            "last_confirmed_on": date.today(),  # noqa: DTZ011
        }
    offer = Offer.objects.create(title=title or f"Angebot {number}", **(values | fields))
    for name, rows in related.items():
        getattr(offer, name).set([makers[name]()] if rows is None else rows)
    return offer


def make_brochure(query: str = "") -> Brochure:
    """A Wegweiser as it was made just now; in its file stands anything."""
    today = timezone.localdate()
    filters = OfferFilters(QueryDict(query), Offer.objects.visible_to_public(today))
    state = brochure.state_of(brochure.render_brochure_html(filters, "kommune", today))
    made = Brochure.objects.create(title="Alle Angebote", query=query, language="de", state=state)
    brochure.store(made, Document(b"%PDF-1.7 Inhalt", 12))
    return made


def webp(width: int = 60, height: int = 40) -> bytes:
    stream = BytesIO()
    Image.new("RGB", (width, height), "green").save(stream, "WEBP")
    return stream.getvalue()


def make_picture(offer: Offer, alternative: str = "Ein Kreis von Stühlen", **fields: Any) -> OfferImage:
    """A picture of the entry; with `is_shown=False` it waits."""
    values: dict[str, Any] = {
        "file": ContentFile(webp(), name="x.webp"),
        "small": ContentFile(webp(30, 20), name="x.webp"),
        "width": 60,
        "height": 40,
        "small_width": 30,
        "rights": "Vera Verein",
        "rights_confirmed_at": timezone.now(),
        "is_shown": True,
        "sort_order": offer.images.count(),
    }
    return OfferImage.objects.create(offer=offer, alternative=alternative, **(values | fields))
