"""Pictures of a published entry: what its author sends waits, unseen, until the centre has decided."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django.fixtures import Settings

from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal, Job, User
from offers import lifecycle
from offers.models import Offer, OfferImage
from offers.views.changing_pictures import MAXIMUM_WAITING
from tests import factories
from tests.offers.pages import html
from tests.offers.pictures import WORDS, add, errors, files, press, press_again, upload, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
Committed = Callable[..., Any]
EMAIL = "verein@example.org"


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def offer(db: None) -> Offer:
    offer = factories.make_offer("Nähkurs")
    factories.make_picture(offer, "Altes Bild")
    return offer


@pytest.fixture
def url(offer: Offer) -> str:
    link = links.issue(AccessLink.Purpose.CARE, offer, EMAIL)
    return reverse("offers:care_pictures", args=[links.token(link)])


@pytest.fixture
def staff(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def send(client: Client, url: str, **fields: Any) -> Any:
    """Upload a picture, then send the change from the page that comes back."""
    answer = add(client, url, **fields)
    assert answer.status_code == 200, answer
    return press_again(client, url, answer, "senden")


def proposal() -> ChangeProposal:
    return ChangeProposal.objects.get()


def waiting() -> OfferImage:
    return OfferImage.objects.waiting().get()


def decide(staff: Client, verb: str, *fields: str) -> Any:
    where = reverse("offers:proposal_detail", args=[proposal().pk])
    return staff.post(where, {"verb": verb, "fields_taken": fields, "reason": "So nicht."})


def links_to_pages(offer: Offer) -> dict[str, str]:
    """The page of the pictures by each way that leads there without an account."""
    care_all = links.issue(AccessLink.Purpose.CARE_ALL, offer.provider, EMAIL)
    care = links.issue(AccessLink.Purpose.CARE, offer, EMAIL)
    return {
        "care": reverse("offers:care_pictures", args=[links.token(care)]),
        "care_all": reverse("offers:care_all_pictures", args=[links.token(care_all), offer.pk]),
    }


# Its author


@pytest.mark.parametrize("way", ["care", "care_all"])
def test_picture_by_link_waits_and_only_its_page_and_staff_see_it(
    client: Client, staff: Client, offer: Offer, way: str
) -> None:
    page = links_to_pages(offer)[way]
    answer = send(client, page)
    assert answer.status_code == 302
    image = waiting()
    change = proposal().changes["images"]
    assert [row[1:] for row in change["new"]] == [["Altes Bild", "Vera Verein"], ["Ein Haus mit Rampe", "Vera Verein"]]
    assert "wir prüfen ihre änderung" in strip_tags(client.get(answer["Location"]).text).lower()
    assert "Ein Haus mit Rampe" not in html(client, offer.get_absolute_url())
    for size in ("gross", "klein"):
        assert client.get(image.url(size)).status_code == 404
        assert staff.get(image.url(size)).status_code == 200
    source = re.findall(r'<img src="([^"]+)"', client.get(page).text)[1]
    assert client.get(source).status_code == 200


def test_uploaded_picture_is_no_proposal_until_it_is_sent(client: Client, offer: Offer, url: str) -> None:
    answer = add(client, url)
    assert answer.status_code == 200
    assert not ChangeProposal.objects.exists()
    assert [row.number for row in answer.context["form"].rows] == [1, 2]
    assert "Ein Haus mit Rampe</textarea>" in answer.text
    assert client.get(waiting().url("gross")).status_code == 404


def test_picture_stays_one_when_the_page_is_loaded_again(client: Client, url: str) -> None:
    page = client.get(url)
    for _time in range(2):
        answer = press_again(client, url, page, "bild", new_file=upload(), **WORDS)
        assert len(answer.context["form"].rows) == 2
    assert OfferImage.objects.waiting().count() == 1


def test_picture_comes_along_with_the_button_that_sends(client: Client, url: str) -> None:
    assert add(client, url, verb="senden").status_code == 302
    assert len(proposal().changes["images"]["new"]) == 2


@pytest.mark.parametrize("verb", ["bild", "senden"])
def test_picture_that_lacks_words_is_kept_and_asked_about(client: Client, url: str, verb: str) -> None:
    answer = add(client, url, verb=verb, new_rights="", new_confirmed="")
    assert errors(answer) == {
        "rights": ["Bitte schreiben Sie, wer das Bild gemacht hat oder wem es gehört."],
        "confirmed": ["Bitte bestätigen Sie, dass wir das Bild zeigen dürfen – oder nehmen Sie es heraus."],
    }
    key = waiting().uuid
    fields = {f"rights_{key}": "Vera", f"confirmed_{key}": "on"}
    assert press_again(client, url, answer, "senden", **fields).status_code == 302
    assert waiting().rights_confirmed_at is not None


def test_wrong_file_keeps_the_words_of_all_pictures(client: Client, url: str) -> None:
    old = OfferImage.objects.get().uuid
    answer = add(client, url, new_file=upload(b"<html>"), **{f"alternative_{old}": "Neue Worte"})
    assert set(errors(answer)) == {"new_file"}
    assert "Neue Worte</textarea>" in answer.text
    assert not OfferImage.objects.waiting().exists()


def test_order_and_words_are_proposed_too(client: Client, staff: Client, offer: Offer, url: str) -> None:
    factories.make_picture(offer, "Zweites Bild")
    first, second = OfferImage.objects.all()
    page = press(client, url, f"hoch:{second.uuid}", **{f"alternative_{first.uuid}": "Neue Worte"})
    assert press_again(client, url, page, "senden").status_code == 302
    assert words(offer) == ["Altes Bild", "Zweites Bild"]
    decide(staff, "accept_all")
    assert words(offer) == ["Zweites Bild", "Neue Worte"]


def test_sending_nothing_says_so_and_confirms_nothing(client: Client, offer: Offer, url: str) -> None:
    Offer.objects.update(last_confirmed_on=None)
    answer = press(client, url, "senden")
    assert answer.context["form"].non_field_errors() == ["Sie haben an den Bildern noch nichts geändert."]
    offer.refresh_from_db()
    assert offer.last_confirmed_on is None


def test_change_over_somebody_elses_keeps_the_list(client: Client, offer: Offer, url: str) -> None:
    page = add(client, url)
    Offer.objects.update(lock_version=9)
    answer = press_again(client, url, page, "senden")
    assert answer.status_code == 409
    assert len(answer.context["form"].rows) == 2
    assert press_again(client, url, answer, "senden").status_code == 302


def test_waiting_picture_of_another_author_cannot_be_taken(client: Client, offer: Offer, url: str) -> None:
    foreign = factories.make_picture(offer, "Fremdes", is_shown=False)
    key = OfferImage.objects.shown().get().uuid
    answer = press(client, url, "senden", images=f"{key},{foreign.uuid}")
    assert "noch nichts geändert" in answer.text
    assert "Fremdes" not in answer.text


def test_author_cannot_fill_the_disc(client: Client, offer: Offer, url: str) -> None:
    link = AccessLink.objects.get(purpose=AccessLink.Purpose.CARE)
    for _number in range(MAXIMUM_WAITING):
        factories.make_picture(offer, is_shown=False, by_link=link)
    answer = add(client, url)
    assert errors(answer)["new_file"] == ["Hier warten schon viele Bilder. Bitte senden Sie erst Ihre Änderung."]
    assert OfferImage.objects.waiting().count() == MAXIMUM_WAITING


def test_entry_that_is_not_public_has_no_page_of_pictures(client: Client, offer: Offer, url: str, editor: User) -> None:
    lifecycle.hide(offer, by=editor, reason="x")
    assert client.get(url).status_code == 302


def test_page_speaks_english_below_en(client: Client, url: str) -> None:
    text = client.get(f"/en{url}").text
    for part in ("Change pictures", "Upload picture", "Send change"):
        assert part in text


def test_member_proposes_and_colleagues_see_the_picture(client: Client, offer: Offer) -> None:
    member, colleague = (factories.make_user("provider", organisation=offer.provider) for _ in range(2))
    client.force_login(member)
    where = reverse("offers:member_offer_pictures", args=[offer.pk])
    assert send(client, where)["Location"] == reverse("offers:member_offer_detail", args=[offer.pk])
    assert (proposal().by_user, waiting().by_user) == (member, member)
    client.force_login(colleague)
    assert client.get(waiting().url("gross")).status_code == 200
    assert "Ein Haus mit Rampe" in client.get(where).text
    client.force_login(factories.make_user("provider", organisation=factories.make_organisation()))
    assert client.get(waiting().url("gross")).status_code == 404
    assert client.get(where).status_code == 404


def test_picture_by_link_is_not_the_members_business(client: Client, offer: Offer, url: str) -> None:
    send(client, url)
    client.force_login(factories.make_user("provider", organisation=offer.provider))
    assert client.get(waiting().url("gross")).status_code == 404
    assert "Ein Haus" not in client.get(reverse("offers:member_offer_pictures", args=[offer.pk])).text


def test_trusted_organisation_changes_pictures_at_once(
    client: Client, offer: Offer, run_jobs: Callable[[], list[Job]], django_capture_on_commit_callbacks: Committed
) -> None:
    type(offer.provider).objects.update(is_trusted=True)
    client.force_login(factories.make_user("provider", organisation=offer.provider))
    where = reverse("offers:member_offer_pictures", args=[offer.pk])
    old = OfferImage.objects.get()
    page = press(client, where, f"weg:{old.uuid}")
    page = press_again(client, where, page, "bild", new_file=upload(), **WORDS)
    assert words(offer) == ["Altes Bild"]
    with django_capture_on_commit_callbacks(execute=True):
        assert press_again(client, where, page, "senden").status_code == 302
    assert words(offer) == ["Ein Haus mit Rampe"]
    assert len(files()) == 2
    assert [job.kind for job in run_jobs()] == ["offers.send_proposal_notice"]


# The centre decides


def test_reviewer_sees_the_pictures_of_both_sides(client: Client, staff: Client, url: str) -> None:
    old = OfferImage.objects.get()
    page = press(client, url, f"weg:{old.uuid}")
    page = press_again(client, url, page, "bild", new_file=upload(), **WORDS)
    press_again(client, url, page, "senden")
    text = html(staff, reverse("offers:proposal_detail", args=[proposal().pk]))
    sides = re.findall(r'aria-label="Bilder: (\w+)">(.*?)</section>', text, re.DOTALL)
    assert [label for label, _ in sides] == ["Bisher", "Neu"]
    assert old.url("klein") in sides[0][1]
    assert waiting().url("klein") in sides[1][1]
    assert "Foto: Vera Verein" in sides[1][1]


def test_accepted_pictures_are_shown_and_those_taken_out_are_deleted(
    client: Client, staff: Client, offer: Offer, url: str, django_capture_on_commit_callbacks: Committed
) -> None:
    page = press(client, url, f"weg:{OfferImage.objects.get().uuid}")
    page = press_again(client, url, page, "bild", new_file=upload(), **WORDS)
    press_again(client, url, page, "senden")
    image = waiting()
    with django_capture_on_commit_callbacks(execute=True):
        decide(staff, "accept_all")
    assert proposal().status == ChangeProposal.Status.ACCEPTED
    assert words(offer) == ["Ein Haus mit Rampe"]
    assert client.get(image.url("gross"))["Cache-Control"].startswith("public")
    assert len(files()) == 2
    assert "Dieses Bild ist gelöscht." in html(staff, reverse("offers:proposal_detail", args=[proposal().pk]))


@pytest.mark.parametrize(("taken", "shown"), [("summary", 1), ("images", 2)])
def test_partly_accepted_proposal_keeps_or_deletes_its_pictures(
    client: Client,
    staff: Client,
    offer: Offer,
    url: str,
    taken: str,
    shown: int,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    send(client, url)
    link = AccessLink.objects.get(purpose=AccessLink.Purpose.CARE)
    change = {"summary": {"old": offer.summary, "new": "Neu gesagt."}}
    lifecycle.propose(offer, change, by=link, message="", email=EMAIL)
    with django_capture_on_commit_callbacks(execute=True):
        decide(staff, "accept", taken)
    assert proposal().status == ChangeProposal.Status.PARTLY_ACCEPTED
    assert (len(words(offer)), len(files())) == (shown, 2 * shown)
    assert not OfferImage.objects.waiting().exists()


def test_rejected_pictures_are_deleted(
    client: Client, staff: Client, offer: Offer, url: str, django_capture_on_commit_callbacks: Committed
) -> None:
    send(client, url)
    with django_capture_on_commit_callbacks(execute=True):
        decide(staff, "reject")
    assert (words(offer), len(files())) == (["Altes Bild"], 2)


def test_question_keeps_the_pictures_and_the_answer_sends_them_again(client: Client, staff: Client, url: str) -> None:
    send(client, url)
    decide(staff, "question")
    assert "Wir haben eine Frage" in client.get(url).text
    key = waiting().uuid
    press(client, url, "senden", **{f"alternative_{key}": "Besser beschrieben"})
    assert (proposal().status, proposal().changes["images"]["new"][1][1]) == ("open", "Besser beschrieben")


@pytest.mark.parametrize("way", ["withdrawn", "taken out again"])
def test_pictures_that_the_author_takes_back_are_deleted(
    client: Client, offer: Offer, way: str, django_capture_on_commit_callbacks: Committed
) -> None:
    client.force_login(factories.make_user("provider", organisation=offer.provider))
    where = reverse("offers:member_offer_pictures", args=[offer.pk])
    send(client, where)
    with django_capture_on_commit_callbacks(execute=True):
        if way == "withdrawn":
            client.post(reverse("offers:member_offer_detail", args=[offer.pk]), {"verb": "zuruecknehmen"})
        else:
            page = press(client, where, f"weg:{waiting().uuid}")
            press_again(client, where, page, "senden")
    assert not ChangeProposal.objects.exists()
    assert (words(offer), len(files())) == (["Altes Bild"], 2)


def test_pictures_that_staff_changed_meanwhile_are_not_overwritten(
    client: Client, staff: Client, offer: Offer, url: str
) -> None:
    send(client, url)
    staff_page = reverse("offers:staff_offer_pictures", args=[offer.pk])
    add(staff, staff_page, new_alternative="Von der Redaktion")
    answer = decide(staff, "accept_all")
    assert answer.status_code == 409
    assert "Inzwischen anders" in answer.text
    assert words(offer) == ["Altes Bild", "Von der Redaktion"]
