"""Section 3 of issue 2: rich values, updates, and live pictures."""

import time

import nbformat
import pytest
from client import KERNEL
from nbclient import NotebookClient


def displays(execution, kind="display_data"):
    return [m["content"] for m in execution.messages if m["msg_type"] == kind]


def test_one_value_under_several_mime_types(kernel):
    shown = kernel.ok(
        'display(&MimeBundle::text("plain").html("<b>bold</b>").with("application/json", "[1]"));'
    )
    (content,) = displays(shown)
    assert content["data"]["text/plain"] == "plain"
    assert content["data"]["text/html"] == "<b>bold</b>"
    assert "application/json" in content["data"]


def test_several_displays_of_one_type_all_appear(kernel):
    shown = kernel.ok('for i in 0..4 { display(&MimeBundle::text(format!("value {i}"))); }')
    assert [c["data"]["text/plain"] for c in displays(shown)] == [f"value {i}" for i in range(4)]


def test_a_display_is_updated_under_its_id(kernel):
    kernel.ok('let handle = DisplayHandle::show(&MimeBundle::text("first"));')
    later = kernel.ok('handle.update(&MimeBundle::text("second")); handle.finish();')
    (update, *more) = displays(later, "update_display_data")
    assert more == [] or more[-1]["data"] == update["data"]
    assert update["data"]["text/plain"] == "second"
    assert update["transient"]["display_id"]


def test_clear_output_waits_for_what_comes_next(kernel):
    execution = kernel.ok('println!("old"); clear_output(true); println!("new");')
    kinds = execution.kinds
    assert "clear_output" in kinds
    assert kinds.index("clear_output") < len(kinds) - 1


def test_a_tensor_is_a_table_and_a_figure_a_picture(kernel):
    table = kernel.ok("tensor([[1.0, 2.0], [3.0, 4.0]])")
    (result,) = displays(table, "execute_result")
    assert "<table" in result["data"]["text/html"]
    assert "shape=[2, 2]" in result["data"]["text/plain"]
    picture = kernel.ok("Figure::new().line([0.0, 1.0], [1.0, 0.0])")
    (result,) = displays(picture, "execute_result")
    assert "<svg" in result["data"]["image/svg+xml"]


# What a cell's last value looks like, by its type: an expression, and its richest form.
RICH = {
    "Tensor": ("tensor([[1.0, 2.0], [3.0, 4.0]])", "text/html"),
    "Figure": ("Figure::new().plot([1.0, 2.0])", "image/svg+xml"),
    "Board": ('{ let b = Board::new("loss"); b.push("loss", 1.0); b }', "image/svg+xml"),
    "Image": ("imshow(&zeros(&[2, 3]))", "text/html"),
    "Graph": ("tensor([1.0]).requires_grad().exp().graph()", "image/svg+xml"),
    "Sequential": ("seq![Linear::new(2, 1)]", "text/html"),
    "Params": ("seq![Linear::new(2, 1)].parameters()", "text/html"),
    "Summary": ("seq![Linear::new(2, 1)].summary(&[2])", "text/html"),
    "StateDict": ("Linear::new(2, 1).state_dict()", "text/html"),
    "Table": ("iris().table()", "text/html"),
    "Examples": ("iris()", "text/html"),
    "ConfusionMatrix": ("confusion_matrix(&tensor([0, 1]), &tensor([0, 1]))", "text/html"),
    "ClassificationReport": (
        "classification_report(&tensor([0, 1]), &tensor([0, 1]))",
        "text/html",
    ),
    "RocCurve": ("roc_curve(&tensor([0.1, 0.9]), &tensor([0, 1]))", "image/svg+xml"),
    "History": (
        "{ let m = seq![Linear::new(4, 3)]; let mut o = Sgd::new(m.parameters(), 0.1); "
        "Trainer::new(2).fit(&m, &DataLoader::new(&iris(), 50), &mut o, cross_entropy) }",
        "text/html",
    ),
    "LrFind": (
        "{ let m = seq![Linear::new(4, 3)]; let mut o = Sgd::new(m.parameters(), 0.1); "
        "lr_find_within(&m, &DataLoader::new(&iris(), 50), &mut o, cross_entropy, 1e-4, 0.1, 4) }",
        "image/svg+xml",
    ),
    "SearchResult": (
        'Search::new().values("lr", [0.1, 0.2]).grid(|p| p["lr"])',
        "text/html",
    ),
}


@pytest.mark.parametrize("kind", RICH)
def test_rich_values_are_shown_by_themselves_and_inside_others(kernel, kind):
    value, richest = RICH[kind]
    shown = {}
    for form in ("{}", "Some({})", "vec![{}]", "Ok::<_, Error>({})"):
        execution = kernel.ok(form.format(value))
        (result,) = displays(execution, "execute_result")
        shown[form] = result["data"]
        assert result["data"]["text/plain"].strip(), form
    assert richest in shown["{}"], shown["{}"].keys()
    for form in ("Some({})", "vec![{}]", "Ok::<_, Error>({})"):
        html = shown[form]["text/html"]
        assert any(tag in html for tag in ("<table", "<svg", "<img")), (form, html[:300])
        assert shown[form]["text/plain"].startswith(("Some(", "[", "Ok(")), form


def test_a_failed_result_is_no_picture(kernel):
    execution = kernel.ok("let y: Option<Figure> = None; y")
    (result,) = displays(execution, "execute_result")
    assert result["data"]["text/plain"] == "None"


def test_a_unit_has_no_result(kernel):
    assert displays(kernel.ok("for _ in 0..3 {}"), "execute_result") == []
    assert displays(kernel.ok("let x = 1;"), "execute_result") == []


LIVE = """
let board = Board::new("loss");
let start = std::time::Instant::now();
let mut steps = 0;
while start.elapsed().as_secs_f64() < 2.0 {
    board.push("loss", 1.0 / (1.0 + steps as f64));
    steps += 1;
    std::thread::sleep(std::time::Duration::from_millis(1));
}
board.finish();
steps
"""


def test_a_live_board_moves_at_most_ten_times_a_second(kernel):
    execution = kernel.ok(LIVE)
    (first,) = displays(execution)
    updates = displays(execution, "update_display_data")
    assert 5 <= len(updates) <= 22, len(updates)
    ids = {content["transient"]["display_id"] for content in [first, *updates]}
    assert len(ids) == 1
    pictures = [content["data"]["image/svg+xml"] for content in [first, *updates]]
    assert len(set(pictures)) > 4, "the curve does not move"
    assert int(execution.result) > 500, "pushing is too dear"


def test_a_finished_notebook_holds_the_last_state():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(LIVE)])
    NotebookClient(notebook, kernel_name=KERNEL, timeout=300).execute()
    outputs = notebook.cells[0].outputs
    (picture,) = [o for o in outputs if o.output_type == "display_data"]
    steps = int(next(o for o in outputs if o.output_type == "execute_result").data["text/plain"])
    # The text alternative counts the points: all of them, not those of an earlier update.
    assert str(steps) in picture.data["image/svg+xml"]


def test_updates_come_while_the_cell_runs(kernel):
    running = kernel.submit(LIVE)
    kernel.wait_for(lambda: len(displays(running, "update_display_data")) >= 2, about=running)
    assert running.reply is None
    began = time.monotonic()
    kernel.finish(running)
    assert time.monotonic() - began < 30
