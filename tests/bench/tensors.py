"""How long ops and training take: our runtime against PyTorch, in one run, alternating.

    cargo bench-tensors [--rounds N] [--only TEXT] [--threads 1,2] [--no-memory] [--json FILE]
    cargo bench-tensors --waiting

Each line runs in two processes, ours and this file's own worker, one after the other, N times;
the table has the medians, their ratio, ours to PyTorch's, below 1 where we are faster, and the ratio
of the fastest rounds: a virtual machine whose neighbours slow one of its processors for seconds moves
the medians by half, and the fastest rounds least. Memory is by
how much a process grew at most while it made the inputs and ran the line three times. The
machine's clock is noisy: read the ratios.

`--waiting` measures instead which part of an epoch on augmented pictures training waits for its next
batch: alone, and with workers that prepare batches. Training itself has one thread, so that on two
cores the workers have one too.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path


def lines():
    import torch

    def product(rows, inner, columns):
        a, b = torch.randn(rows, inner), torch.randn(inner, columns)
        return lambda: a @ b

    def unary(shape, f):
        x = torch.randn(*shape)
        return lambda: f(x)

    def triple():
        a, b, c = (torch.randn(10_000_000) for _ in range(3))
        return lambda: a * b + c

    def joined(dim):
        parts = [torch.randn(1024, 4096) for _ in range(4)]
        return lambda: torch.cat(parts, dim)

    def tiny(backward):
        leaves = [torch.randn(10, requires_grad=True) for _ in range(3)]
        x, y, z = leaves

        def forward():
            return x * y + z

        def both():
            (x * y + z).sum().backward()
            for leaf in leaves:
                leaf.grad = None

        return both if backward else forward

    def graph(backward):
        x = torch.tensor([1.0], requires_grad=True)

        def build():
            y = x
            for _ in range(100_000):
                y = y * 1.0001
            return y

        def both():
            build().backward()
            x.grad = None

        return both if backward else build

    square = (4096, 4096)
    import loading
    import networks
    import recurrent
    import training

    return {
        **networks.lines(),
        **recurrent.lines(),
        "matmul 1024x1024x1024": lambda: product(1024, 1024, 1024),
        "matmul 256x784x256": lambda: product(256, 784, 256),
        "matmul 128x4x50": lambda: product(128, 4, 50),
        "matmul 32x256x256": lambda: product(32, 256, 256),
        "a*b+c 10M": triple,
        "exp 10M": lambda: unary((10_000_000,), torch.exp),
        "tanh 10M": lambda: unary((10_000_000,), torch.tanh),
        "softmax 4096x1000": lambda: unary((4096, 1000), lambda x: torch.softmax(x, 1)),
        "sum 4096x4096 dim 0": lambda: unary(square, lambda x: x.sum(0)),
        "sum 4096x4096 dim 1": lambda: unary(square, lambda x: x.sum(1)),
        "var 4096x4096": lambda: unary(square, lambda x: x.var()),
        "var 4096x4096 dim 0": lambda: unary(square, lambda x: x.var(0)),
        "var 4096x4096 dim 1": lambda: unary(square, lambda x: x.var(1)),
        "transpose-copy 4096x4096": lambda: unary(square, lambda x: x.t().contiguous()),
        "cat 4x 1024x4096 dim 0": lambda: joined(0),
        "cat 4x 1024x4096 dim 1": lambda: joined(1),
        "tiny x*y+z, gradient tracked": lambda: tiny(False),
        "tiny (x*y+z).sum().backward()": lambda: tiny(True),
        "graph of 100 000 nodes: build": lambda: graph(False),
        "graph of 100 000 nodes: build and walk": lambda: graph(True),
        **training.lines(),
        **loading.lines(),
    }


def seconds(run):
    """Seconds of one run, from as many as fit 40 ms."""
    start, count, batch = time.perf_counter(), 0, 1
    while True:
        for _ in range(batch):
            run()
        count += batch
        taken = time.perf_counter() - start
        if taken >= 0.04:
            return taken / count
        batch = count


def memory(field):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return float(line.split()[1]) * 1024
    return None


def growth(make):
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    run = make()
    for _ in range(3):
        run()
    return memory("VmHWM") - before


def serve(threads):
    """Answers names with numbers, as runtime/benches/ops.rs does."""
    import loading
    import torch

    torch.set_num_threads(threads)
    table, current = lines(), (None, None)
    for request in sys.stdin:
        request = request.rstrip("\n")
        if request.startswith("memory "):
            answer = growth(table[request.removeprefix("memory ")])
        elif request.startswith("waiting "):
            answer = loading.waiting(int(request.removeprefix("waiting ")))
        else:
            if current[0] != request:
                current = (request, table[request]())
                current[1]()
            answer = seconds(current[1])
        print(repr(answer), flush=True)


# Seconds before each measurement. PyTorch's threads wait for more work for 8 to 10 ms without
# sleeping, and take that from whoever is measured next.
SETTLE = 0.03


class Worker:
    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        return None if answer in ("none", "") else float(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def shown(value):
    for unit, size in [("s", 1), ("ms", 1e-3), ("us", 1e-6)]:
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def measure(ours, threads, names, rounds, with_memory):
    theirs = [sys.executable, __file__, "--serve", str(threads)]
    mine = [ours, str(threads)]
    workers = Worker(mine), Worker(theirs)
    rows = []
    for name in names:
        samples = [[], []]
        for worker in workers:
            worker.ask(name)
        for _ in range(rounds):
            for worker, sample in zip(workers, samples):
                time.sleep(SETTLE)
                sample.append(worker.ask(name))
        times = [statistics.median(sample) for sample in samples]
        # A fresh process for each: one that ran other lines has memory to spare.
        grown = []
        for command in (mine, theirs) if with_memory else ():
            worker = Worker(command)
            grown.append(worker.ask("memory " + name))
            worker.close()
        rows.append((name, *times, *grown))
        ratio = times[0] / times[1]
        least = min(samples[0]) / min(samples[1])
        megabytes = " / ".join("?" if g is None else f"{g / 2**20:.0f}" for g in grown)
        print(
            f"| {name} | {shown(times[0])} | {shown(times[1])} | {ratio:.2f} | {least:.2f} "
            f"| {megabytes} |",
            flush=True,
        )
    for worker in workers:
        worker.close()
    return rows


def measure_waiting(ours, rounds):
    print("| an epoch waits for its batches | ours | PyTorch |")
    print("|---|---|---|", flush=True)
    workers = [Worker(command) for command in ([ours, "1"], [sys.executable, __file__, "--serve", "1"])]
    for count in (0, 1, 2):
        samples = [[worker.ask(f"waiting {count}") for worker in workers] for _ in range(rounds)]
        ours, theirs = (statistics.median(column) for column in zip(*samples))
        name = f"{count} worker{'s' * (count > 1)}" if count else "one thread does both"
        print(f"| {name} | {100 * ours:.1f} % | {100 * theirs:.1f} % |", flush=True)
    for worker in workers:
        worker.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", type=int)
    parser.add_argument("--ours", help="the worker that cargo built")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="", help="lines whose name has this text")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--no-memory", action="store_true", help="leave the last column out")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--waiting", action="store_true", help="how long training waits for data")
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve)
    import torch

    if options.waiting:
        return measure_waiting(options.ours, options.rounds)
    names = [name for name in lines() if options.only in name]
    print(f"{platform.machine()}, PyTorch {torch.__version__}, medians of {options.rounds}")
    results = {}
    for threads in map(int, options.threads.split(",")):
        heading = f"{threads} thread{'s' * (threads > 1)}"
        print(f"\n| {heading} | ours | PyTorch | ratio | of the fastest | MiB grown |")
        print("|---|---|---|---|---|---|", flush=True)
        results[threads] = measure(
            options.ours, threads, names, options.rounds, not options.no_memory
        )
    if options.json:
        options.json.write_text(json.dumps(results))


if __name__ == "__main__":
    main()
