"""Twelve figures of the course, drawn by matplotlib and by us on the same numbers.

    python tests/bench/figures.py OUT          # the files, OUT/sheet.png and OUT/sheet.html
    python tests/bench/figures.py --time OUT   # and how long each takes, ours beside matplotlib's

The Python needs matplotlib and Pillow: `target/bench-python` has them after
`pip install matplotlib`. Times are of a warm matplotlib (every figure has been drawn once), from an
empty figure to the bytes of a file in memory, and alternate with ours in one run. PNG has the same
number of pixels on both sides.
"""

import argparse
import html
import io
import json
import statistics
import subprocess
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

CHECKOUT = Path(__file__).resolve().parents[2]
ROUNDS = 5


def data():
    """The numbers of all figures, always the same."""
    rng = np.random.default_rng(7)
    bits = rng.integers(0, 2, (200, 2))
    line = rng.random((100, 2))
    centers = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    species = np.repeat(np.arange(3), 50)
    yy, xx = np.mgrid[0:28, 0:28]

    def digit(cx, cy, r):
        return np.exp(-((np.hypot(xx - cx, yy - cy) - r) ** 2) / 4) + 0.05 * rng.random((28, 28))

    epochs = np.arange(1, 51)
    fall = np.exp(-epochs / 12)
    steps = np.arange(10_000)
    batch = np.exp(-steps / 2500)
    runs_x = np.arange(1, 21)
    counts = 90.0 * np.eye(10) + rng.integers(0, 12, (10, 10))
    t = np.arange(60)
    grid = np.linspace(-2, 2, 80)
    valley = grid[None, :] ** 2 + 3 * (grid[:, None] - grid[None, :] ** 2) ** 2
    path, w = [], np.array([-1.7, -0.6])
    for _ in range(25):
        path.append(w.copy())
        d = w[1] - w[0] ** 2
        w = w - 0.03 * np.array([2 * w[0] - 12 * w[0] * d, 6 * d])
    photo = np.stack(
        [np.sin(xx[:28, :28] / 5) * 0.5 + 0.5, np.cos(yy / 6) * 0.5 + 0.5, (xx + yy) / 54], axis=-1
    )
    return {
        "xor_x": bits + 0.1 * rng.standard_normal((200, 2)),
        "xor_y": (bits.sum(1) == 1).astype(float),
        "line_x": line,
        "line_y": (line @ [0.85, 1.0] > 0.95).astype(float),
        "iris_x": centers[species] + 0.3 * rng.standard_normal((150, 4)),
        "iris_y": species,
        "train_y": rng.integers(0, 10, 5000),
        "valid_y": rng.integers(0, 10, 1000),
        "test_y": rng.integers(0, 10, 1000),
        "images": np.stack([digit(14, 14, 8), digit(10, 16, 5), digit(16, 12, 10)]),
        "photo": photo,
        "loss": np.stack([fall, 0.9 * fall + 0.15 + epochs * 0.002]),
        "F1": np.stack([1 - fall, 0.92 - 0.9 * fall]),
        "accuracy": np.stack([1 - 0.9 * fall, 0.93 - 0.85 * fall]),
        "batch_loss": np.stack(
            [batch + 0.1 * rng.random(10_000), batch + 0.2 + 0.02 * rng.random(10_000)]
        ),
        "batch_accuracy": np.stack(
            [1 - batch - 0.1 * rng.random(10_000), 0.95 - batch + 0.02 * rng.random(10_000)]
        ),
        "train_runs": np.exp(-runs_x / 6) + 0.04 * rng.standard_normal((10, 20)),
        "valid_runs": 0.8 * np.exp(-runs_x / 6) + 0.25 + 0.06 * rng.standard_normal((10, 20)),
        "confusion": counts,
        "kernels": rng.standard_normal((16, 1, 5, 5)),
        "weights": np.stack([1.5 - 2.2 * t / 60, -1.2 * np.exp(-t / 20), 180 * np.exp(-t / 9)]),
        "grid": grid,
        "valley": valley,
        "path": np.array(path),
    }


def by_class(ax, x, y, classes, names):
    for i, name in enumerate(names):
        ax.scatter(x[classes == i], y[classes == i], edgecolor="#333", label=name)


def xor(d):
    fig = plt.figure(figsize=(4, 4))
    ax = fig.add_subplot(1, 1, 1)
    by_class(ax, *d["xor_x"].T, d["xor_y"], ["class 0", "class 1"])
    ax.set(title="Dataset samples", xlabel="$x_1$", ylabel="$x_2$")
    ax.legend()
    return fig


