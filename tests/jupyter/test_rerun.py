"""Section 4 of issue 2: every cell can be run again, changed or not, in any order.

JupyterLab and VS Code send a cell's id in `metadata.cellId`; nbclient and consoles do not.
"""

import itertools
import uuid

import pytest


class Notebook:
    """Cells with ids, as JupyterLab runs them."""

    def __init__(self, kernel, **cells):
        self.kernel = kernel
        self.sources = cells
        self.ids = {name: str(uuid.uuid4()) for name in cells}

    def run(self, *names):
        for name in names:
            execution = self.kernel.ok(self.sources[name], cell=self.ids[name])
        return execution.result

    def fails(self, name):
        return self.kernel.fails(self.sources[name], cell=self.ids[name])


# name: (cells that come first, the cell, a use, its result, the changed cell, the new result)
ITEMS = {
    "struct": (
        [],
        "#[derive(Debug)]\nstruct {N} { x: i32 }",
        "std::mem::size_of::<{N}>()",
        "4",
        "#[derive(Debug)]\nstruct {N} { x: i64 }",
        "8",
    ),
    "struct and impl": (
        [],
        "struct {N} { x: i32 }\nimpl {N} { fn get(&self) -> i32 { self.x } }",
        "{N} { x: 1 }.get()",
        "1",
        "struct {N} { x: i32 }\nimpl {N} { fn get(&self) -> i32 { self.x + 10 } }",
        "11",
    ),
    "impl": (
        ["struct {N} { x: i32 }"],
        "impl {N} { fn get(&self) -> i32 { self.x } }",
        "{N} { x: 1 }.get()",
        "1",
        "impl {N} { fn get(&self) -> i32 { self.x + 10 } fn more(&self) {} }",
        "11",
    ),
    "trait": (
        [],
        "trait {N} { fn name_{N}(&self) -> i32 { 1 } }\nimpl {N} for u8 {}",
        "5u8.name_{N}()",
        "1",
        "trait {N} { fn name_{N}(&self) -> i32 { 2 } }\nimpl {N} for u8 {}",
        "2",
    ),
    "trait impl": (
        ["trait {N} { fn area(&self) -> i32; }", "struct Square{N}(i32);"],
        "impl {N} for Square{N} { fn area(&self) -> i32 { self.0 * self.0 } }",
        "Square{N}(3).area()",
        "9",
        "impl {N} for Square{N} { fn area(&self) -> i32 { self.0 * 2 } }",
        "6",
    ),
    "impl of a std trait": (
        ["struct {N};"],
        'impl std::fmt::Display for {N} {\n    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { write!(f, "old") }\n}',
        "{N}.to_string()",
        '"old"',
        'impl std::fmt::Display for {N} {\n    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { write!(f, "new") }\n}',
        '"new"',
    ),
    "generic impl": (
        ["struct {N}<T>(T);"],
        "impl<T: Clone> {N}<T> { fn twice(&self) -> (T, T) { (self.0.clone(), self.0.clone()) } }",
        "{N}(1).twice()",
        "(1, 1)",
        "impl<T: Clone> {N}<T> { fn twice(&self) -> [T; 2] { [self.0.clone(), self.0.clone()] } }",
        "[1, 1]",
    ),
    "fn": ([], "fn {n}() -> i32 { 1 }", "{n}()", "1", "fn {n}() -> &'static str { \"two\" }", '"two"'),
    "static": ([], "static {U}: i32 = 1;", "{U}", "1", "static {U}: i64 = 2;", "2"),
    "const": ([], "const {U}: i32 = 1;", "{U}", "1", "const {U}: &str = \"two\";", '"two"'),
    "macro_rules": (
        [],
        "macro_rules! {n} { () => { 1 } }",
        "{n}!()",
        "1",
        "macro_rules! {n} { () => { 2 } }",
        "2",
    ),
    "use": (
        [],
        "use std::collections::BTreeSet as {N};",
        "{N}::from([2, 1])",
        "{1, 2}",
        "use std::collections::BinaryHeap as {N};",
        None,
    ),
    "enum": (
        [],
        "#[derive(Debug)]\nenum {N} { A, B }",
        "{N}::A",
        "A",
        "#[derive(Debug)]\nenum {N} { A, B, C(i32) }",
        "A",
    ),
    "type": ([], "type {N} = i32;", "{N}::BITS", "32", "type {N} = i64;", "64"),
    "mod": ([], "mod {n} { pub fn f() -> i32 { 1 } }", "{n}::f()", "1", "mod {n} { pub fn f() -> i32 { 2 } }", "2"),
    "items and statements": (
        [],
        "fn {n}() -> i32 { 1 }\nlet total_{n} = {n}() + 1;",
        "total_{n}",
        "2",
        "fn {n}() -> i32 { 10 }\nlet total_{n} = {n}() + 1;",
        "11",
    ),
}
WITH_ID = {"as JupyterLab": True, "as nbclient": False}


