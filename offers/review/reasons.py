"""Ready-made reasons for the decisions of the review. Whoever uses one may change its words."""

from typing import NamedTuple


class Reason(NamedTuple):
    slug: str
    verb: str
    label: str
    text: str


VERB_LABELS = {"publish": "Veröffentlichen", "request_changes": "Rückfrage", "reject": "Ablehnen"}

REASONS = (
    Reason(
        "danke",
        "publish",
        "Dank für den Eintrag",
        "Vielen Dank für Ihren Eintrag. Wir freuen uns, dass Ihr Angebot jetzt im Portal steht.",
    ),
    Reason(
        "sprachlich-angepasst",
        "publish",
        "Sprachlich angepasst",
        "Vielen Dank für Ihren Eintrag. Wir haben einige Sätze einfacher formuliert. "
        "Am Inhalt hat sich nichts geändert.",
    ),
    Reason(
        "angaben-fehlen",
        "request_changes",
        "Angaben fehlen",
        "Uns fehlen noch Angaben zu Zeit, Ort oder Anmeldung. Bitte ergänzen Sie diese, damit Interessierte wissen, "
        "wann und wohin sie kommen können.",
    ),
    Reason(
        "zu-schwer",
        "request_changes",
        "Text ist schwer verständlich",
        "Bitte schreiben Sie den Text in kürzeren Sätzen und ohne Fachwörter. Viele Menschen, die Ihr Angebot suchen, "
        "lernen gerade Deutsch.",
    ),
    Reason(
        "personen",
        "request_changes",
        "Angaben zu Ratsuchenden",
        "Im Text stehen Angaben, an denen man einzelne Ratsuchende erkennen kann. "
        "Bitte nehmen Sie diese Angaben heraus.",
    ),
    Reason(
        "link-geht-nicht",
        "request_changes",
        "Link geht nicht",
        "Die angegebene Internetseite lässt sich nicht öffnen. Bitte prüfen Sie die Adresse.",
    ),
    Reason(
        "einwilligung",
        "request_changes",
        "Einwilligung fehlt",
        "Sie nennen eine Person mit Namen. Bitte bestätigen Sie, dass diese Person damit einverstanden ist, "
        "oder nennen Sie nur die Stelle.",
    ),
    Reason(
        "doppelt",
        "reject",
        "Steht schon im Portal",
        "Dieses Angebot steht schon im Portal. Deshalb nehmen wir den zweiten Eintrag nicht auf.",
    ),
    Reason(
        "nicht-integration",
        "reject",
        "Kein Bezug zu Integration",
        "Das Portal sammelt Angebote rund um Integration und Teilhabe. Ihr Angebot gehört nicht dazu.",
    ),
    Reason(
        "nicht-im-kreis",
        "reject",
        "Nicht im Kreis",
        "Das Angebot richtet sich nicht an Menschen im Kreis. "
        "Bitte wenden Sie sich an das Integrationszentrum vor Ort.",
    ),
    Reason(
        "werbung",
        "reject",
        "Werbung",
        "Der Eintrag wirbt für eine Partei oder für ein Geschäft. Das ist im Portal nicht möglich.",
    ),
)

BY_SLUG = {reason.slug: reason for reason in REASONS}
