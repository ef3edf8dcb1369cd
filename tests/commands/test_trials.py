"""The table of `unspoken bench trials` can be read whole in an ordinary terminal."""

from __future__ import annotations

import io

from rich.console import Console

from unspoken.academy.detection import proportion
from unspoken.commands.trials import figures_table
from unspoken.server.frame_figures import CellFigures


def printed(cell: CellFigures, width: int) -> str:
    paper = io.StringIO()
    Console(file=paper, width=width).print(figures_table([cell]))
    return paper.getvalue()


def test_every_figure_is_whole_in_eighty_columns() -> None:
    cell = CellFigures(
        "identify", "three_quarter", 60.0, proportion(93, 100), 4, 2, 1, proportion(70, 74),
        0.2, 12.2, 900, 0.031, (10.9, 11.1),
    )  # fmt: skip
    text = printed(cell, 80)
    for figure in ("identify, 60 Hz", "three_quarter", "93 of 100", "86-97 %", "4, 2, 1",
                   "70 of 74", "87-98 %", "0.2, 12.2", "10.9-11.1"):  # fmt: skip
        assert figure in text
    assert "…" not in text


def test_a_cell_without_targets_says_none() -> None:
    cell = CellFigures(
        "spot", "plain", 60.0, proportion(3, 3), 0, 0, 0, proportion(0, 0), None, None,
        9, 0.03, (0.0, 0.1),
    )  # fmt: skip
    text = printed(cell, 80)
    assert "none" in text
    assert "3 of 3" in text