def perceptron(d):
    fig, ax = plt.subplots(figsize=(5, 5))
    by_class(ax, *d["line_x"].T, d["line_y"], ["no", "yes"])
    ax.plot([0, 1], [0.95, 0.1], color="green")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.legend()
    return fig


def iris(d):
    fig, axes = plt.subplots(1, 2, figsize=(10, 4))
    names = ["setosa", "versicolor", "virginica"]
    for ax, i, what in zip(axes, (0, 2), ("sepal", "petal")):
        by_class(ax, d["iris_x"][:, i], d["iris_x"][:, i + 1], d["iris_y"], names)
        ax.set(xlabel=f"{what} length", ylabel=f"{what} width")
        ax.grid()
        ax.legend()
    return fig


def classes(d):
    fig, axes = plt.subplots(1, 3, figsize=(15, 5))
    for ax, key, title in zip(axes, ("train_y", "valid_y", "test_y"), ("Train", "Valid", "Test")):
        ax.hist(d[key], bins=np.arange(11) - 0.5)
        ax.set_title(title)
    return fig


def images(d):
    fig, axes = plt.subplots(2, 2, figsize=(8, 8))
    pictures = [d["images"][0], d["images"][1], d["photo"], d["images"][2]]
    for ax, picture, title in zip(axes.flat, pictures, ("7", "2", "colour", "1")):
        ax.imshow(picture, cmap="gray")
        ax.set_title(title)
        ax.axis(False)
    return fig


def metrics(d):
    fig, axes = plt.subplots(1, 3, figsize=(12, 3))
    for ax, key in zip(axes, ("loss", "F1", "accuracy")):
        for name, values in zip(("train", "valid"), d[key]):
            ax.plot(np.arange(1, 51), values, label=name)
        ax.set(title=key, xlabel="epoch", ylabel=key)
        ax.grid()
        ax.legend()
    return fig


def iterations(d):
    fig, axes = plt.subplots(1, 2, figsize=(15, 5))
    for ax, key in zip(axes, ("batch_loss", "batch_accuracy")):
        for name, values in zip(("train", "valid"), d[key]):
            ax.plot(values, label=name)
        ax.set(title=key, xlabel="iteration")
        ax.grid()
        ax.legend()
    return fig


def learning(d):
    fig, ax = plt.subplots(figsize=(10, 7))
    x = np.arange(1, 21)
    for key, color in (("train", "r"), ("valid", "g")):
        runs = d[f"{key}_runs"]
        mean, std = runs.mean(0), runs.std(0)
        ax.plot(x, mean, "o--", color=color, label=key)
        ax.fill_between(x, mean - std, mean + std, alpha=0.1, color=color)
    ax.set(title="Learning curve", xlabel="epoch", ylabel="loss")
    ax.grid()
    ax.legend()
    return fig


def confusion(d):
    fig, ax = plt.subplots(figsize=(9, 7))
    shares = d["confusion"] / d["confusion"].sum(1, keepdims=True)
    image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    fig.colorbar(image, pad=0.01, shrink=0.86)
    for i in range(10):
        for j in range(10):
            color = "white" if shares[i, j] > shares.max() / 2 else "black"
            ax.text(j, i, f"{shares[i, j]:.2f}", ha="center", va="center", color=color)
    ax.set(xticks=range(10), yticks=range(10), xlabel="predicted class", ylabel="true class")
    return fig


def kernels(d):
    fig, axes = plt.subplots(2, 8, figsize=(16, 4))
    for ax, kernel in zip(axes.flat, d["kernels"]):
        ax.imshow(kernel[0], cmap="gray", interpolation="nearest")
        ax.axis(False)
    return fig


def twin(d):
    fig, ax = plt.subplots(figsize=(10, 5))
    w, u, loss = d["weights"]
    ax.plot(w, "r--", label="W")
    ax.plot(u, "b:", label="U")
    ax.set(ylim=(-3, 2), ylabel="weights", xlabel="epoch")
    ax.legend(loc="upper left")
    right = ax.twinx()
    right.plot(loss, color="green", label="loss")
    right.set(ylim=(-3, 200), ylabel="loss")
    right.legend(loc="upper right")
    return fig


def descent(d):
    fig, ax = plt.subplots(figsize=(7, 5))
    areas = ax.contourf(d["grid"], d["grid"], d["valley"], levels=20)
    fig.colorbar(areas, label="loss")
    ax.plot(*d["path"].T, "wo-")
    ax.set(title="gradient descent", xlabel="$w_1$", ylabel="$w_2$")
    return fig


FIGURES = [
    xor, perceptron, iris, classes, images, metrics,
    iterations, learning, confusion, kernels, twin, descent,
]  # fmt: skip


