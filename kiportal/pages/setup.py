"""Set up the centre of one Kreis from the data files: value lists, municipalities, centre, texts, concepts, posts.

Everything is found by a stable key and only what is missing is written, so that a second run (for instance after an
update that brings new rows) changes nothing staff have edited since.
"""

from collections import Counter
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from actors.models import Language, Municipality
from concepts import changes, lifecycle
from concepts.models import Concept, ConceptVersion, Measure, PeriodRule, SectionTemplate
from kiportal.common.models import Centre, CentreText, TranslatedName
from kiportal.pages import data
from kiportal.pages.data import chapters, funding
from offers.models import OfferType, Programme, ReasonTemplate, SchoolHoliday, TargetGroup, Topic

REFERENCE: dict[str, type[TranslatedName]] = {
    "languages": Language,
    "topics": Topic,
    "target_groups": TargetGroup,
    "offer_types": OfferType,
    "programmes": Programme,
}
TEXT_LANGUAGES = ("de", "en")
DEFAULT_PROFILE = "kreis-siegen-wittgenstein"


class OtherCountyError(Exception):
    """The installation already serves another Kreis."""


@transaction.atomic
def set_up(profile_slug: str, *, email: str = "", reset_texts: bool = False) -> Counter[str]:
    """Write what is missing and return how many rows of each kind were written.

    `email` replaces the placeholder address of the profile. `reset_texts` puts the project's texts in place of the
    centre's own. Raises OtherCountyError.
    """
    profile = data.read(f"profiles/{profile_slug}")
    _refuse_other_county(profile["centre"])
    written: Counter[str] = Counter()
    for name, model in REFERENCE.items():
        written[name] = _write_reference(model, data.read(f"reference/{name}"))
    written["reason_templates"] = _write_reasons(data.read("reference/reason_templates"))
    written["school_holidays"] = _write_school_holidays(data.read("reference/school_holidays")["holidays"])
    written["municipalities"] = _write_municipalities(profile["municipalities"])
    centre, written["centre"] = _write_centre(profile["centre"] | ({"email": email} if email else {}))
    written["texts"] = _write_texts(centre, reset=reset_texts)
    written["concepts"] = sum(map(_write_concept, profile["concepts"]))
    written["rates"] = funding.write_programmes(data.read("reference/funding"))
    written["posts"] = funding.write_posts(profile["posts"])
    written["heard_bodies"] = funding.write_heard_bodies()
    written["period_rules"] = sum(
        PeriodRule.objects.get_or_create(valid_from=row["valid_from"], defaults=row)[1]
        for row in data.read("reference/period_rules")
    )
    written["section_templates"] = _write_section_templates(data.read("reference/section_templates"))
    written["measures"] = sum(_write_measure(row, profile) for row in profile.get("measures", ()))
    return written


def _write_section_templates(rows: list[dict[str, str]]) -> int:
    """To begin with; where there are some already, the centre keeps its own."""
    if SectionTemplate.objects.exists():
        return 0
    return len(SectionTemplate.objects.bulk_create(SectionTemplate(**row) for row in rows))


def _refuse_other_county(wanted: dict[str, str]) -> None:
    centre = Centre.objects.first()
    if centre is not None and centre.county_ags != wanted["county_ags"]:
        raise OtherCountyError(f"This installation serves {centre.county_name}, not {wanted['county_name']}.")


def _write_reference(model: type[TranslatedName], rows: list[dict[str, Any]]) -> int:
    """Add missing rows and missing translations; the order of the file is the order on the page."""
    written = 0
    for position, row in enumerate(rows, start=1):
        record, created = model._default_manager.get_or_create(
            slug=row["slug"], defaults=row | {"sort_order": position * 10}
        )
        if not created and (missing := row["translations"].keys() - record.translations.keys()):
            record.translations |= {language: row["translations"][language] for language in missing}
            record.save(update_fields=["translations"])
            created = True
        written += created
    return written


