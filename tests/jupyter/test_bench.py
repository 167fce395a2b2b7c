"""The cells that `cargo bench-cells` times run, so that a change of the runtime does not end it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from cells import CELLS  # noqa: E402


def test_every_timed_cell_runs(kernel):
    for cell in CELLS:
        kernel.ok(cell)
