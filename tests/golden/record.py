"""Runs calls on PyTorch and records what they give; `ops.py` has the calls.

A case is a call in Rust (`call`), the same in Python (`torch`, where it is spelled differently),
and inputs x, y, z. An input of dtype "float" is run as f32 and as f64. Its values are written as
they are, or given by the rule of `ruled`; `views` are applied to it on both sides, so that the op
sees strided memory, and the gradient is that of what lies below the views. The gradient that
`backward` starts from is cos(0), cos(1), .. in row-major order.

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

DTYPES = {"bool": torch.bool, "i64": torch.int64, "f32": torch.float32, "f64": torch.float64}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
NAN, INF = math.nan, math.inf

# ---- inputs -----------------------------------------------------------------------------------


def given(values, dtype="float", views=()):
    """An input with these values, a nested list or a number."""
    array = np.array(values, dtype=object)
    shape = list(array.shape)
    return {"dtype": dtype, "shape": shape, "values": array.ravel().tolist(), "views": list(views)}


def sampled(*shape, low=-2.0, high=2.0, views=(), dtype="float"):
    """An input with random values of two digits; `case` seeds the generator by its texts."""
    return {"dtype": dtype, "shape": list(shape), "range": (low, high), "views": list(views)}


def ruled(*shape, views=()):
    """A larger input: value i is ((i * 7919 + 13) mod 401 - 200) / 100."""
    return {"dtype": "float", "shape": list(shape), "rule": True, "views": list(views)}


def filled(entry, random):
    """The input with its values written out."""
    entry = dict(entry)
    if "range" in entry:
        low, high = entry.pop("range")
        count = math.prod(entry["shape"])
        if entry["dtype"] == "i64":
            values = random.integers(int(low), int(high), count)
        elif entry["dtype"] == "bool":
            values = random.integers(0, 2, count) == 1
        else:
            values = np.round(random.uniform(low, high, count), 2)
        entry["values"] = values.tolist()
    return entry


def base(entry, dtype):
    """The input as a tensor, before its views."""
    if "rule" in entry:
        i = np.arange(math.prod(entry["shape"]))
        values = ((i * 7919 + 13) % 401 - 200) / 100
    else:
        values = entry["values"]
    dtype = DTYPES[dtype if entry["dtype"] == "float" else entry["dtype"]]
    return torch.tensor(values, dtype=dtype).reshape(entry["shape"])


def viewed(x, views):
    for name, *arguments in views:
        x = getattr(x, name)(*arguments)
    return x


# Views for inputs: transposed, part of each row.
TURNED = [["transpose", 0, 1]]
MIDDLE = [["narrow", 1, 1, 3]]


def pairs(values):
    """Every value with every value."""
    return [a for a in values for _ in values], [b for _ in values for b in values]


# ---- outputs ----------------------------------------------------------------------------------


def number(value, dtype, digits=14):
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


def listed(x, digits=14):
    return [number(value, NAMES[x.dtype], digits) for value in x.detach().reshape(-1).tolist()]


def result(x, digits):
    return {"dtype": NAMES[x.dtype], "shape": list(x.shape), "values": listed(x, digits)}


def outputs(value):
    """Whatever a call gives, as a list of tensors."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (bool, float)):
        return [torch.tensor(value)]
    return list(value)


def run(call, inputs, dtype, grad):
    """What PyTorch makes of a call in one float type."""
    leaves = [base(entry, dtype) for entry in inputs]
    if grad:
        for leaf in leaves:
            leaf.requires_grad_(leaf.is_floating_point())
    views = [viewed(leaf, entry["views"]) for leaf, entry in zip(leaves, inputs)]
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
    digits = 17 if dtype == "any" else 14
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

    for a, b in zip(narrow["out"], wide["out"]):
        if a["dtype"] != b["dtype"].replace("f64", "f32") or a["shape"] != b["shape"]:
            return False
        if not all_near(a["values"], b["values"]):
            return False
    grads = zip(narrow.get("grads", []), wide.get("grads", []))
    return all(a == b if a is None or b is None else all_near(a, b) for a, b in grads)


CASES = []
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
    inputs = [filled(entry, random) for entry in inputs]
    entry = {"op": op, "call": call, "torch": torch_call, "label": label, "inputs": inputs}
    if torch_call == call:
        del entry["torch"]
    floats = any(x["dtype"] == "float" for x in inputs)
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
    for x in inputs:
        if x["dtype"] in ("float", "f32", "f64") and "values" in x:
            x["values"] = [number(float(value), "f64") for value in x["values"]]
        if not x["views"]:
            del x["views"]
    CASES.append(entry)


def written(entry):
    return json.dumps(entry, separators=(",", ":"), allow_nan=False)


def write():
    head = {
        "made_by": "tests/golden/ops.py",
        "torch": torch.__version__.split("+")[0],
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    path = Path(__file__).with_name("ops.json")
    lines = ",\n".join(written(entry) for entry in CASES)
    path.write_text(f'{{"head":{written(head)},\n"cases":[\n{lines}\n]}}\n')
    print(path, len(CASES), "cases,", path.stat().st_size // 1024, "KB")