def named(kind, text, with_id):
    name = kind.title().replace(" ", "") + ("Lab" if with_id else "Client")
    snake = "".join("_" + c.lower() if c.isupper() else c for c in name).strip("_")
    return text.replace("{N}", name).replace("{n}", snake).replace("{U}", snake.upper())


@pytest.mark.parametrize("with_id", WITH_ID.values(), ids=WITH_ID)
@pytest.mark.parametrize("kind", ITEMS)
def test_a_cell_runs_again_unchanged_and_changed(kernel, kind, with_id):
    before, cell, use, result, changed, new_result = ITEMS[kind]
    notebook = Notebook(kernel)

    def run(label, source):
        cell_id = notebook.ids.setdefault(label, str(uuid.uuid4())) if with_id else None
        return kernel.ok(named(kind, source, with_id), cell=cell_id).result

    for n, source in enumerate(before):
        run(f"before {n}", source)
    run("cell", cell)
    assert run("use", use) == result
    run("cell", cell)
    assert run("use", use) == result
    run("cell", changed)
    shown = run("use", use)
    assert new_result is None or shown == new_result
    run("cell", cell)
    assert run("use", use) == result


ORDERS = list(itertools.permutations(("type", "methods", "trait")))


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_type_impl_and_trait_impl_run_again_in_any_order(kernel, order):
    n = ORDERS.index(order)
    notebook = Notebook(
        kernel,
        type=f"#[derive(Clone)]\nstruct Model{n} {{ w: f64 }}",
        methods=f"impl Model{n} {{ fn forward(&self, x: f64) -> f64 {{ self.w * x }} }}",
        trait=f"impl Default for Model{n} {{ fn default() -> Self {{ Model{n} {{ w: 2.0 }} }} }}",
        use=f"Model{n}::default().forward(3.0)",
    )
    assert notebook.run("type", "methods", "trait", "use") == "6.0"
    assert notebook.run(*order, "use") == "6.0"
    notebook.sources["methods"] = notebook.sources["methods"].replace("self.w * x", "self.w * x + 1.0")
    assert notebook.run(*order, "use") == "7.0"


def test_a_cell_replaces_only_its_own_items(kernel):
    notebook = Notebook(
        kernel,
        struct="struct Shared { x: i32 }",
        first="impl Shared { fn first(&self) -> i32 { self.x } }",
        second="impl Shared { fn second(&self) -> i32 { self.x * 2 } }",
        use="let s = Shared { x: 4 }; (s.first(), s.second())",
    )
    assert notebook.run("struct", "first", "second", "use") == "(4, 8)"
    notebook.sources["first"] = "impl Shared { fn first(&self) -> i32 { self.x + 100 } }"
    assert notebook.run("first", "use") == "(104, 8)"


def test_what_a_cell_no_longer_defines_is_gone(kernel):
    notebook = Notebook(
        kernel,
        cell="struct Gauge;\nimpl Gauge { fn old_name(&self) -> i32 { 1 } }",
        old="Gauge.old_name()",
        new="Gauge.new_name()",
    )
    assert notebook.run("cell", "old") == "1"
    notebook.sources["cell"] = "struct Gauge;\nimpl Gauge { fn new_name(&self) -> i32 { 2 } }"
    assert notebook.run("cell", "new") == "2"
    assert "old_name" in notebook.fails("old").traceback


