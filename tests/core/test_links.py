"""Host shown for a link: the one a browser connects to.

``node`` stands for the browser: its ``URL`` implements the URL Standard.
"""

# ruff: noqa: E501, RUF001

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.core.links import link_host, terminal_link

_SCRIPT = Path(__file__).with_name("links.mjs")

GOOD, EVIL = "login.workato.com", "evil.example"

OFFERED = {
    "https://id.example.com/x": "id.example.com",
    "HTTPS://ID.Example.COM": "id.example.com",
    "http://localhost:8080/": "localhost:8080",
    "https://example.com:443/": "example.com",
    "http://example.com:080/": "example.com",
    "http://example.com:443/": "example.com:443",
    "https://example.com?a=https://b@c": "example.com",
    "https://example.com#@evil": "example.com",
    "https://example.com/a@b:c": "example.com",
    "https://example.com./": "example.com.",
    "https://a_b.example.com/": "a_b.example.com",
    "https://10.0.0.1:8443/": "10.0.0.1:8443",
    "https://[::1]:8443/": "[::1]:8443",
    "https://[2001:DB8:0:0:1:0:0:1]/": "[2001:db8::1:0:0:1]",
    "https://[::ffff:10.1.2.3]/": "[::ffff:a01:203]",
    "https://\u0430pple.example/": "xn--pple-43d.example",
    "https://bücher.example/ä?ö#ü": "xn--bcher-kva.example",
    "https://xn--fa-hia.example/": "xn--fa-hia.example",
    "https://xn--bcher-kva.example/": "xn--bcher-kva.example",
    "https://例え.テスト/": "xn--r8jz45g.xn--zckzah",
}

BETWEEN = (
    "\\", "\\\\", "\\@", "@", "%40", "%5C@", ":@", ":80@", ":80\\@", "/\\@", "#@", "?@", "%2F@",
    "%23@", "%00@", "%09", "\t", "\n", "\r", " ", "%20@", "\u2044", "\u2215", "\uff0f@", "\uff3c@",
    "\uff20", "\ufe6b", "\u3002", "\uff0e", "\uff61", "\u00ad", "\u200b", "\u200d", "\u2028",
    "\u202e", ";", ",", "|", "^", "<", ">", "\"", "'", "`", "{", "}", "~", "!", "$", "&", "(", ")",
    "*", "+", "=", "[", "]", "..", ".@", "-", "_", "%2E", "%", "%zz", "\x00", "\x7f", "\x85", "\xa0",
)  # fmt: skip
HOSTS = (
    "127.1", "2130706433", "0x7f.1", "0x7f000001", "017700000001", "0177.0.0.1", "127.0.0.1.",
    "1.2.3", "1.2.3.4.5", "1.2.3.256", "256", "0x", "a.0x", "a.1", "1.a", "１２７.0.0.1", "①.com",
    "[::1", "::1]", "[::1%25eth0]", "[::1%eth0]", "[v1.a]", "[1:2:3]", "[::127.1]", "[]", "[::]",
    "[0:0:0:0:0:0:0:1]", "[1::2::3]", "[::ffff:127.0.0.1]", "[::FFFF:7f00:1]", "[1:0:0:2:0:0:0:3]",
    "xn--", "xn--a", "xn--ls8h.la", "xn--a-0.com", "xn--zzzzzz", "XN--BCHER-KVA.example", "xn--80ak6aa92e.com",
    "a..b", ".a", "a.", "a..", "-a-", "_a", "a" * 64, "a." * 130 + "b", "ab--c.d", "*.a", "a*b",
    "ⓔⓥⓘⓛ.example", "ﬁ.com", "ſ.com", "K.com", "İ.com", "ß", "ς.com", "☃.net", "💩.la", "a\u0338b.c",
    "\u05d0a.com", "a\u05d0.com", "\u0661.com", "１.２.３.４", "%61.com", "%E2%98%83.net", "a%2eb", "a%00b",
)  # fmt: skip
SHAPES = (
    "https:{0}", "https:/{0}", "https:///{0}", "https:\\\\{0}", "https:/\\{0}", "https:\\/{0}",
    "//{0}", "\\\\{0}", " https://{0}", "https://{0} ", "https ://{0}", "ht\ttps://{0}", "https://\t{0}",
    "\x01https://{0}", "javascript://{0}/%0aalert(1)", "javascript:alert(1)//https://{0}", "file://{0}",
    "ftp://{0}", "ws://{0}", "data:text/html,https://{0}", "blob:https://{0}", "view-source:https://{0}",
    "https://{0}:", "https://{0}:/", "https://{0}:0", "https://{0}:65535", "https://{0}:65536",
    "https://{0}:-1", "https://{0}:٣", "https://{0}:8０", "https://{0}:80:80", "https://{0}:80a", "https://{0}:+80",
    "https://{0}:0000443", "https://u@{0}", "https://u:p@{0}", "https://@{0}", "https://:@{0}", "https://u@v@{0}",
    "https://{0}/..\\..", "https://{0}/\\evil", "https://{0}?\\", "https://{0}#\\", "httpſ://{0}", "http:s://{0}",
    "https://{0}/\u202e", "https://{0}/ä", "https://{0}/%zz", "https://{0}/<b>", "feed:https://{0}",
)  # fmt: skip

