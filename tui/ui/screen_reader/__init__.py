"""Interface for screen readers: lines in reading order, each written once and never moved."""
