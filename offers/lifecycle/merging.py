"""Merging two organisations or two offers that are the same: nothing is lost, and old addresses lead on.

One record is kept. Field by field people choose whose value holds; what they do not choose is united or filled in
(`uniting`). What refers to the other moves. The other stays as it was, ended, with all that was not taken, and its
address answers with the one that is kept. Every relation is named in RELATIONS; a new one that nobody has thought of
stops the merge, and a test before that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

import actors.lifecycle
from actors.models import Organisation
from actors.permissions import can_review_organisation
from kiportal.common.models import AccessLink, ChangeProposal, User
from kiportal.common.targets import pointing_at, pointing_models
from kiportal.common.transitions import SomebodyWasFaster, TransitionError, apply
from offers import recurrence
from offers.lifecycle import uniting
from offers.lifecycle.care import archive
from offers.lifecycle.review import note_editor, reject
from offers.lifecycle.tables import OFFER
from offers.lifecycle.uniting import Side
from offers.models import Offer, OfferImage, SurveyInvitation
from offers.permissions import can_review_offer

type Record = Organisation | Offer
# {field or part: whose value holds}
type Choices = Mapping[str, Side]


class Move(Enum):
    MOVES = "goes to the record that is kept; what that has already stays"
    CHOSEN = "is part of the text and chosen as a whole, like a field"
    STAYS = "tells of the record that is ended"


# "model.field" of every foreign key to the two models, and every model whose rows point at records of any kind.
RELATIONS: dict[str, Move] = {
    "actors.ContactPerson.organisation": Move.MOVES,
    "actors.Membership.organisation": Move.MOVES,
    "actors.Organisation.merged_into": Move.MOVES,
    "actors.OrganisationEvent.pgh_obj": Move.STAYS,
    "offers.Offer.provider": Move.MOVES,
    "offers.Partner.organisation": Move.MOVES,
    "offers.Hint.organisation": Move.MOVES,
    "offers.Hint.by_organisation": Move.MOVES,
    "offers.Need.by_organisation": Move.MOVES,
    "offers.SurveyInvitation.organisation": Move.MOVES,
    "offers.SurveyAnswer.offer": Move.MOVES,
    "concepts.Measure.lead_organisation": Move.MOVES,
    "concepts.Measure.partners": Move.STAYS,  # its rows move
    "concepts.MeasurePartner.organisation": Move.MOVES,
    "concepts.Measure.offers": Move.STAYS,  # its rows move
    "concepts.MeasureOffer.offer": Move.MOVES,
    "offers.AccessFeature.offer": Move.CHOSEN,
    "offers.ConfirmationRequest.offer": Move.MOVES,
    "offers.Hint.offer": Move.MOVES,
    "offers.Offer.inspired_by": Move.MOVES,
    "offers.Offer.merged_into": Move.MOVES,
    "offers.OfferDate.offer": Move.CHOSEN,
    "offers.OfferImage.offer": Move.CHOSEN,
    "offers.OfferEvent.pgh_obj": Move.STAYS,
    "offers.OpeningHours.offer": Move.CHOSEN,
    "offers.Partner.offer": Move.CHOSEN,
    "offers.Recurrence.offer": Move.CHOSEN,
    "common.AccessLink": Move.MOVES,
    "common.Assignment": Move.MOVES,
    "common.ChangeProposal": Move.MOVES,
    "common.FollowUp": Move.MOVES,
    "common.StatusChange": Move.STAYS,  # the Verlauf of the one that is kept shows it
}
# Links to write or to confirm an entry belong to that entry; links to care go on with the one that is kept.
_MOVING_LINKS = {AccessLink.Purpose.CARE, AccessLink.Purpose.CARE_ALL}
# Not chosen: whose entry it is, and what tells of the row rather than of the matter.
_LEFT_OUT = {"provider", "inspired_by", "created_at", "updated_at"}
# Half of one point and half of another would be a third one.
_BROUGHT_ALONG = {"latitude": ("longitude",)}
_KEPT = {Organisation: {"published", "proposed"}, Offer: {"published", "hidden", "submitted"}}


@dataclass(frozen=True)
class Moving:
    """So many rows of one kind go to the record that is kept."""

    label: str
    number: int


def relations(model: type[models.Model]) -> Iterator[tuple[str, Any]]:
    """Every relation to the model with its name in RELATIONS; a KeyError there means that nobody has thought of it."""
    for relation in model._meta.related_objects:
        yield f"{relation.related_model._meta.label}.{relation.field.name}", relation
    for holder in pointing_models():
        yield holder._meta.label, holder


def fields_of(model: type[models.Model]) -> list[models.Field]:
    """What is chosen field by field."""
    concrete = [
        field
        for field in model._meta.concrete_fields
        if field.editable
        and not field.primary_key
        and not field.generated
        and field.name not in _LEFT_OUT
        and field.name not in {part for parts in _BROUGHT_ALONG.values() for part in parts}
    ]
    return [*concrete, *model._meta.many_to_many]


def parts_of(model: type[models.Model]) -> list[Any]:
    """What hangs on the record and is chosen as a whole (dates, opening hours)."""
    return [relation for name, relation in relations(model) if RELATIONS[name] is Move.CHOSEN]


def refusal(kept: Record, other: Record) -> str:
    """The sentence that says why the two cannot be merged this way round, or ""."""
    if kept.pk == other.pk:
        return "Bitte wählen Sie zwei verschiedene Einträge."
    if other.merged_into_id is not None or kept.merged_into_id is not None:
        return "Einer der beiden ist schon mit einem anderen zusammengeführt."
    if kept.status not in _KEPT[type(kept)]:
        return f"„{kept}“ ist {kept.get_status_display()} und kann nicht der sein, der bleibt."
    if other.status == "published" and kept.status != "published":
        return f"„{other}“ ist veröffentlicht. Behalten Sie diesen und führen Sie den anderen damit zusammen."
    if other.status == Offer.Status.CHANGES_REQUESTED:
        return f"Zu „{other}“ ist noch eine Rückfrage offen."
    return ""


def moving(other: Record) -> list[Moving]:
    """What will move, for people to read before they confirm."""
    found = []
    for name, relation in relations(type(other)):
        if RELATIONS[name] is Move.MOVES:
            rows = rows_of(relation, other)
            if number := rows.count():
                found.append(Moving(str(rows.model._meta.verbose_name_plural), number))
    return found


@transaction.atomic
def merge(kept: Record, other: Record, choices: Choices, *, by: User, read: tuple[int, int]) -> None:
    """Merge `other` into `kept`. For what `choices` does not name holds what `uniting` proposes.

    `read` holds the `lock_version` of both as they were shown. Raises PermissionDenied, SomebodyWasFaster,
    TransitionError.
    """
    model = type(kept)
    locked = {
        row.pk: row for row in model._base_manager.select_for_update().filter(pk__in=[kept.pk, other.pk]).order_by("pk")
    }
    if kept.pk not in locked or other.pk not in locked:
        raise SomebodyWasFaster("Einen der beiden gibt es nicht mehr.")
    kept, other = locked[kept.pk], locked[other.pk]
    if not _may(by, kept) or not _may(by, other):
        raise PermissionDenied("merge is not allowed")
    if (kept.lock_version, other.lock_version) != read:
        raise SomebodyWasFaster("Jemand hat inzwischen einen der beiden geändert. Bitte vergleichen Sie noch einmal.")
    if sentence := refusal(kept, other):
        raise TransitionError(sentence)
    taken = _take(kept, other, choices, by)
    for name, relation in relations(model):
        if RELATIONS[name] is Move.MOVES:
            _move(rows_of(relation, other), relation, kept)
    if isinstance(other, Offer):  # with the proposals that name them
        OfferImage.objects.waiting().filter(offer=other).update(offer=kept)
    model._base_manager.filter(pk=other.pk).update(merged_into=kept)
    other.merged_into = kept
    _tell(kept, other, words_of(model, taken), by)


def words_of(model: type[Record], taken: set[str]) -> str:
    """What was taken, as the Verlauf names it: it is public at once, as if somebody had typed it in."""
    labels = [str(field.verbose_name) for field in fields_of(model) if field.name in taken]
    parts = [part.field.model._meta for part in parts_of(model)]
    labels += [str(part.verbose_name_plural) for part in parts if part.label in taken]
    return f" Übernommen: {', '.join(labels)}." if labels else ""


def _may(by: User, record: Record) -> bool:
    return can_review_offer(by, record) if isinstance(record, Offer) else can_review_organisation(by, record)


def _take(kept: Record, other: Record, choices: Choices, by: User) -> set[str]:
    """Return the names of what the kept record got."""
    columns = {field.name: field for field in fields_of(type(kept)) if not isinstance(field, models.ManyToManyField)}
    if isinstance(kept, Offer) and isinstance(other, Offer) and kept.provider_id != other.provider_id:
        columns.pop("contact")  # it belongs to the other organisation
    lists = [field.name for field in type(kept)._meta.many_to_many]
    parts = {relation.field.model._meta.label: relation for relation in parts_of(type(kept))}
    sides = {name: choices.get(name) or uniting.proposed(kept, other, name) for name in [*columns, *lists, *parts]}
    taken = {name for name, side in sides.items() if uniting.changes(kept, other, name, side)}
    if taken:
        kept.edited_by = by
    for name, field in columns.items():
        if sides[name] is Side.OTHER:
            for attribute in (field.attname, *_BROUGHT_ALONG.get(name, ())):
                setattr(kept, attribute, getattr(other, attribute))
    kept.lock_version += 1
    try:
        kept.full_clean()
    except ValidationError as error:
        raise TransitionError(" ".join(error.messages)) from error
    kept.save()
    for name in [*lists, *parts]:
        if sides[name] is not Side.KEPT:
            _take_rows(kept, other, name, sides[name], parts.get(name))
    if isinstance(kept, Offer):
        recurrence.materialise(kept, timezone.localdate())
    return taken


def _take_rows(kept: Record, other: Record, name: str, side: Side, part: Any) -> None:
    if side is Side.BOTH:
        uniting.unite(kept, other, name)
    elif part is None:
        getattr(kept, name).set(getattr(other, name).all())
    else:
        _exchange(part, kept, other)


def _exchange(relation: Any, kept: Record, other: Record) -> None:
    """Each gets the rows of the other, so that nothing is lost."""
    if relation.related_model is OfferImage:  # the rows themselves: their files belong to them
        images = OfferImage.objects.filter(pk__in=list(rows_of(relation, kept).values_list("pk", flat=True)))
        rows_of(relation, other).update(offer=kept)
        images.update(offer=other)
        return
    own = list(rows_of(relation, kept))
    rows_of(relation, kept).delete()
    rows_of(relation, other).update(**{relation.field.name: kept})
    for row in own:
        row.pk, row._state.adding = None, True
        setattr(row, relation.field.name, other)
        row.save()


def rows_of(relation: Any, record: Record) -> models.QuerySet:
    """The rows of the record; of its pictures only those that it shows."""
    if isinstance(relation, type):
        rows = pointing_at(relation, type(record)).filter(target_id=record.pk)
        return rows.filter(purpose__in=_MOVING_LINKS) if relation is AccessLink else rows
    related: models.QuerySet = relation.related_model._base_manager.filter(**{relation.field.name: record})
    return related.filter(is_shown=True) if relation.related_model is OfferImage else related


def _move(rows: models.QuerySet, relation: Any, kept: Record) -> None:
    """Row by row: one that the kept record has already (the same member, the same image) stays where it is."""
    change = {"target_id": kept.pk} if isinstance(relation, type) else {relation.field.name: kept}
    for row in rows:
        try:
            with transaction.atomic():
                rows.model._base_manager.filter(pk=row.pk).update(**change)
        except IntegrityError as error:
            if isinstance(row, SurveyInvitation):
                _join(row, kept)
            if isinstance(row, ChangeProposal):
                raise TransitionError(
                    "Zu beiden Einträgen wartet eine Änderung derselben Absender. Bitte entscheiden Sie zuerst darüber."
                ) from error


def _join(invitation: SurveyInvitation, kept: Record) -> None:
    """Both were asked in the same round: what was said goes to the invitation that is kept, and counts once."""
    own = SurveyInvitation.objects.get(survey=invitation.survey_id, organisation=kept.pk)
    invitation.answers.exclude(offer__in=own.answers.values("offer")).update(invitation=own)
    if own.answered_at is None:
        own.answered_at, own.answered_by = invitation.answered_at, invitation.answered_by
    own.message = "\n\n".join(part for part in (own.message, invitation.message) if part)[:2000]
    own.save(update_fields=["answered_at", "answered_by", "message"])
    invitation.delete()


def _tell(kept: Record, other: Record, taken: str, by: User) -> None:
    """The Verlauf of both, and the end of the other with the mail that goes with it."""
    reason = f"Zusammengeführt mit „{kept}“."
    if taken and isinstance(kept, Offer):  # somebody else shows what is hidden
        note_editor(kept, by=by, reason=f"Aus „{other}“.{taken}")
    for record, words in ((kept, f"„{other}“ ist hier aufgegangen.{taken}"), (other, reason)):
        if isinstance(record, Offer):
            apply(OFFER, record, "merge", by=by, reason=words)
        else:
            actors.lifecycle.merge(record, by=by, reason=words)
    match other:
        case Offer(status="published" | "hidden"):
            archive(other, by=by, reason=reason)
        case Offer(status="submitted"):
            reject(other, by=by, reason=reason)
        case Organisation(status="published"):
            actors.lifecycle.archive(other, by=by, reason=reason)
        case Organisation(status="proposed"):
            actors.lifecycle.reject(other, by=by, reason=reason)
