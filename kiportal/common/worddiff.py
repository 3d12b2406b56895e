"""What was taken out of a text and put in, as markup."""

import re
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


def diff(old: str, new: str) -> SafeString:
    """Word by word what was taken out and put in, also readable in black and white and by ear.

    Where less than half stays, as in a number or a text written anew, the old stands before the new as a whole.
    """
    before, after = re.split(r"(\s+)", old), re.split(r"(\s+)", new)
    parts: list[SafeString] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    is_rewritten = matcher.ratio() < 0.5 or not re.search(r"[^\W\d_]", old + new)
    whole = [("replace", 0, len(before), 0, len(after))]
    for verb, a, b, c, d in whole if is_rewritten and old != new else matcher.get_opcodes():
        taken, put = "".join(before[a:b]), "".join(after[c:d])
        if verb == "equal":
            parts.append(format_html("{}", taken))
            continue
        if taken:
            parts.append(format_html('<del><span class="kern-sr-only">{} </span>{}</del>', _("gestrichen:"), taken))
        if put:
            parts.append(format_html('<ins><span class="kern-sr-only">{} </span>{}</ins>', _("neu:"), put))
    return format_html('<p class="diff">{}</p>', format_html_join("", "{}", ((part,) for part in parts)))
