"""A link as a QR code in half blocks, for the camera of a phone."""

from __future__ import annotations

from itertools import zip_longest

from textual.content import Content

_QUIET_MODULES = 2
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def qr_code(link: str) -> Content | None:
    """The code, to be shown dark on light; None if the link is too long for any.

    Every character is one module wide and two high, the quiet zone included.
    """
    import segno  # here, since few ever ask for it

    try:
        code = segno.make_qr(link, error="l", boost_error=False)
    except segno.DataOverflowError:
        return None
    rows = [tuple(row) for row in code.matrix_iter(border=_QUIET_MODULES)]
    blank = (0,) * len(rows[0])
    return Content(
        "\n".join(
            "".join(_HALVES[bool(top), bool(bottom)] for top, bottom in zip(*pair, strict=True))
            for pair in zip_longest(rows[::2], rows[1::2], fillvalue=blank)
        )
    )