class Ours:
    """The program of runtime/benches/figures.rs."""

    def __init__(self, arrays, program):
        program = program or self.build()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([program, arrays], **pipes)

    def build(self):
        build = ["cargo", "build", "--package", "cuaderno", "--bench", "figures"]
        build.append("--message-format=json-render-diagnostics")
        lines = subprocess.run(build, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True)
        made = [json.loads(line) for line in lines.stdout.splitlines()]
        return next(
            one["executable"]
            for one in made
            if one.get("target", {}).get("name") == "figures" and one.get("executable")
        )

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def written(figure, d, kind):
    fig = figure(d)
    fig.tight_layout()
    out = io.BytesIO()
    fig.savefig(out, format=kind, dpi=200)
    plt.close(fig)
    return out.getvalue()


def timed(d, ours):
    rows = []
    for figure in FIGURES:
        row = [figure.__name__]
        for kind in ("svg", "png"):
            written(figure, d, kind)
            theirs, mine = [], []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                written(figure, d, kind)
                theirs.append(time.perf_counter() - start)
                mine.append(float(ours.ask(f"{kind} {figure.__name__}")))
            row += [statistics.median(theirs) * 1e3, statistics.median(mine) * 1e3]
        rows.append(row)
    head = f"{'figure':<12}" + "".join(
        f"{kind:>4} matplotlib {'ours':>8} {'ratio':>7}" for kind in ("svg", "png")
    )
    print(head + "   (milliseconds)")
    rows.append(["together", *(sum(row[i] for row in rows) for i in range(1, 5))])
    for name, *times in rows:
        pairs = zip(times[::2], times[1::2])
        print(f"{name:<12}" + "".join(f"{a:15.1f} {b:8.2f} {b / a:7.3f}" for a, b in pairs))
    for points in (1_000, 10_000, 100_000):
        updates = [float(ours.ask(f"board {points}")) * 1e3 for _ in range(ROUNDS)]
        print(
            f"an update of a board of three panels, each with three smoothed series of {points} "
            f"points: {statistics.median(updates):.2f} ms, {max(updates):.2f} at worst"
        )


def sheet(d, ours, out):
    from PIL import Image, ImageDraw

    half = 760
    pairs, cells = [], []
    for figure in FIGURES:
        name = figure.__name__
        for kind in ("svg", "png"):
            (out / f"{name}-matplotlib.{kind}").write_bytes(written(figure, d, kind))
            answer = ours.ask(f"save {name} {out / f'{name}-ours.{kind}'}")
            assert answer == "ok", answer
        sizes = [(out / f"{name}-{who}.svg").stat().st_size // 1000 for who in ("matplotlib", "ours")]
        both = [Image.open(out / f"{name}-{who}.png").convert("RGB") for who in ("matplotlib", "ours")]
        both = [image.resize((half, round(image.height * half / image.width))) for image in both]
        pairs.append((name, both))
        cells.append(
            f"<h2>{html.escape(name)}</h2><p>SVG of {sizes[0]} kB and {sizes[1]} kB</p>"
            f"<img width=48% src={name}-matplotlib.svg> <img width=48% src={name}-ours.svg>"
        )
    (out / "sheet.html").write_text(
        "<!doctype html><meta charset=utf-8><title>matplotlib left, Cuaderno right</title>"
        "<h1>matplotlib left, Cuaderno right</h1>" + "".join(cells)
    )
    high = sum(30 + max(image.height for image in both) for _, both in pairs)
    page = Image.new("RGB", (2 * half + 30, high), "white")
    pen, y = ImageDraw.Draw(page), 0
    for name, both in pairs:
        pen.text((10, y + 8), f"{name}: matplotlib left, Cuaderno right", fill="black")
        for i, image in enumerate(both):
            page.paste(image, (10 + i * (half + 10), y + 30))
        y += 30 + max(image.height for image in both)
    page.save(out / "sheet.png")
    print(f"{out / 'sheet.png'} and {out / 'sheet.html'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--time", action="store_true", help="also measure")
    parser.add_argument("--ours", help="our program, where it is built already")
    parser.add_argument("out", type=Path, help="the folder of the pictures")
    arguments = parser.parse_args()
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    d = {name: np.asarray(values) for name, values in data().items()}
    arrays = {name: (values.shape, values.ravel().tolist()) for name, values in d.items()}
    (out / "arrays.json").write_text(json.dumps(arrays))
    ours = Ours(out / "arrays.json", arguments.ours)
    if arguments.time:
        timed(d, ours)
    sheet(d, ours, out)


if __name__ == "__main__":
    main()
