"""Runs calls on PyTorch and records what they give; `ops.py` has the calls.

A call is one in Rust (`call`) and the same in Python (`torch`, where it is spelled differently).
Each of its cases has inputs x, y, z, written as [dtype, shape, values, views]. An input of dtype
"float" is run as f32 and as f64; values are as they stand, or those of the rule in `ruled`; views
are applied on both sides, so that the op sees strided memory, and the gradient is that of what lies
below the views. Answers have outputs, [dtype, shape, values], and the gradient of each input. The
gradient that `backward` starts from is cos(0), cos(1), .. in row-major order.

What PyTorch gives in f32 is left out where it is what it gives in f64, rounded, to within a
relative 1e-6: that halves the file.
"""

import json
import math
import platform
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

# Advice on spelling is not our subject.
warnings.filterwarnings("ignore")

DTYPES = {
    "bool": torch.bool,
    "i64": torch.int64,
    "f16": torch.float16,
    "f32": torch.float32,
    "f64": torch.float64,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
NAN, INF = math.nan, math.inf

# ---- inputs -----------------------------------------------------------------------------------


def given(values, dtype="float", views=()):
    """An input with these values, a nested list or a number."""
    array = np.array(values, dtype=object)
    return Input(dtype, array.shape, array.ravel().tolist(), views)


def sampled(*shape, low=-2.0, high=2.0, views=(), dtype="float"):
    """An input with random values of two digits."""

    def values(random):
        count = math.prod(shape)
        if dtype == "i64":
            return random.integers(int(low), int(high), count).tolist()
        if dtype == "bool":
            return (random.integers(0, 2, count) == 1).tolist()
        return np.round(random.uniform(low, high, count), 2).tolist()

    return Input(dtype, shape, values, views)


def ruled(*shape, views=()):
    """A larger input: value i is ((i * 7919 + 13) mod 401 - 200) / 100."""
    return Input("float", shape, "rule", views)


class Input:
    """An input of a case; `values` may be a function of a random generator."""

    def __init__(self, dtype, shape, values, views):
        self.dtype, self.shape, self.values, self.views = dtype, list(shape), values, list(views)

    def drawn(self, random):
        """The input with its values; `record` seeds the generator by the texts of the case."""
        values = self.values(random) if callable(self.values) else self.values
        return Input(self.dtype, self.shape, values, self.views)

    def base(self, dtype):
        """The tensor below the views."""
        values = self.values
        if values == "rule":
            i = np.arange(math.prod(self.shape))
            values = ((i * 7919 + 13) % 401 - 200) / 100
        dtype = DTYPES[dtype if self.dtype == "float" else self.dtype]
        return torch.tensor(values, dtype=dtype).reshape(self.shape)

    def view(self, x):
        for name, *arguments in self.views:
            if name == "slice":
                dim, start, end, step = arguments
                x = x[(slice(None),) * dim + (slice(start, end, step),)]
            else:
                x = getattr(x, name)(*arguments)
        return x

    def written(self):
        values = self.values
        if values != "rule" and self.dtype in ("float", "f16", "f32", "f64"):
            values = [number(float(value), "f64") for value in values]
        return [self.dtype, self.shape, values] + ([self.views] if self.views else [])


# Views for inputs: transposed, part of each row, every second of each row or of a vector.
TURNED = [["transpose", 0, 1]]
MIDDLE = [["narrow", 1, 1, 3]]
STEPPED = [["slice", 1, 0, 5, 2]]
SECONDS = [["slice", 0, 0, 5, 2]]


def pairs(values):
    """Every value with every value."""
    return [a for a in values for _ in values], [b for _ in values for b in values]


# ---- outputs ----------------------------------------------------------------------------------


def number(value, dtype, digits=13):
    """The number with the shortest text that is near enough: f32 as it is, f64 to so many digits.

    JSON has no inf and no NaN: they are written as text.
    """
    if dtype in ("bool", "i64"):
        return value
    if not math.isfinite(value):
        return str(float(value))
    if value.is_integer() and abs(value) < 1e15:
        # `2` is shorter than `2.0`; -0.0 stays as it is.
        return int(value) if value or math.copysign(1, value) > 0 else value
    return float(str(np.float32(value)) if dtype == "f32" else f"{value:.{digits}g}")


def listed(x, digits=13):
    return [number(value, NAMES[x.dtype], digits) for value in x.detach().reshape(-1).tolist()]


def result(x, digits):
    return [NAMES[x.dtype], list(x.shape), listed(x, digits)]


def outputs(value):
    """Whatever a call gives, as a list of tensors."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (bool, float)):
        return [torch.tensor(value)]
    return list(value)


def run(call, inputs, dtype, grad):
    """What PyTorch makes of a call in one float type."""
    leaves = [entry.base(dtype) for entry in inputs]
    if grad:
        for leaf in leaves:
            leaf.requires_grad_(leaf.is_floating_point())
    views = [entry.view(leaf) for leaf, entry in zip(leaves, inputs)]
    names = dict(zip("xyz", views), torch=torch, F=F, math=math)
    try:
        # A call of several statements leaves its result in `out`.
        if "\n" in call or ";" in call:
            exec(call, names)
            value = names["out"]
        else:
            value = eval(call, names)
    except (RuntimeError, IndexError, TypeError, ValueError) as error:
        return None, f"{type(error).__name__}: {error}".splitlines()[0]
    outs = outputs(value)
    # Inputs of a fixed type are there for casts, which are exact.
    digits = 17 if dtype == "any" else 13
    answer = {"out": [result(out, digits) for out in outs]}
    roots = [out for out in outs if out.requires_grad]
    if roots:
        weights = [
            torch.from_numpy(np.cos(np.arange(out.numel()))).to(out.dtype).reshape(out.shape)
            for out in roots
        ]
        wanted = [leaf for leaf in leaves if leaf.requires_grad]
        grads = iter(torch.autograd.grad(roots, wanted, weights, allow_unused=True))
        grads = [next(grads) if leaf.requires_grad else None for leaf in leaves]
        answer["grads"] = [None if g is None else listed(g) for g in grads]
    return answer, None


def alike(narrow, wide):
    """Whether the answer in f32 follows from that in f64."""

    def near(a, b):
        if isinstance(a, (bool, str)) or isinstance(b, (bool, str)):
            return a == b
        return abs(a - b) <= 1e-6 * abs(b)

    def all_near(a, b):
        return len(a) == len(b) and all(map(near, a, b))

    for (dtype, shape, values), (wide_dtype, *wide_rest) in zip(narrow["out"], wide["out"]):
        if [dtype, shape] != [wide_dtype.replace("f64", "f32"), wide_rest[0]]:
            return False
        if not all_near(values, wide_rest[1]):
            return False
    grads = zip(narrow.get("grads", []), wide.get("grads", []))
    return all(a == b if a is None or b is None else all_near(a, b) for a, b in grads)


# The cases of each op, call and call in Python.
CALLS = {}
SEEN = set()


def case(op, call, *inputs, torch=None, label="", grad=True, precise=False):
    """A call that works, on PyTorch as `torch` where that is spelled differently.

    `precise` where PyTorch loses digits in f32: there its answer in f64 is what f32 has to give.
    """
    record(op, call, inputs, torch, label, grad, fails=False, precise=precise)


def fails(op, call, *inputs, torch=None, label="refused"):
    """A call that PyTorch refuses, and so do we."""
    record(op, call, inputs, torch, label, False, fails=True)


def record(op, call, inputs, torch_call, label, grad, fails, precise=False):
    torch_call = torch_call or call
    key = f"{op} / {call} / {label}"
    if key in SEEN:
        sys.exit(f"{key}: is there twice")
    SEEN.add(key)
    random = np.random.default_rng(zlib.crc32(key.encode()))
    inputs = [entry.drawn(random) for entry in inputs]
    entry = {"label": label, "in": [entry.written() for entry in inputs]}
    floats = any(entry.dtype == "float" for entry in inputs)
    for dtype in ["f32", "f64"] if floats else ["any"]:
        answer, error = run(torch_call, inputs, dtype, grad)
        if fails != (error is not None):
            sys.exit(f"{key}: PyTorch says {error}")
        if error is None:
            entry[dtype] = answer
        else:
            entry["error"] = error
    if "f32" in entry and (precise or alike(entry["f32"], entry["f64"])):
        del entry["f32"]
    CALLS.setdefault((op, call, torch_call), []).append(entry)


def written(entry):
    return json.dumps(entry, separators=(",", ":"), allow_nan=False)


def write(name):
    """Writes `name`.json, as the program of the same name."""
    head = {
        "made_by": f"tests/golden/{name}.py",
        "torch": torch.__version__.split("+")[0],
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    path = Path(__file__).with_name(f"{name}.json")
    lines = []
    for (op, call, torch_call), cases in CALLS.items():
        same = {} if torch_call == call else {"torch": torch_call}
        rows = ",\n ".join(written(entry) for entry in cases)
        start = written({"op": op, "call": call, **same}).removesuffix("}")
        lines.append(f'{start},"cases":[\n {rows}]}}')
    text = ",\n".join(lines)
    path.write_text(f'{{"head":{written(head)},\n"calls":[\n{text}\n]}}\n')
    count = sum(map(len, CALLS.values()))
    print(path, len(CALLS), "calls,", count, "cases,", path.stat().st_size // 1024, "KB")
