"""What somebody looks for, and where it stands in a message. Whatever they type is text, never syntax."""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

MOST_TERMS = 20
LONGEST = 100  # characters of a term; PostgreSQL keeps no word of more than 2 KB
SHORTEST_PREFIX = 2  # characters; what begins with one letter is half of everything
SNIPPET_BEFORE, SNIPPET = 40, 200  # characters

# What makes addresses, paths, numbers and tags for PostgreSQL's parser. SQLite parts words there by itself.
JOINERS = "-+./:@_~<>&=?#"

_APART = str.maketrans(dict.fromkeys(JOINERS, " "))
_QUOTES = str.maketrans(dict.fromkeys("„“”«»", '"'))
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """One or more words in a row. With `is_prefix` the last one may go on."""

    text: str
    is_prefix: bool = False

    @property
    def apart(self) -> str:
        """The text without what joins words."""
        return " ".join(self.text.translate(_APART).split())


def terms(query: str) -> list[Term]:
    """The words and the phrases in quotes of a query, all of which must occur; the last word may go on.

    A part without a letter or digit is left out, and so is what comes after the twentieth.
    """
    found: list[Term] = []
    parts = query.translate(_QUOTES).split('"')
    for number, part in enumerate(parts):
        is_phrase = number % 2 == 1
        texts = [" ".join(part.split())] if is_phrase else part.split()
        found += [Term(text, len(text) > LONGEST) for text in texts if any(map(str.isalnum, text))]
    is_closed = len(parts) % 2 == 1 and not any(map(str.isalnum, parts[-1]))
    if found and not is_closed and len(found[-1].text) >= SHORTEST_PREFIX:
        found[-1] = Term(found[-1].text, is_prefix=True)
    return [Term(term.text[:LONGEST], term.is_prefix) for term in found[:MOST_TERMS]]


def snippet(body: str, looked_for: list[Term]) -> Markup:
    """The part of a message around the first hit, in one line; HTML, with each hit in a `<mark>`."""
    line = " ".join(body.split())
    pattern = _pattern(looked_for)
    first = pattern.search(line) if pattern else None
    start = first.start() - SNIPPET_BEFORE if first and first.start() > SNIPPET_BEFORE else 0
    if first and start:  # not in the middle of a word, if there is a space
        start = line.find(" ", start, first.start()) + 1 or start
    end = min(len(line), start + SNIPPET)
    shown = Markup("…") if start else Markup()
    at = start
    for hit in pattern.finditer(line, start, end) if pattern else ():
        shown += escape(line[at : hit.start()]) + Markup("<mark>{}</mark>").format(hit[0])
        at = hit.end()
    return shown + escape(line[at:end]) + ("…" if end < len(line) else "")


def _pattern(looked_for: list[Term]) -> re.Pattern[str] | None:
    alternatives = []
    for term in looked_for:
        words = [re.escape(word) for word in _WORD.findall(term.text)]
        if words:
            alternatives.append(r"[\W_]+".join(words) + (r"[^\W_]*" if term.is_prefix else r"(?![^\W_])"))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(alternatives)})", re.IGNORECASE) if alternatives else None
