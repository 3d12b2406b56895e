"""What WeasyPrint leaves open for a file that is PDF/A-3a and PDF/UA-1 at once.

Its `pdf_variant` takes one name; PDF/A is chosen there, and PDF/UA is declared here. The structure tree is mended:
running heads and page numbers, tagged but outside the tree (WeasyPrint issue 1836), become pagination artifacts, list
items get a body, footnotes the role Note, and words inside a link no second link of their own. All this happens in
memory before the file is written, so that nothing is parsed again. Paragraphs are those of ISO 32000-1 and 14289-1.
"""

from collections import defaultdict
from functools import partial
from typing import Any

from pydyf import PDF, Array, Dictionary, String
from weasyprint import Document

# PDF/A allows a property of another standard only with a description of its schema (ISO 19005-3, 6.6.2.3).
PDFUA_SCHEMA = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>\
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>PDF/UA part</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


def complete(document: Document, pdf: PDF) -> None:
    """WeasyPrint's `finisher`: called with the finished objects right before they are written."""
    metadata = _object(pdf, pdf.catalog["Metadata"])
    metadata.stream = [part.replace(b"</rdf:RDF>", PDFUA_SCHEMA) for part in metadata.stream]
    _describe_links(document)
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    _mark_footnotes(pdf, _object(pdf, root["K"][0]))
    marks, annotations = _mend(pdf, root)
    _drop_annotations(pdf, root, annotations)
    _make_artifacts(pdf, root, marks)


def _describe_links(document: Document) -> None:
    """A link is announced by its words, a web address after them (UA 7.18.5), not by the name of its anchor."""
    for page in document.pages:
        for kind, target, _rectangle, box in page.links:
            words = " ".join("".join(box.element.itertext()).split())
            if box.link_annotation and words:
                plain = kind == "internal" or target.removeprefix("mailto:") == words
                box.link_annotation["Contents"] = String(words if plain else f"{words} ({target})")


def _mark_footnotes(pdf: PDF, document: Any) -> None:
    """The notes at the foot of a page are the only spans right below the top level (UA 7.9: Note with an ID)."""
    areas = [area for area in map(partial(_object, pdf), document["K"]) if area["S"] == "/NonStruct"]
    notes = [note for area in areas for note in map(partial(_object, pdf), area["K"]) if note["S"] == "/Span"]
    for number, note in enumerate(notes, 1):
        note["S"], note["ID"] = "/Note", String(f"note-{number}")


def _mend(pdf: PDF, root: Any) -> tuple[dict[bytes, set[int]], set[bytes]]:
    """Walk the structure tree; return the marked content it reaches, by page, and the annotations that are too many."""
    marks: dict[bytes, set[int]] = defaultdict(set)
    superfluous: set[bytes] = set()
    waiting = [(_object(pdf, reference), False) for reference in root["K"]]
    while waiting:
        element, in_link = waiting.pop()
        if element["S"] == "/LI":
            _give_body(pdf, element)
        if in_link and element["S"] == "/Link":
            element["S"] = "/Span"
        for kid in tuple(element["K"]):
            if isinstance(kid, int):
                marks[element["Pg"]].add(kid)
                continue
            child = _object(pdf, kid)
            if "S" in child:
                waiting.append((child, in_link or element["S"] == "/Link"))
            elif in_link:  # the link around it has an annotation already
                element["K"].remove(kid)
                superfluous.add(child["Obj"])
    return marks, superfluous


def _give_body(pdf: PDF, item: Any) -> None:
    """A list item consists of label and body (14.8.4.3.3); WeasyPrint leaves the body out around paragraphs."""
    kinds = {reference: _object(pdf, reference)["S"] for reference in item["K"]}
    loose = Array(reference for reference, kind in kinds.items() if kind not in {"/Lbl", "/LBody"})
    if loose:
        body = Dictionary({"Type": "/StructElem", "S": "/LBody", "K": loose, "Pg": item["Pg"], "P": item.reference})
        pdf.add_object(body)
        for reference in loose:
            _object(pdf, reference)["P"] = body.reference
        item["K"] = Array([reference for reference in item["K"] if reference not in loose] + [body.reference])


def _drop_annotations(pdf: PDF, root: Any, references: set[bytes]) -> None:
    parents = _object(pdf, root["ParentTree"])
    keys = {_object(pdf, reference)["StructParent"] for reference in references}
    pairs = zip(parents["Nums"][::2], parents["Nums"][1::2], strict=True)
    parents["Nums"] = Array(part for pair in pairs if pair[0] not in keys for part in pair)
    for page in map(partial(_object, pdf), pdf.page_references):
        if "Annots" in page:
            page["Annots"] = Array(reference for reference in page["Annots"] if reference not in references)


def _make_artifacts(pdf: PDF, root: Any, marks: dict[bytes, set[int]]) -> None:
    """Marked content that the tree does not reach is page furniture (14.8.2.2)."""
    parents = _object(pdf, root["ParentTree"])["Nums"]
    elements = dict(zip(parents[::2], parents[1::2], strict=True))
    for number, reference in enumerate(pdf.page_references):
        content = _object(pdf, _object(pdf, reference)["Contents"]).stream
        for index, part in enumerate(content):
            if isinstance(part, Dictionary) and "MCID" in part and part["MCID"] not in marks[reference]:
                content[index - 1 : index + 1] = ["/Artifact", Dictionary({"Type": "/Pagination"})]
                elements[number][part["MCID"]] = b"null"


def _object(pdf: PDF, reference: bytes) -> Any:
    """Return the object of a reference like b'12 0 R'; pydyf keeps them in the order of their numbers."""
    return pdf.objects[int(reference.split()[0])]
