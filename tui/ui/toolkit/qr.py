"""Link as a QR code in half blocks, for the camera of a phone."""

from __future__ import annotations

from itertools import zip_longest

from textual.app import ComposeResult
from textual.containers import Center
from textual.content import Content
from textual.widgets import Static

_QUIET_MODULES = 2
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
_CHROME_CELLS = 6
_CHROME_LINES = 9


class QrPanel(Center):
    """Panel that shows the link of a modal as a code while the modal has the class ``-qr``."""

    def compose(self) -> ComposeResult:
        yield Static()

    def show(self, link: str) -> str:
        """Draw the code of a link; return the obstacle as a sentence, or an empty string."""
        code = qr_code(link)
        if code is None:
            return "The link is too long for a QR code."
        lines = code.plain.split("\n")
        columns, rows = len(lines[0]) + _CHROME_CELLS, len(lines) + _CHROME_LINES
        width, height = self.app.size
        if columns > width or rows > height:
            return (
                f"The QR code needs at least {columns} columns and {rows} rows. Enlarge the "
                f"terminal."
            )
        self.query_one(Static).update(code)
        return ""


def qr_code(link: str) -> Content | None:
    """Return the code, dark on light; None if the link is too long for any.

    Every character is one module wide and two high, the quiet zone included.
    """
    import segno  # imported here because it is rarely used

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
