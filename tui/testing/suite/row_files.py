"""Rows of a file: CSV with a header, or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

_FIELD_LIMIT = 10_000_000


def csv_rows(text: str) -> Iterator[dict[str, object]]:
    """Yield the rows of CSV with a header; all cells are text. Raises ``ValueError``."""
    csv.field_size_limit(_FIELD_LIMIT)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = next(reader, [])
        if len(set(header)) != len(header) or not all(header):
            raise ValueError("the first line must name each column, once")
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                text = f"line {reader.line_num} has {len(row)} cells, not {len(header)}"
                raise ValueError(text)
            yield dict(zip(header, row, strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from None


def json_rows(text: str) -> Iterator[dict[str, object]]:
    """Yield the objects of JSON lines. Raises ``ValueError``."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise ValueError(f"line {number} isn't JSON") from None
        if not isinstance(row, dict):
            raise ValueError(f"line {number} isn't a JSON object")
        yield row
