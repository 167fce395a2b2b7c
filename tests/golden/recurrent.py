"""Writes tests/golden/recurrent.json: recurrent layers and cells in PyTorch, with all gradients.

Run with PyTorch 2.9.0 on Python 3.11, on a CPU: python tests/golden/recurrent.py

Number i of parameter k is ((7919 i + 101 k + 13) mod 401 - 200) / 512, which f32 holds exactly; x
counts as parameter 50, h_0 as 51, c_0 as 52. Everything is computed in f64. The gradients are those
of the sum of all outputs, each number i times cos i.
"""

import itertools
import json
import math
import platform
from pathlib import Path

import torch

STEPS, BATCH, INPUTS, HIDDEN = 4, 2, 3, 2


def ruled(shape, k):
    i = torch.arange(math.prod(shape))
    return (((i * 7919 + 101 * k + 13) % 401 - 200).double() / 512).reshape(shape)


def numbers(x):
    return [float(f"{v:.13g}") for v in x.detach().reshape(-1).tolist()]


def weighed(x):
    return (x.reshape(-1) * torch.cos(torch.arange(x.numel()).double())).sum()


def run(layer, x_shape, state_shape, given, settings):
    """The expected numbers of a layer or cell."""
    for k, (_, parameter) in enumerate(layer.named_parameters()):
        parameter.data = ruled(parameter.shape, k)
    x = ruled(x_shape, 50).requires_grad_()
    states = []
    if given:
        count = 2 if "LSTM" in settings["layer"] else 1
        states = [ruled(state_shape, 51 + i).requires_grad_() for i in range(count)]
    start = [] if not given else [states[0] if len(states) == 1 else tuple(states)]
    found = layer(x, *start)
    if settings["layer"].endswith("Cell"):
        outputs = list(found) if isinstance(found, tuple) else [found]
    else:
        output, last = found
        outputs = [output, *last] if isinstance(last, tuple) else [output, last]
    total = sum(weighed(y) for y in outputs)
    total.backward()
    return settings | {
        "x": list(x_shape),
        "state": list(state_shape) if given else None,
        "outputs": [[list(y.shape), numbers(y)] for y in outputs],
        "gradients": {name: numbers(p.grad) for name, p in layer.named_parameters()},
        "gradient_of_x": numbers(x.grad),
        "gradients_of_states": [numbers(s.grad) for s in states],
    }


def layers():
    everything = itertools.product(
        ["RNN", "RNN relu", "LSTM", "GRU"], [1, 2], [False, True], [False, True], [False, True]
    )
    for kind, count, both, batch_first, given in everything:
        # Every pair of options is there, not every combination.
        if (count == 2) + both + batch_first + given > 2 and kind != "LSTM":
            continue
        for bias in [True, False] if not (both or batch_first) else [True]:
            for batched in [True, False] if count == 1 and bias else [True]:
                name, *relu = kind.split()
                options = dict(num_layers=count, bidirectional=both, batch_first=batch_first)
                more = {"nonlinearity": "relu"} if relu else {}
                make = getattr(torch.nn, name)
                layer = make(INPUTS, HIDDEN, bias=bias, dtype=torch.float64, **options, **more)
                x = (BATCH, STEPS, INPUTS) if batch_first else (STEPS, BATCH, INPUTS)
                state = (count * (1 + both), BATCH, HIDDEN)
                if not batched:
                    x, state = (STEPS, INPUTS), (state[0], HIDDEN)
                settings = {"layer": name, "relu": bool(relu), "bias": bias} | options
                yield run(layer, x, state, given, settings)


def cells():
    for kind in ["RNNCell", "RNNCell relu", "LSTMCell", "GRUCell"]:
        for given, bias, batched in itertools.product([False, True], repeat=3):
            if not (bias or given):
                continue
            name, *relu = kind.split()
            more = {"nonlinearity": "relu"} if relu else {}
            layer = getattr(torch.nn, name)(INPUTS, HIDDEN, bias=bias, dtype=torch.float64, **more)
            rows = (BATCH,) if batched else ()
            settings = {"layer": name, "relu": bool(relu), "bias": bias}
            yield run(layer, (*rows, INPUTS), (*rows, HIDDEN), given, settings)


head = {
    "made_by": "tests/golden/recurrent.py",
    "torch": torch.__version__.split("+")[0],
    "python": platform.python_version(),
}
cases = [*layers(), *cells()]
rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
path = Path(__file__).with_name("recurrent.json")
path.write_text(f'{{"head":{json.dumps(head, separators=(",", ":"))},\n"cases":[\n{rows}\n]}}\n')
print(path, len(cases), "cases,", path.stat().st_size // 1024, "KB")
