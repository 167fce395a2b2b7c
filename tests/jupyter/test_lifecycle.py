"""Section 5 of issue 2: shutdown and restart at any time, and nothing left over."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from client import KERNEL, START_LIMIT, gone

SPIN = 'println!("started"); let mut n = 0u64; loop { n = n.wrapping_add(1); }'
SLEEP = 'println!("started"); std::thread::sleep(std::time::Duration::from_secs(600));'


def spinning(kernel, code=SPIN):
    running = kernel.submit(code)
    kernel.wait_for(lambda: "started" in running.stdout)
    return kernel.family()


def test_shutdown_of_an_idle_kernel_leaves_nothing(start):
    kernel = start()
    kernel.ok("1")
    family = kernel.family()
    folders = temporary_folders(family)
    assert kernel.ask("shutdown_request", {"restart": False}, channel="control") == {
        "status": "ok",
        "restart": False,
    }
    assert gone(family) == []
    assert [f for f in folders if os.path.exists(f)] == [], "temporary folders are removed"


def temporary_folders(family):
    """Folders that the kernel made in the system's temporary folder and works in."""
    folders = set()
    for process in family:
        for mapped in process.memory_maps():
            path = mapped.path.split(" ")[0]
            if path.startswith("/tmp/cuaderno-") and path.endswith(".so"):
                folders.add(os.path.join("/tmp", path.split("/")[2]))
    return folders


@pytest.mark.parametrize("code", [SPIN, SLEEP], ids=["loop", "sleep"])
def test_shutdown_while_a_cell_runs(start, code):
    kernel = start()
    family = spinning(kernel, code)
    pressed = time.monotonic()
    kernel.manager.shutdown_kernel()
    assert gone(family) == []
    assert time.monotonic() - pressed < 10


def test_restart_while_a_cell_runs(start):
    kernel = start()
    kernel.ok("let before = 1;")
    family = spinning(kernel)
    kernel.restart()
    assert gone(family) == []
    fresh = kernel.ok("6 * 7")
    assert (fresh.result, fresh.count) == ("42", 1)
    kernel.fails("before")
    assert kernel.ok("zeros(&[2]).shape().to_vec()").result == "[2]"


def test_kill_of_the_kernel_leaves_nothing(start):
    kernel = start()
    family = spinning(kernel)
    assert len(family) > 1, "cells run in a process of their own"
    os.kill(kernel.process.pid, signal.SIGKILL)
    assert gone(family[1:]) == []


def test_kill_while_a_cell_is_compiled_leaves_nothing(start):
    kernel = start()
    kernel.submit("let v: Vec<_> = (0..9).map(|i| format!(\"{i}\")).collect(); v")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not any("rustc" in p.name() for p in kernel.family()):
        time.sleep(0.005)
    family = kernel.family()
    os.kill(kernel.process.pid, signal.SIGKILL)
    assert gone(family[1:]) == []


JUPYTER = """
import sys, time
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name=sys.argv[1], startup_timeout=float(sys.argv[2]))
client.execute('loop {}')
time.sleep(3)
print(manager.provisioner.pid, flush=True)
time.sleep(600)
"""


def test_the_death_of_jupyter_leaves_nothing():
    jupyter = subprocess.Popen(
        [sys.executable, "-c", JUPYTER, KERNEL, str(START_LIMIT)], stdout=subprocess.PIPE, text=True
    )
    kernel = psutil.Process(int(jupyter.stdout.readline()))
    family = [kernel, *kernel.children(recursive=True)]
    jupyter.kill()
    jupyter.wait()
    assert gone(family, limit=15) == []


def test_a_child_process_of_a_cell_ends_with_the_kernel(start):
    kernel = start()
    kernel.ok('let mut child = std::process::Command::new("sleep").arg("600").spawn().unwrap();')
    family = kernel.family()
    assert "sleep" in [p.name() for p in family]
    kernel.manager.shutdown_kernel()
    assert gone(family) == []


def test_the_kernel_survives_the_death_of_the_process_that_runs_the_cells(start):
    kernel = start()
    kernel.ok("let precious = 1;\nfn double(x: i32) -> i32 { 2 * x }")
    cells = psutil.Process(int(kernel.ok("std::process::id()").result))
    assert cells in kernel.family()[1:]
    cells.kill()
    assert gone([cells]) == []
    execution = kernel.run("double(4)")
    assert execution.status == "error" and "precious" in execution.traceback, execution
    assert kernel.ok("double(5)").result == "10"
