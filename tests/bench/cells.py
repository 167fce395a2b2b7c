"""How long cells take: our kernel against the stock evcxr_jupyter, in one run, alternating.

    cargo bench-cells [--rounds N] [--json FILE]

Both kernels get the same runtime: ours prebuilt, the stock one by `:dep`. Times are wall times
from the request to the idle status. The machine's clock is noisy: read the ratios.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from jupyter_client.manager import KernelManager

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.append(str(CHECKOUT / "tests/jupyter"))
import stock as stock_kernel  # noqa: E402

CELLS = [
    "1 + 1",
    "let a = 1;",
    'let greeting = String::from("hello");',
    "greeting.len()",
    "let numbers: Vec<f32> = (0..100).map(|i| i as f32).collect();",
    "numbers.iter().sum::<f32>()",
    "let t = tensor([[1.0, 2.0], [3.0, 4.0]]);",
    "t",
    "let u = &t * 2.0 + 1.0;",
    "u.matmul(&t)",
    "let x = randn(&[1000, 2]);",
    "let y = x.matmul(&tensor([[2.0], [-3.4]])) + 4.2 + randn(&[1000, 1]) * 0.01;",
    "x.mean()",
    'println!("{:?}", y.shape());',
    "struct Point { x: f32, y: f32 }\n"
    "impl Point { fn norm(&self) -> f32 { (self.x * self.x + self.y * self.y).sqrt() } }",
    "let p = Point { x: 3.0, y: 4.0 };",
    "p.norm()",
    "fn square(x: f32) -> f32 { x * x }",
    "square(3.0)",
    "let mut total = 0.0; for i in 0..1000 { total += square(i as f32); } total",
    "let mut w = zeros(&[2, 1]).requires_grad();\nlet mut b = zeros(&[1]).requires_grad();",
    "let loss = mse_loss(&(x.matmul(&w) + &b), &y); loss.backward(); loss.item()",
    "for i in 0..5 { println!(\"{i}\"); }",
    "let model = seq![Linear::new(2, 8), ReLU, Linear::new(8, 1)];",
    "model.forward(&x)",
    "let data = DataLoader::new(&TensorDataset::new(&x, &y), 32).shuffle(true);",
    "let mut opt = Sgd::new(model.parameters(), 0.03);",
    "let history = fit(&model, &data, &mut opt, mse_loss, 3);",
    "history.plot()",
    'let text: Vec<String> = greeting.chars().map(|c| c.to_string()).collect(); text.join("-")',
    # Ten typical tensor cells.
    "let m = arange(0, 12, 1).reshape(&[3, 4]);",
    "m.i((1.., ..2))",
    "let z = randn(&[3, 4]).requires_grad();",
    "let s = z.softmax(1); s.sum_dim(1)",
    "(&z * &z).sum().backward(); z.grad()",
    "cat(&[&m, &m], 0).shape().to_vec()",
    "m.to_dtype(DType::F32).mean_dim(0)",
    "m.gt(4.0).any()",
    'einsum("ij,kj->ik", &[&z, &z])',
    "no_grad(|| z.add_(&ones(&[3, 4])));",
]


class Kernel:
    """One kernel and the clock on its cells."""

    def __init__(self, name, folder, setup):
        self.name = name
        start = time.perf_counter()
        self.manager = KernelManager(kernel_name=name)
        self.manager.kernel_spec_manager.kernel_dirs.insert(0, str(folder))
        self.manager.start_kernel(env=stock_kernel.environment())
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        for cell in setup:
            self.run(cell)
        self.run("let first = 1;\nfirst")
        self.first_result = time.perf_counter() - start

    def run(self, code):
        start = time.perf_counter()
        reply = self.client.execute_interactive(code, timeout=600, output_hook=lambda _: None)
        seconds = time.perf_counter() - start
        if reply["content"]["status"] != "ok":
            sys.exit(f"{self.name}: a cell of the script fails: {code}\n{reply['content']}")
        return seconds

    def memory(self):
        """Resident MiB of the kernel and all that it started."""
        total, todo = 0, [self.manager.provisioner.process.pid]
        while todo:
            pid = todo.pop()
            try:
                for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                    if line.startswith("VmRSS"):
                        total += int(line.split()[1])
                for task in Path(f"/proc/{pid}/task").iterdir():
                    todo += [int(child) for child in (task / "children").read_text().split()]
            except FileNotFoundError:
                continue
        return total / 1024

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def write_spec(folder):
    """Registers our kernel in a folder of kernels; its name."""
    (folder / "ours").mkdir()
    program = str(CHECKOUT / "target/debug/cuaderno")
    spec = {
        "argv": [program, "kernel", "--connection-file", "{connection_file}"],
        "display_name": "ours",
        "language": "rust",
        "interrupt_mode": "message",
    }
    (folder / "ours/kernel.json").write_text(json.dumps(spec))
    return "ours"


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def grow(kernel):
    """The median of three print cells after 10 and after 200 cells, with 50 variables alive."""
    times = {}
    for number in range(200):
        if number < 50:
            kernel.run(f"let variable_{number} = {number};")
        elif number < 100:
            kernel.run(f"fn function_{number}(x: f32) -> f32 {{ x * {number}.0 }}")
        else:
            kernel.run(f'println!("{{}}", {number});')
        if number in (9, 199):
            times[number] = statistics.median(kernel.run('println!("again");') for _ in range(5))
    return times[9], times[199]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--growth", action="store_true", help="also 200 cells (minutes)")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = Kernel(write_spec(folder), folder, [])
        stock = Kernel(stock_kernel.write_spec(folder), folder, [stock_kernel.FIRST_CELL])
        results = {}
        for _ in range(options.rounds):
            for cell in CELLS:
                results.setdefault(cell, []).append((ours.run(cell), stock.run(cell)))

        print(f"{'cell':58} {'ours':>8} {'stock':>8} {'ratio':>6}")
        medians = []
        for cell, times in results.items():
            pair = [statistics.median(side) for side in zip(*times)]
            medians.append(pair)
            label = cell.splitlines()[0][:56]
            print(f"{label:58} {pair[0]:7.3f}s {pair[1]:7.3f}s {pair[0] / pair[1]:6.2f}")
        columns = list(zip(*medians))
        report = {
            "time to first result": (ours.first_result, stock.first_result),
            "median cell": tuple(statistics.median(column) for column in columns),
            "95th percentile": tuple(percentile(column, 0.95) for column in columns),
            "resident memory, MiB": (ours.memory(), stock.memory()),
        }
        if options.growth:
            ours_growth, stock_growth = grow(ours), grow(stock)
            report["10th cell of many"] = (ours_growth[0], stock_growth[0])
            report["200th cell"] = (ours_growth[1], stock_growth[1])
            report["growth"] = tuple(b / a for a, b in (ours_growth, stock_growth))
        print()
        for label, (mine, theirs) in report.items():
            print(f"{label:58} {mine:8.3f} {theirs:8.3f} {mine / theirs:6.2f}")
        if options.json:
            options.json.write_text(json.dumps({"cells": results, "summary": report}, indent=1))
        ours.stop()
        stock.stop()


if __name__ == "__main__":
    main()
