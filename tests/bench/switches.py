"""Runs the lessons with their switches for MNIST, Fashion-MNIST, CIFAR-10, red wine and ResNet-18
on, where there is no network.

    python tests/bench/switches.py FOLDER [NAME]...

FOLDER becomes a CUADERNO_DATA with files of the official names and formats: MNIST and the red
wines from ../shared/data are real (the digits to train with are the 10 000 test digits in another
order, six times), clothes and photographs are drawn here, and ResNet-18 has random weights. So
what the cells do is run whole, while numbers on clothes, photographs and ResNet's features mean
nothing; those of a folder with the real files do: an existing file is kept. NAME chooses among the
SWITCHES below. Needs NumPy, PyTorch and torchvision.
"""

import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import numpy as np

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("CUADERNO_SHARED", CHECKOUT / "../shared/data"))
KERNEL = Path(os.environ.get("CUADERNO", CHECKOUT / "target/debug/cuaderno"))

# Name: lesson, and what is written there once against what switches it on.
SWITCHES = {
    "05": ("05_generalisation", [("let online = false;", "let online = true;")]),
    "07": ("07_logistic_softmax", [("let online = false;", "let online = true;")]),
    "10": ("10_mlp_in_practice", [("let online = false;", "let online = true;")]),
    "16-mnist": ("16_training_a_cnn", [('let source = "digits";', 'let source = "mnist";')]),
    "16-fashion": ("16_training_a_cnn", [('let source = "digits";', 'let source = "fashion";')]),
    "17": ("17_cnn_toolbox", [("let photographs = false;", "let photographs = true;")]),
    "19-mnist": ("19_transfer_learning", [("let online = false;", "let online = true;")]),
    "19-cifar": (
        "19_transfer_learning",
        [("let photographs_online = false;", "let photographs_online = true;")],
    ),
}


def idx(array):
    """An array of bytes as a packed idx file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    data = bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()
    return gzip.compress(data, compresslevel=1, mtime=0)


def read_idx(path):
    data = gzip.decompress(path.read_bytes())
    dims = data[3]
    sizes = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(dims)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dims).reshape(sizes)


def drawn(rng, classes, side, channels):
    """A picture of a pattern for each class: stripes of its own direction and width in a disc whose
    place and brightness vary, with noise."""
    rows, columns = np.mgrid[0:side, 0:side] / side
    out = np.empty((len(classes), channels, side, side), np.uint8)
    for i, c in enumerate(classes):
        angle, width = np.pi * (c % 5) / 5, 2 + 3 * (c // 5)
        x, y = rng.uniform(0.4, 0.6, 2)
        wave = np.sin(2 * np.pi * width * (rows * np.cos(angle) + columns * np.sin(angle)))
        disc = (rows - y) ** 2 + (columns - x) ** 2 < 0.16
        for channel in range(channels):
            shade = 1 if channels == 1 else 0.4 + 0.6 * ((c + channel) % 3) / 2
            bright = rng.uniform(90, 120) * shade
            picture = disc * bright * (1 + 0.9 * wave) + rng.normal(0, 8, (side, side))
            out[i, channel] = picture.clip(0, 255)
    return out


def mnist(folder):
    for name in ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"):
        shutil.copyfile(SHARED / "mnist" / name, folder / name)
    # From the middle on: the first to train with are none of the first to test with.
    order = np.tile((np.arange(10_000) + 5000) % 10_000, 6)
    for kind in ("images-idx3", "labels-idx1"):
        test = read_idx(folder / f"t10k-{kind}-ubyte.gz")
        (folder / f"train-{kind}-ubyte.gz").write_bytes(idx(test[order]))


def fashion(folder):
    rng = np.random.default_rng(7)
    for name, count in (("train", 60_000), ("t10k", 10_000)):
        classes = rng.permutation(np.arange(count) % 10)
        pictures = drawn(rng, classes, 28, 1)[:, 0]
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(idx(pictures))
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(idx(classes))


def cifar(folder):
    rng = np.random.default_rng(8)
    with tarfile.open(folder / "cifar-10-binary.tar.gz", "w:gz", compresslevel=1) as archive:
        for name in [f"data_batch_{k}.bin" for k in range(1, 6)] + ["test_batch.bin"]:
            classes = rng.permutation(np.arange(10_000) % 10)
            pictures = drawn(rng, classes, 32, 3).reshape(10_000, -1)
            records = np.hstack([classes.astype(np.uint8)[:, None], pictures]).tobytes()
            entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            entry.size = len(records)
            archive.addfile(entry, io.BytesIO(records))


def resnet18(folder):
    import torch
    import torchvision

    torch.manual_seed(0)
    torch.save(torchvision.models.resnet18().state_dict(), folder / "resnet18-f37072fd.pth")


def red_wine(folder):
    shutil.copyfile(SHARED / "winequality-red.csv", folder / "winequality-red.csv")


def make(data):
    """Makes what is missing of the folder."""
    makers = {
        "mnist": mnist,
        "fashion-mnist": fashion,
        "cifar-10": cifar,
        "resnet18": resnet18,
        "wine-quality": red_wine,
    }
    for name, maker in makers.items():
        if not (data / name).exists():
            unfinished = data / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            maker(unfinished)
            unfinished.rename(data / name)
            print(f"made {data / name}", flush=True)


class Memory(threading.Thread):
    """Follows the most memory that a process which runs cells ever had resident."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.mib = pid, 0.0

    def run(self):
        while Path(f"/proc/{self.pid}").exists():
            for status in Path("/proc").glob("[0-9]*/status"):
                try:
                    fields = dict(
                        line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
                    )
                except OSError:
                    continue
                if fields.get("PPid", "").strip() == str(self.pid) and "VmHWM" in fields:
                    self.mib = max(self.mib, int(fields["VmHWM"].split()[0]) / 1024)
            time.sleep(0.5)


def run(name, data, results):
    lesson, changes = SWITCHES[name]
    notebook = json.loads((CHECKOUT / f"lessons/{lesson}.ipynb").read_text())
    for before, after in changes:
        cells = [c for c in notebook["cells"] if any(before in line for line in c["source"])]
        assert len(cells) == 1, f"{lesson}: {before!r} stands in {len(cells)} cells"
        cells[0]["source"] = [line.replace(before, after) for line in cells[0]["source"]]
    switched = results / f"{lesson}-{name.rpartition('-')[2]}.ipynb"
    switched.write_text(json.dumps(notebook))
    environment = {**os.environ, "CUADERNO_DATA": str(data.resolve())}
    start = time.perf_counter()
    words = [KERNEL, "run", switched, "--html", results / "pages", "--timeout", "3000"]
    process = subprocess.Popen(words, env=environment, cwd=results)
    memory = Memory(process.pid)
    memory.start()
    fine = process.wait() == 0
    seconds = time.perf_counter() - start
    print(f"{name:12} {'ok' if fine else 'FAILED':7} {seconds:7.1f} s {memory.mib:7.0f} MiB", flush=True)
    return fine


def main():
    if len(sys.argv) < 2 or any(name not in SWITCHES for name in sys.argv[2:]):
        sys.exit(f"{__doc__}\nNames: {', '.join(SWITCHES)}")
    data = Path(sys.argv[1])
    make(data)
    results = data / "results"
    results.mkdir(exist_ok=True)
    fine = [run(name, data, results) for name in sys.argv[2:] or SWITCHES]
    sys.exit(0 if all(fine) else 1)


if __name__ == "__main__":
    main()
