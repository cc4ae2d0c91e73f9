from __future__ import annotations

import re

from pydantic import SecretStr

from tui.auth.login import challenge_for, new_secret


def test_the_pkce_challenge_is_that_of_rfc_7636_appendix_b():
    verifier = SecretStr("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge_for(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_pkce_verifier_has_256_random_bits_in_unreserved_characters():
    first, second = new_secret().get_secret_value(), new_secret().get_secret_value()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", first)
    assert first != second
