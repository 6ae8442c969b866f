"""The version of s2sad that is installed."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    try:
        return metadata.version("s2sad")
    except metadata.PackageNotFoundError:
        return "(not installed)"
