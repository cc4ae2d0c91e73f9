"""Measure speed and memory against their budgets, and print one table.

python -m tests.bench [NAME ...] [--runs N] [--smoke] [--strict]
"""

from __future__ import annotations

import argparse
import sys

from tests.bench.figures import Scale, table
from tests.bench.run import MODULES, all_figures


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MODULES)}")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("--smoke", action="store_true", help="only to see that it runs")
    parser.add_argument("--strict", action="store_true", help="exit 1 if a budget is not kept")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(MODULES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    scale = Scale(smoke=asked.smoke, runs=asked.runs)
    figures = list(all_figures(asked.names or list(MODULES), scale))
    print(table(figures))
    return int(asked.strict and any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
