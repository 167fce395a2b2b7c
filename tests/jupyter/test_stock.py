"""Lessons under the stock `evcxr_jupyter`: one session, one build of the runtime.

The lessons whose metadata say `"cuaderno": {"stock": true}` are run here, so in every `cargo verify`;
`CUADERNO_STOCK=all` runs every notebook. With `-s` a line is printed for each.
"""

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest
from stock import PROGRAM, Stock

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "lessons").glob("*.ipynb"))


def is_marked(path):
    return nbformat.read(path, as_version=4).metadata.get("cuaderno", {}).get("stock", False)


CHOSEN = [p for p in NOTEBOOKS if os.environ.get("CUADERNO_STOCK") == "all" or is_marked(p)]


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    build = "cargo build -p cuaderno-kernel --example stock"
    assert PROGRAM.exists(), f"{PROGRAM} is missing; cargo verify test builds it, and so does: {build}"
    stock = Stock(tmp_path_factory.mktemp("stock"))
    print(f"\nthe runtime was compiled in {stock.preparation.seconds:.1f} s")
    yield stock
    stock.close()


def test_the_runtime_compiles_by_dep(stock):
    assert not stock.preparation.failed, stock.preparation


def test_cells_share_the_state_of_the_runtime(stock):
    """Linked statically, every cell had its own seed, and nodes of two cells the same numbers."""
    stock.cell("manual_seed(3);")
    apart = stock.cell("randn(&[3]).to_vec()").shown["text/plain"]
    together = stock.cell("manual_seed(3); randn(&[3]).to_vec()").shown["text/plain"]
    assert apart == together
    stock.cell("let w = ones(&[2]).requires_grad();")
    stock.cell("let b = ones(&[3, 1]).requires_grad();")
    stock.cell("let z = &w * 2.0 + &b;")
    stock.cell("(&z * 3.0).sum().backward();")
    assert stock.cell("w.grad().to_vec()").shown["text/plain"] == "[18.0, 18.0]"
    assert stock.cell("b.grad().to_vec()").shown["text/plain"] == "[6.0, 6.0, 6.0]"


def test_a_cell_shows_all_that_it_has_to_show(stock):
    one = stock.cell("Figure::new().line([0.0, 1.0], [0.0, 1.0]).title(\"alone\")")
    assert ElementTree.fromstring(one.shown["image/svg+xml"]).tag.endswith("svg")
    two = stock.cell(
        "display(&tensor([[1.5]]));\n"
        "display(&Figure::new().line([0.0, 1.0], [0.0, 1.0]).title(\"second\"));\n"
        "iris()"
    )
    html = two.shown["text/html"]
    places = [html.index(part) for part in ("1.5", "data:image/svg+xml;base64", "sepal")]
    assert places == sorted(places), html
    assert len(two.shown["text/plain"].splitlines()) > 2
    # The next cell starts anew.
    assert "text/html" not in stock.cell('display(&"alone again");').shown


def test_what_changes_is_shown_at_its_end(stock):
    cell = stock.cell(
        'let handle = DisplayHandle::show(&"first");\nhandle.update(&"last");\ndrop(handle);'
    )
    assert cell.shown == {"text/plain": "last"}


def test_a_mistake_names_shapes(stock):
    cell = stock.cell("zeros(&[2, 3]).matmul(&zeros(&[2, 3]))", meant_to_fail=True)
    assert cell.failed and not cell.refused
    assert "panicked" in cell.stderr and "[2, 3]" in cell.stderr, cell


def test_there_are_marked_lessons():
    assert any(is_marked(path) for path in NOTEBOOKS)


@pytest.mark.parametrize("path", CHOSEN, ids=lambda path: path.stem)
def test_a_lesson_runs_whole(path, stock):
    cells = stock.notebook(path)
    seconds = sum(cell.seconds for cell in cells)
    drawings = [cell.shown["image/svg+xml"] for cell in cells if "image/svg+xml" in cell.shown]
    print(f"{path.stem}: {len(cells) - 1} cells, {seconds:.1f} s, {len(drawings)} pictures")
    for number, cell in enumerate(cells):
        assert cell.failed == cell.meant_to_fail, f"code cell {number}:\n{cell}"
    assert drawings, "no cell shows a picture"
    for drawing in drawings:
        assert ElementTree.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"
