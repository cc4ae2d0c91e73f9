from __future__ import annotations

import pytest
from pydantic import SecretStr

from tui.auth.redirect import Accepted, Denied, Expected, query_of, read_answer
from tui.core.account import LoginProblem

STATE = "s" * 43
ISSUER = "https://id.example"
REDIRECT = "http://127.0.0.1:8763/callback"
EXPECTED = Expected(SecretStr(STATE), ISSUER, issuer_required=False)


def read(query: str, expected: Expected = EXPECTED) -> Accepted | Denied:
    return read_answer(query, expected)


@pytest.mark.parametrize("more", ["", f"&iss={ISSUER}", "&unknown=1&unknown=2", "&iss="])
def test_a_redirect_with_code_and_state_is_accepted(more: str):
    assert read(f"code=c0de&state={STATE}{more}") == Accepted(SecretStr("c0de"))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "isn't a sign-in redirect"),
        ("code=c0de", "isn't a sign-in redirect"),
        ("code=c0de&state=", "another sign-in"),
        (f"code=c0de&state={'t' * 43}", "another sign-in"),
        (f"code=c0de&state={STATE}x", "another sign-in"),
        ("code=c0de&state=é", "another sign-in"),
        (f"code=c0de&state=other&state={STATE}", "another sign-in"),
        (f"code=c0de&state={STATE}&state={STATE}", "duplicate"),
        (f"code=c0de&code=d1de&state={STATE}", "duplicate"),
        (f"error=a&error=b&state={STATE}", "duplicate"),
        (f"code=c0de&error=access_denied&state={STATE}", "both"),
        (f"state={STATE}", "neither"),
        (f"code=&state={STATE}", "neither"),
        (f"code=c0de&state={STATE}&iss=https://evil.example", "a different identity service"),
        (f"code=c0de&state={STATE}&iss={ISSUER}/", "a different identity service"),
        (
            f"error=access_denied&state={STATE}&iss=https://evil.example",
            "a different identity service",
        ),
        (f"code=%zz&state={STATE}", "Couldn't read"),
        (f"code=%ff&state={STATE}", "Couldn't read"),
        (f"code={'c' * 20_000}&state={STATE}", "Couldn't read"),
        ("&".join(f"a{n}=1" for n in range(60)) + f"&code=c&state={STATE}", "Couldn't read"),
    ],
)
def test_any_other_redirect_is_ignored(query: str, says: str):
    with pytest.raises(LoginProblem, match=says):
        read(query)


def test_a_promised_issuer_parameter_must_be_in_the_redirect():
    strict = Expected(SecretStr(STATE), ISSUER, issuer_required=True)
    with pytest.raises(LoginProblem, match="a different identity service"):
        read(f"code=c0de&state={STATE}", strict)
    assert read(f"code=c0de&state={STATE}&iss={ISSUER}", strict) == Accepted(SecretStr("c0de"))


def test_without_discovery_any_issuer_is_accepted():
    loose = Expected(SecretStr(STATE), None, issuer_required=False)
    assert isinstance(read(f"code=c&state={STATE}&iss=https://who.example", loose), Accepted)


def test_access_denied_counts_only_with_our_state_and_is_sanitized():
    with pytest.raises(LoginProblem):
        read("error=access_denied&state=old")
    words = "no%1b%5b31m+way%0a" + "x" * 900
    denied = read(f"error=access_denied&error_description={words}&state={STATE}")
    assert isinstance(denied, Denied)
    problem = denied.problem()
    assert "denied" in str(problem)
    assert problem.sentence().isprintable()
    assert len(problem.sentence()) < 500


def test_other_redirect_errors_are_reported():
    denied = read(f"error=invalid_scope&state={STATE}")
    assert isinstance(denied, Denied)
    assert "invalid_scope" in str(denied.problem())
    assert "openid profile email" in denied.problem().hint


@pytest.mark.parametrize(
    "pasted",
    [
        f"{REDIRECT}?code=c&state=s",
        f"  {REDIRECT}?code=c\n   &state=s \n",
        f"<{REDIRECT}?code=c&state=s>",
        f"'{REDIRECT}?code=c&state=s#'",
        "127.0.0.1:8763/callback?code=c&state=s",
        "?code=c&state=s",
        "code=c&state=s",
        "code=c&state=s#_=_",
        "/callback?code=c&state=s",
    ],
)
def test_the_redirect_url_or_its_query_can_be_pasted(pasted: str):
    assert query_of(pasted, REDIRECT) == "code=c&state=s"


def test_an_issuer_in_a_pasted_query_is_no_url():
    query = "code=c&state=s&iss=https://id.example?x"
    assert query_of(query, REDIRECT) == query


@pytest.mark.parametrize(
    "pasted",
    [
        "https://id.example/authorize?code=c&state=s",
        "http://127.0.0.1:8763/callback/?code=c&state=s",
        "http://localhost:8763/callback?code=c&state=s",
        "http://127.0.0.1:8763@evil.example/callback?code=c",
        "evil.example/callback?code=c&state=s",
        "x" * 20_000,
    ],
)
def test_another_pasted_url_is_rejected(pasted: str):
    with pytest.raises(LoginProblem) as caught:
        query_of(pasted, REDIRECT)
    assert caught.value.hint
