# SPDX-License-Identifier: BSD-2-Clause-Patent
"""docs/BENCHMARKS.md: a section for each thing that is measured, which is written anew when it was measured."""

from datetime import datetime, timezone

from harness.settings import ROOT

_PAGE = ROOT / "docs" / "BENCHMARKS.md"
_HEAD = "# Benchmarks\n\nWritten by `make bench`.\n"
_MARK = "\n## "


def put(title: str, lines: list[str]) -> None:
    """The other sections stay as they are; a new one comes last."""
    head, *sections = (_PAGE.read_text() if _PAGE.exists() else _HEAD).rstrip("\n").split(_MARK)
    today = f"{datetime.now(timezone.utc):%Y-%m-%d}"
    new = "\n".join([title, "", f"Measured {today}.", "", *lines]).rstrip("\n") + "\n"
    titles = [section.partition("\n")[0] for section in sections]
    if title in titles:
        sections[titles.index(title)] = new
    else:
        sections.append(new)
    _PAGE.write_text(_MARK.join([head, *(section.rstrip("\n") + "\n" for section in sections)]))
