"""Pictures of an entry that is being written, in the workspace, and on the public page."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from kiportal.common import links, pictures
from kiportal.common.models import AccessLink, User
from kiportal.common.retention import RULES, erase
from offers import lifecycle
from offers.lifecycle import merging
from offers.lifecycle.uniting import Side
from offers.models import Offer, OfferImage
from offers.review import findings
from tests import factories
from tests.common.test_pictures import bomb, encoded, noise, photo
from tests.offers.journey import Draft, complete
from tests.offers.pages import html
from tests.offers.pictures import WORDS, add, errors, files, press, press_again, upload, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
Committed = Callable[..., Any]


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def draft(client: Client) -> Draft:
    return complete(client)


@pytest.fixture
def url(draft: Draft) -> str:
    return draft.url("bilder")


@pytest.fixture
def staff(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def staff_url(offer: Offer) -> str:
    return reverse("offers:staff_offer_pictures", args=[offer.pk])


def image_url(image: OfferImage, size: str = "gross") -> str:
    return image.url(size)


# While it is written


def test_step_stores_the_picture_in_two_sizes_without_what_the_camera_knew(
    client: Client, draft: Draft, url: str
) -> None:
    answer = add(client, url, new_file=upload(photo(2000, 1000)))
    assert answer["Location"] == f"{url}#bilder"
    image = OfferImage.objects.get()
    assert (image.is_shown, image.offer, image.alternative, image.rights) == (
        True,
        draft.offer,
        "Ein Haus mit Rampe",
        "Vera Verein",
    )
    assert (image.width, image.height, image.small_width) == (640, 1280, 240)
    for file in (image.file, image.small):
        content = file.open("rb").read()
        assert b"Geheimkamera" not in content
        assert Image.open(BytesIO(content)).format == "WEBP"
        assert re.fullmatch(r"offers/images/[0-9a-f-]{36}\.webp", file.name)
        assert str(image.uuid) not in file.name


def test_step_keeps_who_confirmed_the_rights_and_when(client: Client, draft: Draft, url: str) -> None:
    add(client, url)
    image = OfferImage.objects.get()
    assert image.by_link == AccessLink.objects.get(purpose=AccessLink.Purpose.DRAFT)
    assert image.rights_confirmed_at is not None
    assert timezone.now() - image.rights_confirmed_at < timedelta(minutes=1)


def test_further_button_takes_the_picture_along(client: Client, draft: Draft, url: str) -> None:
    assert add(client, url, verb="weiter")["Location"] == draft.url("kontakt")
    assert words(draft.offer) == ["Ein Haus mit Rampe"]


def test_step_without_pictures_goes_on(client: Client, draft: Draft, url: str) -> None:
    assert press(client, url, "weiter")["Location"] == draft.url("kontakt")
    assert not OfferImage.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', pictures.UNREADABLE),
        (b"<html><script>alert(1)</script></html>", pictures.UNREADABLE),
        (encoded(Image.new("RGB", (4, 4)), "GIF"), pictures.UNREADABLE),
        (b"", pictures.UNREADABLE),
        (bomb(20_000), "Das Bild hat mehr als 40 Millionen Bildpunkte. Bitte verkleinern Sie es."),
    ],
    ids=["svg", "html", "gif", "empty", "bomb"],
)
def test_wrong_file_comes_back_with_a_sentence_and_the_words(
    client: Client, url: str, content: bytes, sentence: str
) -> None:
    answer = add(client, url, new_file=upload(content))
    assert answer.status_code == 200
    assert errors(answer) == {"new_file": [sentence]}
    assert "Ein Haus mit Rampe</textarea>" in answer.text
    assert (OfferImage.objects.count(), files()) == (0, set())


def test_file_that_is_too_large_is_refused(client: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAXIMUM_BYTES", 1000)
    answer = add(client, url)
    assert errors(answer) == {"new_file": ["Das Bild ist größer als 10 MB. Bitte wählen Sie ein kleineres."]}
    assert files() == set()


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("new_alternative", "Bitte beschreiben Sie, was auf dem Bild zu sehen ist."),
        ("new_rights", "Bitte schreiben Sie, wer das Bild gemacht hat oder wem es gehört."),
        ("new_confirmed", "Bitte bestätigen Sie, dass wir das Bild zeigen dürfen – oder nehmen Sie es heraus."),
    ],
)
def test_picture_that_lacks_words_is_kept_and_asked_about(
    client: Client, draft: Draft, url: str, missing: str, sentence: str
) -> None:
    answer = add(client, url, **{missing: ""})
    image = OfferImage.objects.get()
    name = missing.removeprefix("new_")
    assert answer.status_code == 200
    assert answer.context["form"].errors == {f"{name}_{image.uuid}": [sentence]}
    assert draft.offer.status == Offer.Status.DRAFT
    assert "Angaben zu den Bildern" in draft.get("pruefen").text
    value = "on" if name == "confirmed" else "Nachgetragen"
    answer = press_again(client, url, answer, "weiter", **{f"{name}_{image.uuid}": value})
    assert answer.status_code == 302, errors(answer)
    image.refresh_from_db()
    assert image.is_complete
    assert "Angaben zu den Bildern" not in draft.get("pruefen").text


def test_entry_with_a_picture_that_lacks_words_is_not_sent(client: Client, draft: Draft, url: str) -> None:
    add(client, url, new_rights="")
    assert draft.send("pruefen", rules="on").status_code == 400
    assert draft.offer.status == Offer.Status.DRAFT


def test_button_without_a_file_asks_for_one(client: Client, url: str) -> None:
    assert errors(press(client, url, "bild")) == {"new_file": ["Bitte wählen Sie eine Bilddatei aus."]}
    answer = press(client, url, "weiter", new_alternative="Ein Haus")
    assert errors(answer) == {"new_file": ["Bitte wählen Sie die Bilddatei dazu aus – oder leeren Sie die Felder."]}
    assert "Ein Haus</textarea>" in answer.text


def test_same_form_sent_twice_stores_one_picture(client: Client, draft: Draft, url: str) -> None:
    page = client.get(url)
    for _time in range(2):
        answer = press_again(client, url, page, "bild", new_file=upload(), **WORDS)
        assert answer.status_code == 302
    assert words(draft.offer) == ["Ein Haus mit Rampe"]
    assert len(files()) == 2


def test_picture_survives_somebody_elses_save(client: Client, draft: Draft, url: str) -> None:
    page = client.get(url)
    add(client, url, new_alternative="Zuerst")
    answer = press_again(client, url, page, "bild", new_file=upload(), **WORDS)
    assert answer.status_code == 409
    answer = press_again(client, url, answer, "weiter")
    assert answer.status_code == 302
    assert "Ein Haus mit Rampe" in words(draft.offer)


def test_buttons_put_in_order_and_take_out(
    client: Client, draft: Draft, url: str, django_capture_on_commit_callbacks: Committed
) -> None:
    for name in "ABC":
        add(client, url, new_alternative=name)
    keys = [str(image.uuid) for image in OfferImage.objects.all()]
    assert press(client, url, f"hoch:{keys[2]}")["Location"] == f"{url}#bilder"
    assert words(draft.offer) == ["A", "C", "B"]
    press(client, url, f"runter:{keys[0]}")
    assert words(draft.offer) == ["C", "A", "B"]
    press(client, url, f"runter:{keys[1]}", **{f"alternative_{keys[1]}": "Umbenannt"})
    assert words(draft.offer) == ["C", "A", "Umbenannt"]
    with django_capture_on_commit_callbacks(execute=True):
        press(client, url, f"weg:{keys[0]}")
    assert words(draft.offer) == ["C", "Umbenannt"]
    assert len(files()) == 4


def test_page_names_its_buttons_by_their_picture(client: Client, url: str) -> None:
    for name in "AB":
        add(client, url, new_alternative=name)
    text = client.get(url).text
    labels = re.findall(r'aria-label="([^"]*: Bild \d)"', text)
    assert labels == ["Nach unten: Bild 1", "Herausnehmen: Bild 1", "Nach oben: Bild 2", "Herausnehmen: Bild 2"]


def test_entry_shows_five_pictures_at_most(client: Client, draft: Draft, url: str) -> None:
    for _number in range(5):
        add(client, url)
    page = client.get(url)
    assert "Bild hinzufügen" not in page.text
    answer = press_again(client, url, page, "bild", new_file=upload(), **WORDS)
    assert errors(answer) == {
        "new_file": ["Ein Eintrag zeigt höchstens fünf Bilder. Bitte nehmen Sie erst eines heraus."]
    }
    assert OfferImage.objects.count() == 5


def test_caption_says_photo_once(client: Client, url: str) -> None:
    add(client, url, new_rights="Foto: Vera Verein")
    assert OfferImage.objects.get().rights == "Vera Verein"


def test_key_of_anothers_picture_is_not_taken_over(client: Client, draft: Draft, url: str) -> None:
    foreign = factories.make_picture(factories.make_offer())
    page = client.get(url)
    press_again(client, url, page, "weiter", images=str(foreign.uuid))
    assert words(draft.offer) == []
    press_again(client, url, client.get(url), "bild", new_file=upload(), new_key=str(foreign.uuid), **WORDS)
    foreign.refresh_from_db()
    assert (foreign.offer == draft.offer, words(draft.offer)) == (False, ["Ein Haus mit Rampe"])


def test_step_speaks_english_below_en(client: Client, draft: Draft, url: str) -> None:
    answer = client.get(f"/en{url}")
    for words_ in ("Add a picture", "Picture credit", "We may show this picture here"):
        assert words_ in answer.text


def test_member_writes_pictures_into_a_draft(client: Client) -> None:
    offer = factories.make_offer(status=Offer.Status.DRAFT)
    client.force_login(user := factories.make_user("provider", organisation=offer.provider))
    step = reverse("offers:member_offer_step", args=[offer.pk, "bilder"])
    assert add(client, step)["Location"] == f"{step}#bilder"
    assert OfferImage.objects.get().by_user == user
    assert client.get(image_url(OfferImage.objects.get())).status_code == 200


def test_staff_save_at_once_and_are_named_as_editors(
    staff: Client, editor: User, django_capture_on_commit_callbacks: Committed
) -> None:
    offer = factories.make_offer()
    assert add(staff, staff_url(offer))["Location"] == f"{staff_url(offer)}#bilder"
    offer.refresh_from_db()
    assert (words(offer), offer.edited_by) == (["Ein Haus mit Rampe"], editor)
    key = OfferImage.objects.get().uuid
    with django_capture_on_commit_callbacks(execute=True):
        answer = press(staff, staff_url(offer), f"weg:{key}")
        assert "Das Bild ist gelöscht." in staff.get(answer["Location"]).text
    assert (words(offer), files()) == ([], set())


def test_staff_who_change_nothing_are_no_editors(staff: Client) -> None:
    offer = factories.make_offer()
    assert press(staff, staff_url(offer), "speichern").status_code == 302
    offer.refresh_from_db()
    assert offer.edited_by is None


def test_staff_lose_no_upload_for_want_of_a_word_or_of_time(staff: Client) -> None:
    offer = factories.make_offer()
    page = staff.get(staff_url(offer))
    answer = press_again(staff, staff_url(offer), page, "bild", new_file=upload(), **(WORDS | {"new_rights": ""}))
    assert errors(answer) == {"rights": ["Bitte schreiben Sie, wer das Bild gemacht hat oder wem es gehört."]}
    key = OfferImage.objects.get().uuid
    Offer.objects.update(lock_version=7)
    answer = press_again(staff, staff_url(offer), answer, "speichern", **{f"rights_{key}": "Rita"})
    assert answer.status_code == 409
    assert "Jemand anderes hat inzwischen gespeichert" in answer.text
    assert words(offer) == []
    assert press_again(staff, staff_url(offer), answer, "speichern").status_code == 302
    assert words(offer) == ["Ein Haus mit Rampe"]


# Who sees it


def test_public_page_shows_the_first_large_and_the_others_later(client: Client) -> None:
    offer = factories.make_offer()
    factories.make_picture(offer, "Erstes", width=1280, height=853, small_width=480)
    factories.make_picture(offer, "Zweites")
    factories.make_picture(offer, "Wartet", is_shown=False)
    text = html(client, offer.get_absolute_url())
    first, second = re.findall(r"<figure.*?</figure>", text, re.DOTALL)
    assert re.search(r'srcset="[^"]*klein\.webp 480w, [^"]*gross\.webp 1280w" sizes="', first)
    for part in ('alt="Erstes"', 'width="1280" height="853"', 'fetchpriority="high"', "Foto: Vera Verein"):
        assert part in first
    assert 'loading="lazy"' not in first
    assert 'loading="lazy"' in second
    assert "Wartet" not in text
    assert "zugang=" not in text


def test_public_page_in_english_marks_german_words(client: Client) -> None:
    offer = factories.make_offer()
    factories.make_picture(offer, "Ein Haus")
    text = html(client, f"/en{offer.get_absolute_url()}")
    assert re.search(r'<img[^>]*alt="Ein Haus"[^>]* lang="de"', text)
    assert re.search(r'Photo: <span lang="de"[^>]*>Vera Verein', text)


def test_page_without_pictures_has_no_gallery(client: Client) -> None:
    text = html(client, factories.make_offer().get_absolute_url())
    assert "<figure" not in text
    assert "Weitere Bilder" not in text


def test_picture_file_is_a_download_that_caches_keep(client: Client) -> None:
    image = factories.make_picture(factories.make_offer())
    for size, content in (("gross", factories.webp()), ("klein", factories.webp(30, 20))):
        answer: Any = client.get(image_url(image, size))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == content
        assert answer["Content-Type"] == "image/webp"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"] == f'attachment; filename="{image.uuid}.webp"'
        assert answer["Cache-Control"] == "public, max-age=2592000"
        assert "Vary" not in answer or "Cookie" not in answer["Vary"]


def test_stored_file_has_no_address_of_its_own(client: Client) -> None:
    image = factories.make_picture(factories.make_offer())
    for path in (f"/media/{image.file.name}", f"/{image.file.name}", f"/static/{image.file.name}"):
        assert client.get(path).status_code == 404


def test_picture_without_its_file_is_not_found(client: Client) -> None:
    image = factories.make_picture(factories.make_offer())
    image.file.storage.delete(image.file.name)
    assert client.get(image_url(image)).status_code == 404


@pytest.mark.parametrize("status", [status for status in Offer.Status if status != Offer.Status.PUBLISHED])
def test_picture_of_an_entry_that_is_not_public_is_not_reachable(client: Client, status: str) -> None:
    offer = factories.make_offer(status=status)
    image = factories.make_picture(offer)
    for size in ("gross", "klein"):
        assert client.get(image_url(image, size)).status_code == 404
    other = factories.make_user("provider", organisation=factories.make_organisation())
    client.force_login(other)
    assert client.get(image_url(image)).status_code == 404


def test_picture_of_an_entry_that_is_over_is_not_reachable(client: Client) -> None:
    image = factories.make_picture(factories.make_offer(valid_until=timezone.localdate() - timedelta(days=1)))
    assert client.get(image_url(image)).status_code == 404


def test_pages_behind_links_show_pictures_that_nobody_else_sees(client: Client, draft: Draft, url: str) -> None:
    add(client, url)
    image = OfferImage.objects.get()
    lifecycle.submit(draft.offer, by=(lead := factories.make_user("lead")))
    assert lead
    preview = links.issue(AccessLink.Purpose.PREVIEW, draft.offer, "verein@example.org")
    text = html(client, reverse("offers:offer_preview", args=[links.token(preview)]))
    source = re.search(r'<img src="([^"]+)"', text)
    assert source
    answer = client.get(source[1])
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-cache"
    assert client.get(source[1].partition("?")[0]).status_code == 404
    assert (
        client.get(image_url(factories.make_picture(draft.offer)) + "?" + source[1].partition("?")[2]).status_code
        == 404
    )
    assert client.get(image_url(image) + "?zugang=x").status_code == 404


def test_review_shows_the_picture_and_whose_it_is(staff: Client, editor: User) -> None:
    offer = factories.make_offer(status=Offer.Status.SUBMITTED)
    member = factories.make_user("provider", first_name="Vera", last_name="Verein")
    factories.make_picture(offer, by_user=member)
    text = html(staff, reverse("offers:review_detail", args=[offer.pk]))
    assert 'alt="Ein Kreis von Stühlen"' in text
    found = {finding.title: finding for finding in findings.examine(offer, by=editor)}["Bildrechte"]
    assert found.level == "info"
    day = f"{timezone.localtime():%d.%m.%Y}"
    assert found.text == f"Bild 1: Vera Verein – Rechte und Einverständnis bestätigt am {day} von Vera Verein."


def test_finding_names_what_is_missing_or_that_there_is_nothing(editor: User) -> None:
    offer = factories.make_offer(status=Offer.Status.SUBMITTED)

    def finding() -> findings.Finding:
        return next(row for row in findings.examine(offer, by=editor) if row.title == "Bildrechte")

    assert (finding().level, finding().text) == ("success", "Der Eintrag hat keine Bilder.")
    link = links.issue(AccessLink.Purpose.DRAFT, offer, "verein@example.org")
    image = factories.make_picture(offer, by_link=link)
    assert "über den Link an verein@example.org" in finding().text
    link.delete()
    assert "über einen Link, den es nicht mehr gibt" in finding().text
    OfferImage.objects.filter(pk=image.pk).update(rights="")
    assert (finding().level, "ohne Nachweis" in finding().text) == ("warning", True)


@pytest.mark.parametrize("number", [1, 5])
def test_queries_of_the_page_do_not_grow_with_the_pictures(
    client: Client, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    offer = factories.make_offer()
    html(client, offer.get_absolute_url())
    with CaptureQueriesContext(connection) as without:
        html(client, offer.get_absolute_url())
    for _number in range(number):
        factories.make_picture(offer)
    with django_assert_num_queries(len(without)):
        html(client, offer.get_absolute_url())


def test_list_asks_for_no_pictures(client: Client) -> None:
    factories.make_picture(factories.make_offer())
    html(client, "/angebote/")
    with CaptureQueriesContext(connection) as asked:
        html(client, "/angebote/")
    assert not [query for query in asked if "offerimage" in query["sql"]]


# What becomes of the files


def test_files_go_with_the_entry(django_capture_on_commit_callbacks: Committed) -> None:
    offer = factories.make_offer()
    factories.make_picture(offer)
    factories.make_picture(offer, is_shown=False)
    assert len(files()) == 4
    with django_capture_on_commit_callbacks(execute=True):
        erase(Offer.objects.filter(pk=offer.pk), delete=True)
    assert files() == set()
    assert OfferImage.pgh_event_model.objects.count() == 0  # type: ignore[attr-defined]


def test_files_of_an_unconfirmed_submission_go_with_it(
    client: Client, draft: Draft, url: str, django_capture_on_commit_callbacks: Committed
) -> None:
    add(client, url)
    Offer.objects.update(updated_at=timezone.now() - timedelta(days=15))
    with django_capture_on_commit_callbacks(execute=True):
        call_command("purge", verbosity=0)
    assert (Offer.objects.count(), files()) == (0, set())


def test_rule_deletes_what_nobody_shows_or_proposes(django_capture_on_commit_callbacks: Committed) -> None:
    offer = factories.make_offer()
    old = timezone.now() - timedelta(days=3)
    shown, fresh, _forgotten, proposed = (
        factories.make_picture(offer, is_shown=is_shown) for is_shown in (True, False, False, False)
    )
    OfferImage.objects.exclude(pk=fresh.pk).update(uploaded_at=old)
    member = factories.make_user("provider", organisation=offer.provider)
    change = {"images": {"old": [], "new": [[str(proposed.uuid), "x", "y"]]}}
    lifecycle.propose(offer, change, by=member, message="", email="a@example.org")
    rule = next(rule for rule in RULES if "Bilder" in rule.title)
    before = timezone.now() - timedelta(days=rule.days)
    assert rule.function(before, delete=False) == 1
    assert OfferImage.objects.count() == 4
    with django_capture_on_commit_callbacks(execute=True):
        assert rule.function(before, delete=True) == 1
    assert set(OfferImage.objects.all()) == {shown, fresh, proposed}
    assert len(files()) == 6


def test_rule_deletes_files_without_a_row(settings: Settings) -> None:
    image = factories.make_picture(factories.make_offer())
    folder = Path(image.file.path).parent
    for name, age in (("alt.webp", 3), ("neu.webp", 1)):
        (folder / name).write_bytes(b"x")
        moment = (timezone.now() - timedelta(days=age)).timestamp()
        os.utime(folder / name, (moment, moment))
    for kept in (image.file.path, image.small.path):
        os.utime(kept, (0, 0))
    rule = next(rule for rule in RULES if "Bilder" in rule.title)
    before = timezone.now() - timedelta(days=rule.days)
    assert rule.function(before, delete=False) == 1
    assert rule.function(before, delete=True) == 1
    assert len(files()) == 3
    assert "neu.webp" in files()


@pytest.mark.parametrize("taken", [True, False])
def test_merge_exchanges_pictures_or_leaves_them_and_loses_no_file(
    editor: User, taken: bool, django_capture_on_commit_callbacks: Committed
) -> None:
    provider = factories.make_organisation()
    kept, other = (factories.make_offer(name, provider=provider) for name in ("Nähkurs", "Näh-Kurs"))
    factories.make_picture(kept, "Eigenes")
    for name in ("Fremdes", "Noch eines"):
        factories.make_picture(other, name)
    waiting = factories.make_picture(other, "Wartet", is_shown=False)
    parts = {"offers.OfferImage": Side.OTHER if taken else Side.KEPT}
    with django_capture_on_commit_callbacks(execute=True):
        merging.merge(kept, other, parts, by=editor, read=(kept.lock_version, other.lock_version))
    assert words(kept) == (["Fremdes", "Noch eines"] if taken else ["Eigenes"])
    assert words(other) == (["Eigenes"] if taken else ["Fremdes", "Noch eines"])
    waiting.refresh_from_db()
    assert (waiting.offer, len(files())) == (kept, 8)


def test_merge_page_compares_the_words_of_the_pictures(staff: Client) -> None:
    provider = factories.make_organisation()
    kept, other = (factories.make_offer(name, provider=provider) for name in ("Nähkurs", "Näh-Kurs"))
    factories.make_picture(other, "Fremdes")
    factories.make_picture(other, "Wartet", is_shown=False)
    text = html(staff, reverse("offers:merge_confirm", args=["angebot", kept.pk, other.pk]))
    assert "Fremdes (Foto: Vera Verein)" in text
    assert "Wartet" not in text


def test_picture_that_shows_nothing_but_noise_stays_small_enough(client: Client, url: str) -> None:
    add(client, url, new_file=upload(encoded(noise(1500, 1000))))
    image = OfferImage.objects.get()
    assert (image.file.size <= 120_000, image.small.size <= 40_000) == (True, True)
