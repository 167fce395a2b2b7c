"""Writes tests/golden/layers.json: what PyTorch's layers compute, with gradients and statistics.

Run with PyTorch 2.9.0 on Python 3.11, on a CPU: python tests/golden/layers.py
runtime/tests/layers.rs builds the same layers by their text (`layer`), gives them the same state and
batches, and compares.

Everything is computed in f64. Inputs and parameters are multiples of 1/64, so that they are the same
numbers in f32. Each step is a batch in training or evaluation mode: its output, the gradient of the
input and of each parameter for the weights cos(0), cos(1), .. of the output, and the buffers after it.
`exact` is false where running statistics, which we keep in f32, reach the output.
"""

import json
import platform
from pathlib import Path

import numpy as np
import torch
from torch import nn

random = np.random.default_rng(4)
CASES = []


def numbers(*shape, low=-2.0, high=2.0):
    """Random multiples of 1/64."""
    values = np.round(random.uniform(low, high, shape) * 64) / 64
    return torch.tensor(values, dtype=torch.float64)


def whole(high, *shape):
    return torch.tensor(random.integers(0, high, shape))


def listed(x):
    return [float(f"{v:.13g}") if x.is_floating_point() else v for v in x.detach().reshape(-1).tolist()]


def entry(x):
    return [list(x.shape), listed(x)]


def case(layer, module, *batches, modes=None):
    """A layer of ours, the same of PyTorch, and batches; trained on all but the last by default."""
    module = module.double()
    with torch.no_grad():
        for name, p in module.named_parameters():
            p.copy_(numbers(*p.shape, low=0.5, high=1.5) if p.ndim == 1 else numbers(*p.shape, low=-1, high=1))
            if isinstance(module, nn.Embedding) and module.padding_idx is not None:
                p[module.padding_idx] = 0
    state = {name: entry(t) for name, t in module.state_dict().items()}
    modes = modes or [True] * (len(batches) - 1) + [False]
    steps = []
    trained = False
    for train, x in zip(modes, batches):
        module.train(train)
        module.zero_grad()
        floats = x.is_floating_point()
        # Fresh values, since modules such as Identity return their input.
        x = x.clone().requires_grad_(floats)
        y = module(x)
        weights = torch.cos(torch.arange(y.numel(), dtype=torch.float64)).reshape(y.shape)
        if y.requires_grad:
            (y * weights).sum().backward()
        trained = trained or train
        running = any("running" in name for name, _ in module.named_buffers())
        steps.append(
            {
                "train": train,
                "exact": train or not (trained and running),
                "x": ["f" if floats else "i", *entry(x)],
                "y": entry(y),
                "dx": listed(x.grad) if floats else None,
                "grads": {name: listed(p.grad) for name, p in module.named_parameters()},
                "buffers": {name: listed(b) for name, b in module.named_buffers()},
            }
        )
    CASES.append({"layer": layer, "state": state, "steps": steps})


class Residual(nn.Module):
    def __init__(self, block, shortcut=None):
        super().__init__()
        self.block = block
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, x):
        around = self.shortcut(x) if hasattr(self, "shortcut") else x
        return self.block(x) + around


class Concat(nn.ModuleList):
    def forward(self, x):
        return torch.cat([branch(x) for branch in self], dim=1)


def linear():
    case("Linear(3, 2)", nn.Linear(3, 2), numbers(4, 3))
    case("Linear(2, 4)", nn.Linear(2, 4), numbers(128, 2))
    case("Linear(4, 1)", nn.Linear(4, 1), numbers(5, 4))
    case("Linear(3, 2).no_bias()", nn.Linear(3, 2, bias=False), numbers(4, 3))
    case("Linear(40, 33)", nn.Linear(40, 33), numbers(7, 40))
    case("Linear(3, 2)", nn.Linear(3, 2), numbers(3))
    case("Linear(3, 2)", nn.Linear(3, 2), numbers(2, 4, 3))
    case("LazyLinear(2)", nn.Linear(5, 2), numbers(3, 5))


def activations():
    x = numbers(3, 5, low=-4, high=4)
    for layer, module in {
        "Identity": nn.Identity(),
        "ReLU": nn.ReLU(),
        "Sigmoid": nn.Sigmoid(),
        "Tanh": nn.Tanh(),
        "SiLU": nn.SiLU(),
        "LeakyReLU": nn.LeakyReLU(),
        "LeakyReLU(0.2)": nn.LeakyReLU(0.2),
        "ELU": nn.ELU(),
        "ELU(0.5)": nn.ELU(0.5),
        "GELU": nn.GELU(),
        "GELU(tanh)": nn.GELU(approximate="tanh"),
        "Softplus": nn.Softplus(),
        "Softplus.beta(2).threshold(3)": nn.Softplus(beta=2, threshold=3),
        "Softmax(1)": nn.Softmax(dim=1),
        "Softmax(0)": nn.Softmax(dim=0),
        "LogSoftmax(-1)": nn.LogSoftmax(dim=-1),
        "Dropout(0.4)": nn.Dropout(0.4),
        "Dropout(0)": nn.Dropout(0.0),
    }.items():
        case(layer, module, x, modes=[layer == "Dropout(0)"])
    edges = torch.tensor([0.0, -0.0, 20.0, 20.5, -20.0, 50.0, -90.0, 1e-3, -1e-3], dtype=torch.float64)
    for layer, module in {
        "SiLU": nn.SiLU(),
        "LeakyReLU": nn.LeakyReLU(),
        "ELU": nn.ELU(),
        "GELU": nn.GELU(),
        "GELU(tanh)": nn.GELU(approximate="tanh"),
        "Softplus": nn.Softplus(),
    }.items():
        case(layer, module, edges)
    case("Dropout2d(0.4)", nn.Dropout2d(0.4), numbers(2, 3, 2, 2))
    case("Flatten", nn.Flatten(), numbers(2, 3, 2, 2))
    case("Flatten(0, 1)", nn.Flatten(0, 1), numbers(2, 3, 2))
    case("Flatten(2, -1)", nn.Flatten(2, -1), numbers(2, 3, 2, 2))


