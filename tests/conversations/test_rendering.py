"""Messages become the HTML that their writers meant, and never any other."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulse.conversations.rendering import TAGS, by_markdown, render
from pulse.conversations.rules import BODY_MAX
from tests.support.xss import CORPUS, TARGETS

REL = "noopener noreferrer nofollow"


class Parsed(HTMLParser):
    """The elements and the text of a piece of HTML; anything but those is noted as strange."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.strange: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.strange.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_safe(html: str) -> Parsed:
    """Only the elements and attributes that messages may have, links only to where they may lead."""
    parsed = Parsed(html)
    assert not parsed.strange
    for tag, attributes in parsed.elements:
        assert tag in TAGS
        if tag == "a":
            href = attributes.get("href") or "http://the sanitiser left none"
            assert re.match(r"(https?://[^/\\?#]|mailto:[^/])", href), href
            assert {**attributes, "href": href} == {"href": href, "rel": REL, "target": "_blank"}
        elif tag == "span":
            assert attributes == {"class": "mention"}
        elif tag == "ol":
            assert attributes.keys() <= {"start"}
            assert (attributes.get("start") or "1").isdigit()
        else:
            assert attributes == {}
    return parsed


def link(href: str, text: str) -> str:
    return f'<a href="{href}" target="_blank" rel="{REL}">{text}</a>'


def test_the_corpus_is_large() -> None:
    assert len(set(CORPUS)) == len(CORPUS) > 200


@pytest.mark.parametrize("body", CORPUS)
def test_nothing_of_the_corpus_becomes_more_than_text(body: str) -> None:
    assert_safe(render(body))


@pytest.mark.parametrize("target", TARGETS)
def test_bad_targets_are_no_links(target: str) -> None:
    parsed = assert_safe(render(f"[a]({target})"))
    assert parsed.text.startswith("[a](")
    links = [attributes["href"] or "" for tag, attributes in parsed.elements if tag == "a"]
    assert all(link.startswith(("http://example.org", "https://example.org")) for link in links)


@given(st.text(alphabet="aZéß水ж19 .,;!?'\"-w@:_*<&", max_size=30))
@example("Hello there, friend. Is it 10 o'clock?")
@example("2026 was 3.5 times better")
@example("1. a")
@example("a 1. is no list here. Nor - this - one, www. neither!")
def test_a_plain_text_is_shown_as_markdown_would_show_it(body: str) -> None:
    assert render(body) == by_markdown(body)


@given(st.text(max_size=300))
def test_any_text_is_safe(body: str) -> None:
    assert_safe(render(body))


