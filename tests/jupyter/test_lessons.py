"""Every lesson runs whole, as it is in git, in our kernel."""

import copy
from pathlib import Path

import nbformat
import pytest
from client import KERNEL
from nbclient import NotebookClient
from nbconvert.exporters import ScriptExporter

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
NOTEBOOKS = sorted(LESSONS.glob("*.ipynb"))
lessons = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_lessons():
    assert NOTEBOOKS, f"no notebook in {LESSONS}"


@lessons
def test_a_lesson_is_stored_clean(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert notebook.nbformat == 4 and notebook.nbformat_minor >= 5, "cells have ids"
    spec = notebook.metadata.kernelspec
    assert (spec.name, spec.display_name, spec.language) == ("cuaderno", "Rust (Cuaderno)", "rust")
    assert notebook.metadata.language_info.name == "rust"
    for number, cell in enumerate(code_cells(notebook), 1):
        assert cell.outputs == [], f"code cell {number} is stored with outputs"
        assert cell.execution_count is None, f"code cell {number} is stored with a count"
    assert code_cells(notebook), "a lesson has code"
    assert notebook.cells[0].cell_type == "markdown" and notebook.cells[0].source.startswith("# ")


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Executes each lesson once, in a copy of its folder."""
    done = {}

    def execute(path):
        if path not in done:
            notebook = copy.deepcopy(nbformat.read(path, as_version=4))
            client = NotebookClient(
                notebook,
                timeout=300,
                startup_timeout=300,
                kernel_name=KERNEL,
                allow_errors=True,
                resources={"metadata": {"path": str(tmp_path_factory.mktemp(path.stem))}},
            )
            client.execute()
            done[path] = notebook
        return done[path]

    return execute


@lessons
def test_a_lesson_runs_whole(path, executed):
    for number, cell in enumerate(code_cells(executed(path)), 1):
        errors = [o for o in cell.outputs if o.output_type == "error"]
        meant = "raises-exception" in cell.metadata.get("tags", [])
        assert bool(errors) == meant, (
            f"code cell {number}:\n{cell.source}\n" + "\n".join(errors[0].traceback if errors else [])
        )
        assert cell.execution_count == number


@lessons
def test_a_finished_lesson_holds_only_final_states(path, executed):
    for cell in code_cells(executed(path)):
        ids = [
            output.metadata.get("display_id") for output in cell.outputs if "metadata" in output
        ]
        named = [i for i in ids if i is not None]
        assert len(named) == len(set(named))
        for output in cell.outputs:
            if output.output_type == "stream":
                assert not output.text.startswith("\r"), output.text[:200]
        nbformat.validate(executed(path))


@lessons
def test_a_lesson_exports_as_rust(path, executed):
    source, resources = ScriptExporter().from_notebook_node(executed(path))
    assert resources["output_extension"] == ".rs"
    assert code_cells(executed(path))[0].source.splitlines()[0] in source
