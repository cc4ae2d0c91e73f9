"""Where a line of text may be broken: a small part of UAX #14."""

from __future__ import annotations

import re

_EAST_ASIAN = (
    "\u2e80-\u2fdf\u3003-\u3007\u3012-\u3013\u3020-\u3029\u3030-\u30ff\u31c0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
_WIDE_OPENING = (
    "\u3008\u300a\u300c\u300e\u3010\u3014\u3016\u3018\u301a\u301d\uff08\uff3b\uff5b\uff5f\uff62"
)
_OPENING = f"(\\[{{\u2018\u201c{_WIDE_OPENING}"
# Closing punctuation, small kana, and marks that belong to the character before them.
_CLOSING = (
    ",.:;!?%)\\]}\u2019\u201d\u2026\u3001\u3002\u3005\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u3019"
    "\u301b\u301e\u301f\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e\u3099-\u309e\u30a1"
    "\u30a3\u30a5\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7\u30ee\u30f5\u30f6\u30fb-\u30fe\uff01\uff05\uff09"
    "\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d\uff60\uff61\uff63-\uff65\uff67-\uff70\uff9e\uff9f"
    "\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef"
)

UNIT = re.compile(
    f" *(?:[{_OPENING}]*[{_EAST_ASIAN}][{_CLOSING}]*"
    f"|[{_WIDE_OPENING}]*[^ \u200b{_EAST_ASIAN}{_WIDE_OPENING}]+\u200b*"
    f"|[{_WIDE_OPENING}\u200b]+)"
)
"""What is not broken: a word, or an ideograph or kana with its punctuation; spaces before it."""
