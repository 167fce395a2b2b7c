"""The stock `evcxr_jupyter` with our runtime: how it is started, and what a notebook does there.

It is an example of the kernel's package, so that it shares everything that is compiled already.
"""

import json
import os
import queue
import subprocess
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import KernelManager

CHECKOUT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("CUADERNO_STOCK_PROGRAM", CHECKOUT / "target/debug/examples/stock"))
# What a reader puts before a lesson; lessons/README.md says the same.
FIRST_CELL = f':dep cuaderno = {{ path = "{CHECKOUT / "runtime"}" }}\nuse cuaderno::prelude::*;'


def library_sources():
    """Where Rust's own sources are: evcxr looks beside rustc only."""
    sysroot = subprocess.check_output(["rustc", "--print", "sysroot"], text=True).strip()
    places = [Path(sysroot) / "lib/rustlib/src/rust/library", *Path("/usr/src").glob("rustc-*/library")]
    return os.environ.get("RUST_SRC_PATH") or str(next(p for p in places if (p / "core").exists()))


def environment():
    """Ours, without what `cargo run` adds: it puts the checkout's own build of the runtime, whose file
    has the same name, before the one that the session compiles."""
    added = ("LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
    return {name: value for name, value in os.environ.items() if name not in added}


def write_spec(folder):
    """Registers the kernel in a folder of kernels; its name."""
    (folder / "stock").mkdir(parents=True)
    spec = {
        "argv": [str(PROGRAM), "--control_file", "{connection_file}"],
        "display_name": "stock",
        "language": "rust",
        "env": {"RUST_SRC_PATH": library_sources()},
    }
    (folder / "stock/kernel.json").write_text(json.dumps(spec))
    return "stock"


class Cell:
    """What came for one cell."""

    def __init__(self, source, meant_to_fail=False):
        self.source = source
        self.meant_to_fail = meant_to_fail
        self.seconds = 0.0
        self.refused = False  # it did not compile
        self.stdout, self.stderr = "", ""
        self.shown = {}  # by mime type

    @property
    def failed(self):
        """A panic and a `?` that ends a cell reply `ok` here, and only say so on standard error."""
        return self.refused or self.stderr.strip() != ""

    def __repr__(self):
        return f"{self.source}\n--- {self.stderr or self.stdout}"


class Stock:
    """One kernel for many notebooks: `:clear` forgets variables, and keeps what is compiled."""

    def __init__(self, folder):
        kernels = folder / "kernels"
        self.manager = KernelManager(kernel_name=write_spec(kernels))
        self.manager.kernel_spec_manager.kernel_dirs.insert(0, str(kernels))
        self.manager.start_kernel(cwd=str(folder), env=environment())
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=300)
        self.preparation = self.cell(FIRST_CELL, limit=1800)

    def cell(self, source, limit=600, meant_to_fail=False):
        cell = Cell(source, meant_to_fail)

        def note(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                setattr(cell, content["name"], getattr(cell, content["name"]) + content["text"])
            elif message["msg_type"] == "execute_result":
                cell.shown.update(content["data"])
            elif message["msg_type"] == "error":
                cell.refused = True
                cell.stderr += "\n".join(content["traceback"])

        start = time.perf_counter()
        self.client.execute_interactive(source, timeout=limit, output_hook=note, store_history=True)
        cell.seconds = time.perf_counter() - start
        # Standard error has a thread of its own, which may be late.
        if cell.failed or meant_to_fail:
            self.drain(note, 3.0 if not cell.failed else 0.5)
        return cell

    def drain(self, note, patience):
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=patience)
            except queue.Empty:
                return
            note(message)
            patience = 0.5

    def notebook(self, path):
        """The code cells of a notebook, run from the first to the last."""
        self.cell(":clear")
        cells = [self.cell(FIRST_CELL)]
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                meant = "raises-exception" in cell.metadata.get("tags", [])
                cells.append(self.cell(cell.source, meant_to_fail=meant))
        return cells

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