HOSTILE = [
    *(f"https://{EVIL}{middle}{GOOD}/oauth" for middle in BETWEEN),
    *(f"https://{EVIL}{middle}.{GOOD}/" for middle in BETWEEN),
    *(f"https://{host}/" for host in HOSTS),
    *(f"http://{GOOD}@{host}:80/" for host in HOSTS),
    *(shape.format(GOOD) for shape in SHAPES),
]


@pytest.fixture(scope="module")
def node() -> str:
    """Part of what a developer and CI need; a machine without it fails here."""
    found = shutil.which("node")
    assert found, "These tests need Node (apt-get install nodejs)."
    return found


def in_browser(node: str, urls: list[str]) -> list[str | None]:
    """The host that the URL Standard finds in each."""
    done = subprocess.run(
        [node, str(_SCRIPT)],
        input=json.dumps(urls),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    hosts: list[str | None] = json.loads(done.stdout)
    return hosts


def differing(node: str, urls: list[str]) -> list[tuple[str, str | None, str | None]]:
    """Those that are offered with another host than a browser's: URL, ours, the browser's."""
    pairs = zip(urls, in_browser(node, urls), strict=True)
    read = [(url, link_host(url), browser) for url, browser in pairs]
    return [entry for entry in read if entry[1] is not None and entry[1] != entry[2]]


@pytest.mark.parametrize("url", OFFERED)
def test_an_ordinary_url_has_a_host(url: str) -> None:
    assert link_host(url) == OFFERED[url]


def test_ordinary_urls_have_the_same_host_as_in_a_browser(node: str) -> None:
    assert in_browser(node, list(OFFERED)) == list(OFFERED.values())


def test_no_hostile_url_is_shown_with_another_host_than_in_a_browser(node: str) -> None:
    assert len(set(HOSTILE)) >= 200
    assert differing(node, HOSTILE) == []


@pytest.mark.parametrize(
    "url",
    [
        f"https://{EVIL}\\@{GOOD}/oauth",
        f"https://{EVIL}:80\\@{GOOD}/",
        f"https://{EVIL}\\.{GOOD}/",
        f"https://{GOOD}@{EVIL}/",
        f"https://{GOOD}:x@{EVIL}/",
        f"https://@{EVIL}/",
        f"https://{EVIL}%2F@{GOOD}/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1",
        "https://x:99999/",
        "https://x.example/\x1b[2J",
        "https://x.example/a b",
        "https:/x.example/",
        "https://faß.example/",
        "https://ＥＸＡＭＰＬＥ.com/",
        "https://例え。テスト/",
        "https://Ⴀ.example/",
        "ftp://x.example/",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_ambiguous_url_has_no_host(url: str) -> None:
    assert link_host(url) is None


def test_all_url_separators_agree_with_a_browser(node: str) -> None:
    pieces = ("", "/", "\\", "@", ":", "?", "#", "%", ".", "[", "]", "a", "1", "\t", "：", "。")
    urls = [
        f"https:{''.join(start)}{EVIL}{''.join(middle)}{GOOD}"
        for start in (("/", "/"), ("/",), ("\\", "/"), ("/", "/", "/"))
        for middle in itertools.product(pieces, repeat=3)
    ]
    assert differing(node, urls) == []


# Python and Node need not have the same edition of Unicode; what both know is old enough.
LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cn", "Co", "Cs"), max_codepoint=0x1FFFF
).filter(lambda letter: unicodedata.ucd_3_2_0.category(letter) != "Cn")
PARTS = st.one_of(
    st.sampled_from([GOOD, EVIL, *BETWEEN, *HOSTS]),
    st.text(st.one_of(LETTERS, st.sampled_from("abcxn-.01:@/\\[]%_")), max_size=8),
)
URLS = st.builds(
    "{}{}".format,
    st.sampled_from(["https://", "http://", "HTTPS://", "https:", "//", ""]),
    st.lists(PARTS, max_size=5).map("".join),
)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(URLS, min_size=20, max_size=100))
def test_generated_urls_agree_with_a_browser(node: str, urls: list[str]) -> None:
    assert differing(node, urls) == []


@given(st.text())
def test_any_text_is_a_url_or_none(text: str) -> None:
    host = link_host(text)
    assert host is None or (host.isascii() and host.isprintable() and "@" not in host)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://acme.example/a?b=1;c#d", "https://acme.example/a?b=1;c#d"),
        ("https://acme.example/caf\u00e9", "https://acme.example/caf%C3%A9"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("https://b\u00fccher.example/", None),
        ("https://acme.example@evil.example/", None),
        ("https://evil.example\\@acme.example/", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("mailto:jo@acme.example", None),
        ("https://acme.example/\x1b]8;;https://evil.example\x07", None),
        ("https://acme.example/\x9c", None),
        ("https://acme.example/" + "a" * 2_000, None),
    ],
)
def test_a_terminal_gets_only_addresses_that_cannot_be_read_in_two_ways(
    url: str, link: str | None
) -> None:
    assert terminal_link(url) == link


@given(st.text())
def test_a_link_for_the_terminal_has_the_host_that_is_shown(text: str) -> None:
    for url in (text, f"https://acme.example/{text}", f"https://{text}.example/"):
        link = terminal_link(url)
        assert link is None or (
            link.isascii()
            and link.isprintable()
            and " " not in link
            and link_host(link) == link_host(url)
        )
