"""Every lesson runs whole, as it is in git, in our kernel, and its exercises tell right from wrong.

A lesson's exercises are pairs of cells, `ex-NAME` to be changed and `check-NAME` after it, and
`lessons/solutions/<lesson>.toml` holds a solution and wrong solutions of each: see
lessons/README.md. They are tried in the session that has run the lesson, as a student would.
"""

import copy
import re
from pathlib import Path

import nbformat
import pytest
from client import KERNEL
from nbclient import NotebookClient
from nbconvert.exporters import ScriptExporter

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11; JupyterLab brings it there
    import tomli as tomllib

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


def tags(cell):
    return cell.metadata.get("tags", [])


def exercises(notebook):
    """Exercise and check cell of each exercise, by its name."""
    cells = notebook.cells
    pairs = {}
    for cell, following in zip(cells, cells[1:]):
        if "exercise" in tags(cell):
            name = cell.id.removeprefix("ex-")
            assert cell.id == f"ex-{name}" and following.id == f"check-{name}", cell.id
            assert "check" in tags(following), f"{following.id} has no tag `check`"
            pairs[name] = (cell, following)
    return pairs


def solutions(path):
    file = path.parent / "solutions" / f"{path.stem}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def verdict(cell):
    """What a check cell has printed; its error if it failed."""
    printed = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")
    errors = "".join("\n".join(o.traceback) for o in cell.outputs if o.output_type == "error")
    return (printed + errors).strip()


class Attempt:
    """What a check said about one way to fill in an exercise's cell."""

    def __init__(self, code, verdict, says=None):
        self.code = code
        self.verdict = verdict
        self.says = says

    def __repr__(self):
        return f"{self.code}\n  was judged: {self.verdict}\n  expected: {self.says}"


class Session:
    """A lesson that has run, in a kernel that then tries every solution of its exercises."""

    def __init__(self, path, folder):
        self.notebook = copy.deepcopy(nbformat.read(path, as_version=4))
        self.right = {}
        self.wrong = {}
        self.client = NotebookClient(
            self.notebook,
            timeout=300,
            startup_timeout=300,
            kernel_name=KERNEL,
            allow_errors=True,
            resources={"metadata": {"path": str(folder)}},
        )
        with self.client.setup_kernel():
            for index, cell in enumerate(self.notebook.cells):
                self.client.execute_cell(cell, index)
            finished = copy.deepcopy(self.notebook)
            for name, answers in solutions(path).items():
                if name in exercises(self.notebook):
                    wrong = answers.get("wrong", [])
                    self.wrong[name] = [self.attempt(name, w["code"], w["says"]) for w in wrong]
                    self.right[name] = self.attempt(name, answers["solution"])
        self.notebook = finished

    def attempt(self, name, code, says=None):
        """Runs an exercise's cell with `code` in it, and its check."""
        for index, cell in enumerate(self.notebook.cells):
            if cell.id == f"ex-{name}":
                cell.source = code
                self.client.execute_cell(cell, index)
                failed = [o for o in cell.outputs if o.output_type == "error"]
                if failed:
                    return Attempt(code, "the exercise's cell failed: " + verdict(cell), says)
            if cell.id == f"check-{name}":
                self.client.execute_cell(cell, index)
                return Attempt(code, verdict(cell), says)
        raise AssertionError(f"no check for {name}")


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Each lesson is run once, in a folder of its own."""
    done = {}

    def of(path):
        if path not in done:
            done[path] = Session(path, tmp_path_factory.mktemp(path.stem))
        return done[path]

    return of


@pytest.fixture
def executed(session):
    return lambda path: session(path).notebook


@lessons
def test_a_lesson_runs_whole(path, executed):
    for number, cell in enumerate(code_cells(executed(path)), 1):
        errors = [o for o in cell.outputs if o.output_type == "error"]
        meant = "raises-exception" in tags(cell)
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


@lessons
def test_exercises_are_complete(path):
    notebook = nbformat.read(path, as_version=4)
    pairs, answers = exercises(notebook), solutions(path)
    assert sorted(pairs) == sorted(answers), "each exercise has a solution, and no other is there"
    numbered = [int(n) for c in notebook.cells for n in re.findall(r"^\*\*(\d+)\.\*\*", c.source, re.M)]
    assert numbered == list(range(1, len(pairs) + 1)), "the exercises are numbered in their order"
    for name, (cell, check) in pairs.items():
        hint = notebook.cells[notebook.cells.index(check) + 1]
        assert "TODO" in cell.source, f"{name}: nothing says where to write"
        assert hint.source.startswith("<details><summary>Hint</summary>\n\n"), f"{name}: no hint"
        assert answers[name]["solution"].strip() not in cell.source + check.source + hint.source
        assert answers[name].get("wrong"), f"{name}: no wrong solution"


@lessons
def test_a_check_refuses_the_unsolved_cell(path, session):
    for name, (_, check) in exercises(session(path).notebook).items():
        assert verdict(check).startswith("not yet: "), f"{name}: {verdict(check)}"


@lessons
def test_a_check_accepts_the_solution(path, session):
    for name, attempt in session(path).right.items():
        assert attempt.verdict.startswith("right"), f"{name}: {attempt}"


@lessons
def test_a_check_says_what_is_wrong(path, session):
    for name, attempts in session(path).wrong.items():
        for attempt in attempts:
            assert attempt.verdict.startswith("not yet: "), f"{name}: {attempt}"
            assert attempt.says in attempt.verdict, f"{name}: {attempt}"