def test_a_renamed_item_moves_with_its_impl(kernel):
    notebook = Notebook(kernel, cell="struct Before;\nimpl Before { fn f(&self) -> i32 { 1 } }", use="After.f()")
    notebook.run("cell")
    notebook.sources["cell"] = "struct After;\nimpl After { fn f(&self) -> i32 { 2 } }"
    assert notebook.run("cell", "use") == "2"


def test_a_failed_edit_leaves_what_was_there(kernel):
    notebook = Notebook(kernel, cell="fn steady() -> i32 { 1 }", use="steady()")
    assert notebook.run("cell", "use") == "1"
    notebook.sources["cell"] = "fn steady() -> i32 { nonsense }"
    notebook.fails("cell")
    assert notebook.run("use") == "1"
    notebook.sources["cell"] = "fn steady() -> i32 { 3 }"
    assert notebook.run("cell", "use") == "3"


def test_running_a_struct_again_unchanged_keeps_its_variables(kernel):
    notebook = Notebook(
        kernel,
        struct="#[derive(Debug)]\nstruct Kept { x: i32 }",
        make="let mut kept = Kept { x: 1 };",
        change="kept.x += 1;",
        show="kept.x",
    )
    assert notebook.run("struct", "make", "change", "show") == "2"
    assert notebook.run("struct", "show") == "2"


def test_changing_a_struct_says_which_variables_are_lost(kernel):
    notebook = Notebook(
        kernel,
        struct="#[derive(Debug)]\nstruct Row { x: i32 }",
        make="let row_of_old = Row { x: 1 };",
        other="let other = 5;",
        show="other",
    )
    notebook.run("struct", "make", "other")
    notebook.sources["struct"] = "#[derive(Debug)]\nstruct Row { x: i32, label: String }"
    executions = [
        kernel.run(notebook.sources["struct"], cell=notebook.ids["struct"]),
        kernel.run("other", cell=notebook.ids["show"]),
    ]
    said = "".join(e.stdout + e.stderr + "".join(map(str, e.of("error"))) for e in executions)
    assert "row_of_old" in said, executions
    assert notebook.run("show") == "5"


def test_a_static_starts_anew_in_every_cell(kernel):
    """A limit that ARCHITECTURE.md names: each cell is a library with statics of its own."""
    notebook = Notebook(
        kernel,
        item="use std::sync::atomic::{AtomicU32, Ordering};\nstatic CALLS: AtomicU32 = AtomicU32::new(0);",
        count="CALLS.fetch_add(1, Ordering::SeqCst) + CALLS.fetch_add(1, Ordering::SeqCst)",
    )
    assert [notebook.run("item", "count"), notebook.run("count"), notebook.run("item", "count")] == ["1", "1", "1"]


def test_a_variable_is_bound_anew_with_another_type(kernel):
    notebook = Notebook(kernel, a="let shadow = 1;", b='let shadow = "text".to_string();', show="shadow")
    assert notebook.run("a", "b", "show") == '"text"'
    assert notebook.run("a", "show") == "1"


def test_run_all_twice(kernel):
    notebook = Notebook(
        kernel,
        imports="use std::collections::HashMap;\nuse std::fmt;",
        types="#[derive(Debug, Clone)]\nstruct Point { x: f64, y: f64 }\nenum Kind { Near, Far }",
        impls="impl Point {\n    fn norm(&self) -> f64 { self.x.hypot(self.y) }\n}",
        display='impl fmt::Display for Point {\n    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "({}, {})", self.x, self.y) }\n}',
        convert="impl From<&Point> for Kind {\n    fn from(p: &Point) -> Self { if p.norm() < 1.0 { Kind::Near } else { Kind::Far } }\n}",
        data="let mut points: HashMap<String, Point> = HashMap::new();\npoints.insert(\"a\".into(), Point { x: 3.0, y: 4.0 });",
        use='match Kind::from(&points["a"]) { Kind::Near => "near".to_string(), Kind::Far => points["a"].to_string() }',
    )
    everything = list(notebook.sources)
    assert notebook.run(*everything) == '"(3, 4)"'
    assert notebook.run(*everything) == '"(3, 4)"'
    assert notebook.run(*reversed(everything[:5]), "data", "use") == '"(3, 4)"'
