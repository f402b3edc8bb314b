"""What people write, as safe HTML: a small Markdown. Raw HTML, headings and images stay the text they are.

Two gates, either of which would do: markdown-it makes only the elements below, and nh3 lets only those pass.
"""

import re
from functools import lru_cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from pulse.conversations.rules import CODE, MENTION

NESTING = 10  # levels; a list in a list is two more
MOST_MARKUP = 1000  # characters with a meaning and lines, outside code; a text with more is shown as it is
RULES = (
    *("fence", "blockquote", "list", "escape", "newline", "backticks", "emphasis", "strikethrough"),
    *("link", "autolink", "balance_pairs", "fragments_join", "text_join"),
)
TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "a", "blockquote", "ul", "ol", "li", "span"}

_SAFE = re.compile(r"https?://[^/\\?#]|mailto:[^/]", re.IGNORECASE)
_SCHEME = re.compile(r"(?<!\w)https?\Z", re.IGNORECASE)
_REST = re.compile(r"://[^\s<>\"`()\[\]{}/?#]{1,300}(?:[/?#][^\s<>\"`]{0,2000})?")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_BARE = re.compile(
    rf"(?P<www>(?<![\w.@/-])www\.{_LABEL}\.[^\s<>\"]{{1,2000}})"
    rf"|(?P<email>(?<![\w.+@/-])[\w.+-]{{1,64}}@(?:{_LABEL}\.){{1,8}}[A-Za-z]{{2,63}}(?![\w@-]))"
    rf"|(?P<mention>{MENTION.pattern})",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[\[\]*_~<>:\\`\n]|^ *(?:[-+]|\d{1,9}[.)])", re.MULTILINE)
# One line of words and sentences, as most messages are: nothing in it means more than itself.
_PLAIN = re.compile(r"(?!\d+\.)[^\W_](?:[^\W_]|[,;!?'\"-]|\.(?= |\Z)| (?! |\Z))*")
_OPENED_BY = {")": "(", "]": "["}


@lru_cache(maxsize=512)
def render(body: str) -> str:
    """The HTML of a message. Any text will do; the time is linear in its length."""
    return f"<p>{body}</p>" if _PLAIN.fullmatch(body) else by_markdown(body)


def by_markdown(body: str) -> str:
    """The same for a text that may have markup."""
    if len(_MARKUP.findall(CODE.sub(" ", body))) > MOST_MARKUP:
        html = f"<p>{escape(body)}</p>".replace("\n", "<br>\n")
    else:
        html = _MARKDOWN.render(body)
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        allowed_classes={"span": {"mention"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    ).strip()


def as_text(body: str) -> str:
    """The HTML of a text that means nothing but itself."""
    return escape(body)


def _without_tail(url: str) -> str:
    """An address without the punctuation of the sentence around it."""
    balance = {closing: url.count(closing) - url.count(opening) for closing, opening in _OPENED_BY.items()}
    end = len(url)
    while end:
        last = url[end - 1]
        if balance.get(last, 0) > 0:
            balance[last] -= 1
        elif last not in ".,:;!?'*_~|":
            break
        end -= 1
    return url[:end]


def _link(href: str, text: str, level: int) -> list[Token]:
    tokens = [Token("link_open", "a", 1), Token("text", "", 0), Token("link_close", "a", -1)]
    tokens[0].attrs = {"href": href}
    tokens[1].content = text
    for token, nested in zip(tokens, (level, level + 1, level), strict=True):
        token.level = nested
    return tokens


def _bare_url(state: StateInline, silent: bool) -> bool:
    """Inline rule at `:`: an address that just stands there, whatever emphasis it may seem to hold."""
    scheme = _SCHEME.search(state.pending[-6:]) if state.src[state.pos] == ":" else None
    rest = _REST.match(state.src, state.pos) if scheme and not state.linkLevel else None
    if scheme is None or rest is None:
        return False
    url = scheme[0] + _without_tail(rest[0])
    if not state.md.validateLink(href := state.md.normalizeLink(url)):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        for token in _link(href, url, state.level):
            state.push(token.type, token.tag, token.nesting)
            state.tokens[-1].attrs, state.tokens[-1].content = token.attrs, token.content
    state.pos += len(url) - len(scheme[0])
    return True


def _bare_names(state: StateCore) -> None:
    """Core rule: mentions, mail addresses and addresses without a scheme, outside links and code."""
    for block in state.tokens:
        if block.children:
            depth = 0
            children: list[Token] = []
            for token in block.children:
                depth += token.nesting if token.type in ("link_open", "link_close") else 0
                children += _split(token) if token.type == "text" and not depth else [token]
            block.children = children


def _split(token: Token) -> list[Token]:
    parts: list[Token] = []
    at = 0
    for match in _BARE.finditer(token.content):
        text = match[0] if match["mention"] or match["email"] else _without_tail(match[0])
        parts.append(_text(token.content[at : match.start()], token.level))
        if match["mention"]:
            parts += [
                Token("mention_open", "span", 1, {"class": "mention"}),
                _text(text, token.level + 1),
                Token("mention_close", "span", -1),
            ]
        else:
            parts += _link(f"mailto:{text}" if match["email"] else f"http://{text}", text, token.level)
        at = match.start() + len(text)
    parts.append(_text(token.content[at:], token.level))
    return parts


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"breaks": True, "maxNesting": NESTING}).enable(RULES)
    markdown.validateLink = lambda url: bool(_SAFE.match(url))  # type: ignore[method-assign]
    markdown.inline.ruler.before("escape", "bare_url", _bare_url)
    markdown.core.ruler.push("bare_names", _bare_names)
    return markdown


_MARKDOWN = _markdown()