@given(st.lists(st.sampled_from([*CORPUS, "[", "](", ")", "<", ">", "`", "```\n", "\n", "> ", "- ", "**"])))
def test_any_mixture_is_safe(parts: list[str]) -> None:
    assert_safe(render("".join(parts)))


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("plain", "<p>plain</p>"),
        ("**bold** and __bold__", "<p><strong>bold</strong> and <strong>bold</strong></p>"),
        ("*italic* and _italic_", "<p><em>italic</em> and <em>italic</em></p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("```py\na < b\n  c\n```", "<pre><code>a &lt; b\n  c\n</code></pre>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("> said\n\nanswer", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>answer</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("# no heading", "<p># no heading</p>"),
        ("no\n===", "<p>no<br>\n===</p>"),
        ("---", "<p>---</p>"),
        ("| a |\n|---|\n| b |", "<p>| a |<br>\n|---|<br>\n| b |</p>"),
        ("<b>no</b> &amp; no", "<p>&lt;b&gt;no&lt;/b&gt; &amp;amp; no</p>"),
        ("\\*stars\\*", "<p>*stars*</p>"),
        ("![alt](https://a.example/b.png)", f"<p>!{link('https://a.example/b.png', 'alt')}</p>"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_what_people_know(body: str, html: str) -> None:
    assert render(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("[text](https://a.example/b?c=d&e)", link("https://a.example/b?c=d&amp;e", "text")),
        ("[text](mailto:ann@a.example)", link("mailto:ann@a.example", "text")),
        ('[text](http://a.example "title")', link("http://a.example", "text")),
        ("http://a.example/b_c_d", link("http://a.example/b_c_d", "http://a.example/b_c_d")),
        ("**https://a.example**", f"<strong>{link('https://a.example', 'https://a.example')}</strong>"),
        ("(https://a.example/b).", f"({link('https://a.example/b', 'https://a.example/b')})."),
        ("https://a.example/b_(c)", link("https://a.example/b_(c)", "https://a.example/b_(c)")),
        ("<https://a.example>", link("https://a.example", "https://a.example")),
        ("https://ä.example/ö", link("https://xn--4ca.example/%C3%B6", "https://ä.example/ö")),
        ("see www.a.example/b!", f"see {link('http://www.a.example/b', 'www.a.example/b')}!"),
        ("ann@a.example.", link("mailto:ann@a.example", "ann@a.example") + "."),
        ("[http://b.example](http://a.example)", link("http://a.example", "http://b.example")),
        ("https://a.example)[b]", link("https://a.example", "https://a.example") + ")[b]"),
        ("nothttp://a.example", "nothttp://a.example"),
        ("http://", "http://"),
        ("`http://a.example`", "<code>http://a.example</code>"),
        ("a.example", "a.example"),
        ("[text](/relative)", "[text](/relative)"),
    ],
)
def test_links(body: str, html: str) -> None:
    assert render(body) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("@ann: hello", '<span class="mention">@ann</span>: hello'),
        ("@channel.", '<span class="mention">@channel</span>.'),
        ("**@ann.lee-2**", '<strong><span class="mention">@ann.lee-2</span></strong>'),
        ("(@ann,@bob)", '(<span class="mention">@ann</span>,<span class="mention">@bob</span>)'),
        ("`@ann`", "<code>@ann</code>"),
        ("a@ann", "a@ann"),
        ("@@ann", "@@ann"),
        ("@ ann", "@ ann"),
        ("[@ann](https://a.example)", link("https://a.example", "@ann")),
        ("https://a.example/@ann", link("https://a.example/@ann", "https://a.example/@ann")),
    ],
)
def test_mentions(body: str, html: str) -> None:
    assert render(body) == f"<p>{html}</p>"


@pytest.mark.parametrize("prefix", [">", "> ", "- ", "1. ", ">- "])
def test_nesting_ends(prefix: str) -> None:
    parsed = assert_safe(render(prefix * (BODY_MAX // len(prefix))))
    assert len(parsed.elements) < 100


def test_text_full_of_markup_is_shown_as_it_is() -> None:
    body = "*a* <b>\n" * 300
    parsed = assert_safe(render(body))
    assert parsed.text.replace("\n\n", "\n") == body
    assert {tag for tag, _ in parsed.elements} == {"p", "br"}


def test_code_full_of_markup_is_code() -> None:
    assert render("```\n" + "*[a](b)_\n" * 800 + "```").startswith("<pre><code>*[a](b)_\n")


WORST = [
    *("[", "*", "_", "~", "`", ">", "<", "(", "]", "\\", "&", "!", ":", "@", "-", "\n", " ", "a", "."),
    *("> ", "- ", "1. ", "**a", "~~a", "*_", "[a](", "[](", "![", "<a@", "[x](y", "[a][b", "a\n", "- a\n"),
    *("a  \n", ">a\n", "```\n", "`a`", "http://", "http://a", "://", "www.", "www.a.b ", "a@a.co ", "a@a."),
    *("a.", "a-", "@a ", "&amp;", "http://a.b/c ", "http://a.b/(", "<http://", "\\\\", "_a", "* "),
]


def spent(body: str) -> float:
    """The processor time of one rendering in seconds, the best of three."""
    best = 60.0
    for _ in range(3):
        start = time.thread_time()
        render.__wrapped__(body)
        best = min(best, time.thread_time() - start)
    return best


@pytest.mark.parametrize(
    "make",
    [
        lambda part: part * (BODY_MAX // len(part)),
        lambda part: (part * (999 // len(part))).ljust(BODY_MAX, "x"),
        lambda part: "http://a.b/" + part * (BODY_MAX // len(part) - 11),
        lambda part: "> " * 20 + part * (BODY_MAX // len(part) - 40),
    ],
)
def test_no_text_takes_long(make: object) -> None:
    slow = {part: took for part in WORST if (took := spent(make(part))) > 0.1}  # type: ignore[operator]
    assert not slow


def test_time_grows_with_the_length_only() -> None:
    for part in WORST:
        whole, half = (spent(part * (n // len(part))) for n in (BODY_MAX, BODY_MAX // 2))
        assert whole < 3 * half + 0.01, part
