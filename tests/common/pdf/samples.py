"""Documents that the tests print: a short one, and one with everything that has ever broken a page."""

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

IDENTIFIER = b"0123456789abcdef"
LONG_WORD = "Migrationsfachdienststellenleitungskonferenzteilnehmerverzeichnis"  # 65 letters
LONG_URL = "https://www.example.org/" + "ein-sehr-langer-pfad/" * 8 + "dokument.html?kennung=" + "0123456789" * 6
WIDE_PICTURE = "media:pdf-tests/breit.png"
FILLER = (
    "Das Kommunale Integrationszentrum stimmt seine Vorhaben mit den kreisangehörigen Städten und Gemeinden ab und "
    "berichtet dem Kreistag jährlich über den Stand der Umsetzung. "
)


def store_wide_picture() -> None:
    """A picture four times as wide as the text of a page."""
    if not default_storage.exists(WIDE_PICTURE.removeprefix("media:")):
        file = BytesIO()
        Image.new("RGB", (2600, 500), (32, 68, 170)).save(file, "PNG")
        default_storage.save(WIDE_PICTURE.removeprefix("media:"), ContentFile(file.getvalue()))


def page(body: str, head: str = "") -> str:
    """A document without cover and contents."""
    return (
        '<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><title>Probe</title>'
        '<meta name="dcterms.created" content="2013-08-28T00:00:00+02:00">'
        f'<link rel="stylesheet" href="static:css/pdf/document.css">{head}</head><body>{body}</body></html>'
    )


def hostile() -> str:
    """Four levels of headings, a table over three pages, a footnote in a table, merged cells, a wide picture, long
    words and addresses, an empty section, nested lists, other scripts."""
    rows = "".join(
        f'<tr><td>{number}</td><th scope="row">Maßnahme {number}</th><td>{FILLER}</td></tr>' for number in range(1, 55)
    )
    sections = f"""
<section class="chapter" id="k1"><h2><span class="number">1</span> Ausgangslage im Kreis</h2>
  <p>{FILLER * 4}<span class="fn">Eine Fußnote mit <em>Betonung</em> und Quelle: {FILLER}</span> Weiter im Satz.</p>
  <section id="k11"><h3><span class="number">1.1</span> Menschen</h3><p>{FILLER * 5}</p>
    <section id="k111"><h4><span class="number">1.1.1</span> Neu zugewanderte Menschen</h4><p>{FILLER * 2}</p>
      <section id="k1111"><h5><span class="number">1.1.1.1</span> Kinder und Jugendliche</h5><p>{FILLER}</p>
        <h6>Zwischenüberschrift</h6><p>{FILLER}</p></section></section></section>
  <section id="k12"><h3><span class="number">1.2</span> {LONG_WORD} und weitere Gremien</h3>
    <p>{LONG_WORD} {LONG_WORD}{LONG_WORD} <a href="{LONG_URL}">{LONG_URL}</a></p></section>
  <section id="k13"><h3><span class="number">1.3</span> Ein leerer Abschnitt</h3></section>
</section>
<section class="chapter" id="k2"><h2><span class="number">2</span> Handlungsfelder und Maßnahmen, mit einer
  Überschrift, die über mehrere Zeilen läuft</h2>
  <p>Siehe <a class="xref" href="#k111">Kapitel 1.1.1</a>,
    <a href="mailto:ki@example.org"><strong>ki</strong>@example.org</a>.</p>
  <table><caption>Alle Maßnahmen mit ihrem Stand</caption>
    <thead><tr><th scope="col">Nr.</th><th scope="col">Maßnahme</th><th scope="col">Was geschieht</th></tr></thead>
    <tbody>{rows}<tr><td>55</td><th scope="row">Letzte</th><td>Mit Fußnote.<span class="fn">In der Tabelle.</span></td>
    </tr></tbody></table>
  <table><caption>Zuständigkeiten</caption>
    <thead><tr><th scope="col" rowspan="2">Feld</th><th scope="col" colspan="2">Federführung</th></tr>
      <tr><th scope="col">Kreis</th><th scope="col">Kommunen</th></tr></thead>
    <tbody><tr><th scope="row" rowspan="2">Bildung</th><td>Schulamt</td><td>Schulen</td></tr>
      <tr><td colspan="2">Gemeinsam: {LONG_WORD}</td></tr></tbody></table>
  <figure><img src="{WIDE_PICTURE}" alt="Blaue Fläche"><figcaption>Abbildung 1: Sehr breit.</figcaption></figure>
</section>
<section class="chapter" id="k3"><h2>Anhang ohne Nummer</h2>
  <ul><li>Erste Ebene<ul><li>Zweite Ebene<ol><li>Dritte Ebene</li><li>{FILLER}</li></ol></li></ul></li>
    <li>Ende</li></ul>
  <ol start="4"><li><p>Vier</p></li><li><p>Fünf</p></li></ol>
  <p>Willkommen heißt <span lang="ar" dir="rtl">أهلاً وسهلاً</span>, <span lang="uk">Ласкаво просимо, їжа, ґанок</span>,
  <em>hoş geldiniz</em>, <strong>bine ați venit</strong>, Καλώς ήρθατε, Chào mừng, Łódź.</p>
  <blockquote><p>{FILLER}</p></blockquote><p>H<sub>2</sub>O und m<sup>2</sup>, 1.234,56 €, „Zitat“ – Schluss…</p>
</section>"""
    contents = """
<h2>Inhalt</h2><ol><li><p><a href="#k1"><span class="number">1</span> Ausgangslage im Kreis</a></p><ol>
<li><p><a href="#k11"><span class="number">1.1</span> Menschen</a></p><ol>
<li><p><a href="#k111"><span class="number">1.1.1</span> Neu zugewanderte Menschen</a></p></li></ol></li>
<li><p><a href="#k12"><span class="number">1.2</span> Gremien</a></p></li></ol></li>
<li><p><a href="#k2"><span class="number">2</span> Handlungsfelder und Maßnahmen, mit einer Überschrift, die über
mehrere Zeilen läuft</a></p></li><li><p><a href="#k3">Anhang ohne Nummer</a></p></li></ol>"""
    cover = """
<div><p class="cover__county">Rhein-Erft-Kreis</p><p class="cover__centre">Kommunales Integrationszentrum</p></div>
<div class="cover__title"><h1>Integrationskonzept</h1><p class="cover__subtitle">Gemeinsam im Kreis</p></div>
<div class="cover__facts"><p class="cover__stand">Stand: 28.08.2013</p><p>Fassung 2</p></div>"""
    return page(
        '<header class="cover" data-running="Integrationskonzept" data-stand="Stand: 28.08.2013" data-draft="">'
        f'{cover}</header><nav class="contents">{contents}</nav><main>{sections}</main>'
    )
