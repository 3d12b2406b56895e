"""Rich text: what may stand in it, the one sanitiser, the fields that hold it, and the plain form Vereine write.

Every write passes `RichTextField.get_prep_value`: save(), update(), bulk_create(), imports and the admin alike, so no
path exists on which unclean HTML reaches the database.
"""

from kiportal.common.richtext.fields import DocumentField, DocumentFormField, RichTextField, RichTextFormField
from kiportal.common.richtext.markup import BASIC, DOCUMENT, Markup, sanitise
from kiportal.common.richtext.plain import PlainTextFormField, from_text, to_text

__all__ = [
    "BASIC",
    "DOCUMENT",
    "DocumentField",
    "DocumentFormField",
    "Markup",
    "PlainTextFormField",
    "RichTextField",
    "RichTextFormField",
    "from_text",
    "sanitise",
    "to_text",
]
