"""What was taken out of a paragraph and put into it."""

from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher

from concepts.comparison.blocks import Token, write

# Where less stays, the old stands before the new as a whole: single words that stayed by chance help nobody.
_REWRITTEN = 0.3
# What stays between two changes and is no longer than this is read more easily as part of them.
_SHORT = 3

type Run = tuple[list[Token], list[Token], bool]
type Step = tuple[bool, int, int, int, int]


def merged(old: list[Token], new: list[Token]) -> str:
    """One text of both, with <del> and <ins>: without <ins> it is the old, without <del> the new."""
    return "".join(_written(run) for run in _runs(old, new))


def steps(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Step]:
    """(is the same, from and to in old, from and to in new), in order.

    What both begin and end with is put aside first, because most of a text stays.
    """
    first, shorter = 0, min(len(old), len(new))
    while first < shorter and old[first] == new[first]:
        first += 1
    last = 0
    while last < shorter - first and old[-1 - last] == new[-1 - last]:
        last += 1
    end_old, end_new = len(old) - last, len(new) - last
    found: list[Step] = [(True, 0, first, 0, first)] if first else []
    matcher = SequenceMatcher(None, old[first:end_old], new[first:end_new], autojunk=False)
    for verb, a, b, c, d in matcher.get_opcodes():
        found.append((verb == "equal", first + a, first + b, first + c, first + d))
    if last:
        found.append((True, end_old, len(old), end_new, len(new)))
    return found


def _runs(old: list[Token], new: list[Token]) -> list[Run]:
    found = [
        (old[a:b], new[c:d], same)
        for same, a, b, c, d in steps([token.key for token in old], [token.key for token in new])
    ]
    kept = sum(token.weight for before, _after, same in found if same for token in before)
    most = max(sum(token.weight for token in tokens) for tokens in (old, new))
    if old and new and kept < _REWRITTEN * most:
        return [(old, new, False)]
    return _joined(found)


def _joined(runs: list[Run]) -> list[Run]:
    """Changes with next to nothing between them become one."""
    found: list[Run] = []
    for place, (before, after, same) in enumerate(runs):
        is_short = same and sum(token.weight for token in before) <= _SHORT and 0 < place < len(runs) - 1
        if found and not found[-1][2] and (is_short or not same):
            found[-1] = (found[-1][0] + before, found[-1][1] + after, False)
        else:
            found.append((before, after, same))
    return found


def _written(run: Run) -> str:
    old, new, same = run
    if same:
        return write(new)
    first = next((place for place, token in enumerate(old) if token.note is not None), None)
    second = next((place for place, token in enumerate(new) if token.note is not None), None)
    if first is None or second is None:
        return _changed(old, new)
    before = _changed(old[:first], new[:second])
    note = merged(old[first].note or [], new[second].note or []).rstrip()
    space = " " if old[first].spaced or new[second].spaced else ""
    return f'{before}<span class="fn">{note}</span>{space}' + _written((old[first + 1 :], new[second + 1 :], False))


def _changed(old: list[Token], new: list[Token]) -> str:
    taken, put, space = write(old), write(new), ""
    if taken.endswith(" ") and put.endswith(" "):  # the space between words stays
        taken, put, space = taken[:-1], put[:-1], " "
    return (f"<del>{taken}</del>" if taken else "") + (f"<ins>{put}</ins>" if put else "") + space