def embeddings():
    case("Embedding(6, 3)", nn.Embedding(6, 3), whole(6, 4))
    case("Embedding(6, 3)", nn.Embedding(6, 3), whole(6, 2, 5))
    case("Embedding(6, 3).padding_idx(2)", nn.Embedding(6, 3, padding_idx=2), torch.tensor([[2, 0, 2], [5, 1, 2]]))


def batch_norms():
    def rows():
        return [numbers(5, 3) + 3 for _ in range(4)]

    case("BatchNorm1d(3)", nn.BatchNorm1d(3), *rows())
    case("BatchNorm1d(3).momentum(0.3)", nn.BatchNorm1d(3, momentum=0.3), *rows())
    case("BatchNorm1d(3).cumulative()", nn.BatchNorm1d(3, momentum=None), *rows())
    case("BatchNorm1d(3).eps(0.01)", nn.BatchNorm1d(3, eps=0.01), *rows())
    case("BatchNorm1d(3).no_affine()", nn.BatchNorm1d(3, affine=False), *rows())
    case("BatchNorm1d(3).no_running_stats()", nn.BatchNorm1d(3, track_running_stats=False), *rows())
    case("BatchNorm1d(3)", nn.BatchNorm1d(3), *[numbers(2, 3, 4) for _ in range(3)])
    # In and out of training; evaluation before any training.
    modes = [False, True, False, True, True, False]
    case("BatchNorm1d(2)", nn.BatchNorm1d(2), *[numbers(4, 2) for _ in modes], modes=modes)
    case("BatchNorm2d(3)", nn.BatchNorm2d(3), *[numbers(2, 3, 4, 5) - 2 for _ in range(4)])
    case("BatchNorm2d(2)", nn.BatchNorm2d(2), numbers(1, 2, 5, 7), numbers(3, 2, 2, 2))
    case("BatchNorm2d(2).no_affine()", nn.BatchNorm2d(2, affine=False), numbers(2, 2, 6, 6), numbers(3, 2, 2, 2))


def layer_norms():
    case("LayerNorm([5])", nn.LayerNorm(5), numbers(4, 5))
    case("LayerNorm([40])", nn.LayerNorm(40), numbers(3, 40))
    case("LayerNorm([3, 4])", nn.LayerNorm([3, 4]), numbers(2, 3, 4))
    case("LayerNorm([5]).eps(0.1)", nn.LayerNorm(5, eps=0.1), numbers(2, 3, 5))
    case("LayerNorm([5]).no_bias()", nn.LayerNorm(5, bias=False), numbers(4, 5))
    case("LayerNorm([5]).no_affine()", nn.LayerNorm(5, elementwise_affine=False), numbers(4, 5))


def networks():
    case("xor", nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1)), numbers(8, 2))
    case(
        "normed",
        nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3)),
        *[numbers(8, 4) for _ in range(3)],
    )
    shared = nn.Linear(3, 3)
    case("shared", nn.Sequential(shared, nn.Tanh(), shared), numbers(4, 3))
    case("residual", Residual(nn.Sequential(nn.Linear(3, 3), nn.Tanh())), numbers(4, 3))
    case("residual with shortcut", Residual(nn.Linear(3, 2), nn.Linear(3, 2, bias=False)), numbers(4, 3))
    case("concat", Concat([nn.Linear(3, 2), nn.Sequential(nn.Linear(3, 4), nn.Sigmoid())]), numbers(4, 3))


def initialisers():
    gains = {name: nn.init.calculate_gain(name) for name in ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]}
    gains["leaky 0.3"] = nn.init.calculate_gain("leaky_relu", 0.3)
    fans = [[shape, list(nn.init._calculate_fan_in_and_fan_out(torch.empty(shape)))] for shape in [[3, 4], [10, 3, 5, 5], [8, 1, 7]]]
    return {"gains": gains, "fans": fans}


def main():
    linear()
    activations()
    embeddings()
    batch_norms()
    layer_norms()
    networks()
    head = {
        "made_by": "tests/golden/layers.py",
        "torch": torch.__version__.split("+")[0],
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    path = Path(__file__).with_name("layers.json")
    lines = ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in CASES)
    init = json.dumps(initialisers(), separators=(",", ":"))
    path.write_text(f'{{"head":{json.dumps(head)},\n"init":{init},\n"cases":[\n{lines}\n]}}\n')
    print(path, len(CASES), "cases,", path.stat().st_size // 1024, "KB")


main()