def _write_reasons(rows: list[dict[str, str]]) -> int:
    return sum(
        ReasonTemplate.objects.get_or_create(slug=row["slug"], defaults=row | {"sort_order": position * 10})[1]
        for position, row in enumerate(rows, start=1)
    )


def _write_school_holidays(rows: list[dict[str, str]]) -> int:
    """Those that are later than all that is stored: what the centre deleted or moved stays deleted and moved."""
    latest = SchoolHoliday.objects.aggregate(Max("last_day"))["last_day__max"] or date.min
    fresh = [SchoolHoliday(**row) for row in rows if date.fromisoformat(row["first_day"]) > latest]
    return len(SchoolHoliday.objects.bulk_create(fresh))


def _write_municipalities(rows: list[dict[str, Any]]) -> int:
    names = {field.name for field in Municipality._meta.get_fields()}
    return sum(
        Municipality.objects.get_or_create(
            ags=row["ags"], defaults={name: value for name, value in row.items() if name in names}
        )[1]
        for row in rows
    )


def _write_centre(values: dict[str, str]) -> tuple[Centre, int]:
    """Create the one row, or fill its empty fields; returns 1 if anything was written."""
    centre, created = Centre.objects.get_or_create(pk=1, defaults=values)
    empty = [name for name in values if not getattr(centre, name)]
    for name in empty:
        setattr(centre, name, values[name])
    if empty:
        centre.save(update_fields=[*empty, "updated_at"])
    return centre, int(created or bool(empty))


def _write_texts(centre: Centre, *, reset: bool) -> int:
    values = {"centre_name": centre.name} | {
        name: getattr(centre, name)
        for name in (
            "county_name",
            "street",
            "postcode",
            "city",
            "phone",
            "email",
            "represented_by",
            "supervisory_authority",
        )
    }
    written = 0
    for language in TEXT_LANGUAGES:
        for page in CentreText.Page.values:
            title, body = data.read_text(language, page, values)
            text, created = CentreText.objects.get_or_create(
                page=page, language=language, defaults={"title": title, "body": body}
            )
            if reset and not created:
                text.title, text.body = title, body
                text.save()
            written += created or reset
    return written


def _write_concept(row: dict[str, Any]) -> bool:
    """Write a concept of the profile as a draft, unless the centre has it: from then on the text is the centre's."""
    if Concept.objects.filter(slug=row["slug"]).exists():
        return False
    version = changes.add_concept(
        Concept(title=row["title"], kind=row["kind"], summary=row["summary"]),
        ConceptVersion(title=row["title"], subtitle=row["subtitle"], as_of=row.get("as_of")),
    )
    chapters.write(version, chapters.parse(data.read_document(row["text"])))
    sections = {section.uuid: section for section in version.sections.for_tree()}
    for area in row["action_areas"]:
        changes.add_action_area(
            version,
            uuid=chapters.identity(row["slug"], f"handlungsfeld/{area['key']}"),
            title=area["title"],
            strand=area["strand"],
            section=sections[chapters.identity(row["slug"], area["section"])],
        ).topics.set(Topic.objects.filter(slug__in=area["topics"]))
    return True


def _write_measure(row: dict[str, Any], profile: dict[str, Any]) -> bool:
    """Put a measure that is known of the Kreis into the pool, unless it is there: then it is the centre's."""
    paper = profile["concepts"][0]["slug"]
    key = chapters.identity(paper, f"massnahme/{row['key']}")
    if Measure.objects.filter(uuid=key).exists():
        return False
    measure = lifecycle.add_measure(
        Measure(
            uuid=key,
            title=row["title"],
            goal=row["goal"],
            action_area=chapters.identity(paper, f"handlungsfeld/{row['area']}"),
            delegated_to=row.get("delegated_to", ""),
            origin=Measure.Origin.PAPER,
            origin_note=row["origin_note"],
        )
    )
    measure.target_groups.set(TargetGroup.objects.filter(slug__in=row["groups"]))
    return True
