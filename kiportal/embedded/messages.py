"""Compile the translations: `locale/<language>/LC_MESSAGES/*.po` to `.mo`, where the source is newer.

With Babel, because gettext's programs are not on every machine.
"""

from pathlib import Path

LOCALE = Path(__file__).resolve().parents[2] / "locale"


def compile_messages(folder: Path = LOCALE) -> list[Path]:
    """Return the files written."""
    outdated = [
        (source, target)
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po"))
        if not (target := source.with_suffix(".mo")).exists() or target.stat().st_mtime < source.stat().st_mtime
    ]
    if not outdated:
        return []
    from babel.messages.mofile import write_mo  # 0.1 s that most starts do not need
    from babel.messages.pofile import read_po

    for source, target in outdated:
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parts[-3])
        new = target.with_suffix(".new")
        with new.open("wb") as file:
            write_mo(file, catalog)
        new.rename(target)
    return [target for _, target in outdated]


if __name__ == "__main__":
    compile_messages()
