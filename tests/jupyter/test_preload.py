"""Section 2 of issue 2: the runtime is there from the first cell, and evcxr's commands work."""

import re

NAMES = """
let x = randn(&[8, 2]);
let model = seq![Linear::new(2, 4), ReLU, Linear::new(4, 1)];
let loss = mse_loss(&model.forward(&x), &zeros(&[8, 1]));
loss.backward();
let table = diabetes();
let figure = Figure::new().line([0.0, 1.0], [0.0, 1.0]);
table.x.shape().to_vec()
"""


def test_the_first_cell_knows_the_prelude(start):
    kernel = start()
    first = kernel.ok(NAMES)
    assert first.count == 1
    assert first.result == "[442, 10]"
    assert "Compiling" not in first.stderr


def test_two_kernels_at_once_have_variables_of_their_own(start):
    one, two = start(), start()
    one.ok("let mine = 1;")
    two.ok("let mine = 2;")
    assert one.ok("mine").result == "1"
    assert two.ok("mine").result == "2"


def test_the_state_of_the_runtime_is_shared_between_cells(kernel):
    kernel.ok("manual_seed(3);")
    first = kernel.ok("randn(&[3]).to_vec()").result
    second = kernel.ok("randn(&[3]).to_vec()").result
    kernel.ok("manual_seed(3);")
    assert kernel.ok("randn(&[3]).to_vec()").result == first != second


def test_evcxrs_commands_work(kernel):
    kernel.ok("let weights = vec![1.5f32];")
    assert re.search(r"weights\D+Vec<f32>", kernel.ok(":vars").result)
    assert "Vec<f32>" in kernel.ok(":type weights").result
    help_text = kernel.ok(":help").result
    for command in (":vars", ":type", ":dep", ":opt", ":clear", "%%time", "%time"):
        assert command in help_text


def test_clear_forgets_variables_and_keeps_the_prelude(start):
    kernel = start()
    kernel.ok("let gone = 1;")
    kernel.ok(":clear")
    kernel.fails("gone")
    assert kernel.ok("zeros(&[2]).shape().to_vec()").result == "[2]"


def test_a_crate_of_ones_own_by_dep(start, tmp_path):
    crate = tmp_path / "measure"
    (crate / "src").mkdir(parents=True)
    (crate / "Cargo.toml").write_text('[package]\nname = "measure"\nversion = "1.0.0"\nedition = "2024"\n')
    (crate / "src/lib.rs").write_text("pub fn twice(x: f32) -> f32 { 2.0 * x }\n")
    kernel = start()
    kernel.ok("let before = tensor([1.0]);")
    execution = kernel.ok(f':dep measure = {{ path = "{crate}" }}\nmeasure::twice(3.0)', limit=120)
    assert execution.result == "6.0"
    assert kernel.ok("before.item()").result == "1.0", "variables outlive a new crate"
    assert kernel.ok("measure::twice(before.item() as f32)").result == "2.0"


def test_time_of_a_cell_and_of_a_line(kernel):
    nap = "std::thread::sleep(std::time::Duration::from_millis(120));"
    whole = kernel.ok(f"%%time\nlet after_nap = 7;\n{nap}")
    assert re.search(r"Wall time: 1[2-9]\d ms", whole.stdout), whole.stdout
    line = kernel.ok(f"%time {nap}")
    assert re.search(r"Wall time: 1[2-9]\d", line.stdout), line.stdout
    valued = kernel.ok("%time after_nap + 1")
    assert valued.result == "8"
    assert "Wall time" in valued.stdout


def test_an_optimised_cell(start):
    kernel = start()
    kernel.ok(":opt 2")
    assert kernel.ok("let n: u64 = (0..1_000_000u64).sum(); n").result == "499999500000"
