"""Writes tests/golden/page.json: what PyTorch, NumPy and scikit-learn give for the left sides of
runtime/docs/pytorch.md.

Run with PyTorch 2.9.0, NumPy 2.4.6 and scikit-learn 1.9.1 on Python 3.11, on a CPU:
python tests/golden/page.py
runtime/tests/pytorch.rs runs the right sides and compares. Where one line has two ways to write it
the first one counts. Nothing is recorded for what is random, or is not numbers.
"""

import json
import platform
import re
from pathlib import Path

import numpy as np
import sklearn
import torch
import torch.nn.functional as F
from sklearn import metrics, preprocessing
from torch import nn

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "runtime/docs/pytorch.md"
DTYPES = {
    torch.bool: "bool",
    torch.int64: "i64",
    torch.float16: "f16",
    torch.float32: "f32",
    torch.float64: "f64",
}
# What is random, and what is no number.
LEFT_OUT = [
    "bernoulli",
    "binomial",
    "empty",
    "gradcheck",
    # Its weights are drawn.
    "model(x)",
    "multinomial",
    "normal",
    "rand",
    # What is read and written.
    "load",
    "save",
    "rng_state",
    "shuffle",
    "_split",
    # The first threshold is infinite.
    "roc_curve",
    "uniform",
]


def names():
    """What the rows speak of, fresh for each: some change it."""
    x = torch.tensor([[2.0, 1.0], [4.0, 3.0]])
    y = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
    return {
        "torch": torch,
        "np": np,
        "F": F,
        "nn": nn,
        "x": x,
        "y": y,
        "w": torch.zeros(2, 1, requires_grad=True),
        "array": np.array([[1.0, 2.0], [3.0, 4.5]]),
        "labels": torch.tensor([0, 1]),
        "f": torch.exp,
        "v": y,
        "logits": x,
        "predicted": x.argmax(1),
        "scores": x[:, 1],
        "y_hat": x,
        "model": nn.Sequential(nn.Linear(2, 1)),
        "words": ["cat", "dog", "cat"],
        **vars(metrics),
        **vars(preprocessing),
    }


# What stands for a name in these rows only.
OTHERS = {
    "x.index_select(0, index)": {"index": torch.tensor([1, 0])},
    "x.gather(1, index)": {"index": torch.tensor([[1], [0]])},
    "x.scatter_add(1, index, y)": {"index": torch.tensor([[1], [0]])},
    "x.squeeze(0)": {"x": names()["x"][None]},
    "y.expand_as(x)": {"y": names()["y"][0]},
    'torch.meshgrid(x, y, indexing="ij")': {"x": names()["x"][0], "y": names()["y"][0]},
    "F.one_hot(labels, 3)": {"labels": torch.tensor([0, 2])},
    "torch.bincount(labels, minlength=3)": {"labels": torch.tensor([0, 2])},
    "F.mse_loss(y_hat, y)": {"y_hat": names()["y"]},
}
BITS = torch.tensor([[0.0, 1.0], [1.0, 1.0]])
OTHERS |= {
    code: {"labels": BITS}
    for code in [
        "F.binary_cross_entropy_with_logits(logits, labels)",
        "F.binary_cross_entropy(x.sigmoid(), labels)",
        "nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.))(logits, labels)",
    ]
}


def written(value):
    """`[dtype, shape, values]`; NumPy's and Python's own floats have another dtype than ours."""
    if isinstance(value, (bool, int, float)):
        return [None, [], [value]]
    if isinstance(value, (np.ndarray, np.generic)):
        return [None, list(value.shape), value.ravel().tolist()]
    if not isinstance(value, torch.Tensor):
        raise TypeError
    return [DTYPES[value.dtype], list(value.shape), value.flatten().tolist()]


def result(code):
    """The numbers of a left side, or None."""
    # PyTorch's methods that work in place give the tensor, ours nothing.
    if any(name in code for name in LEFT_OUT) or re.search(r"[a-z]_\(", code):
        return None
    scope = names() | OTHERS.get(code, {})
    if "np." in code:
        scope |= {"x": scope["x"].numpy(), "y": scope["y"].numpy()}
    try:
        value = eval(code, scope)
        values = value if isinstance(value, (tuple, list)) else [value]
        return [written(v) for v in values]
    except (SyntaxError, NameError, TypeError, AttributeError, RuntimeError, ValueError):
        return None


rows = []
for line in PAGE.read_text().splitlines():
    if line.startswith("| `"):
        left = line.rsplit(" | `", 1)[0].removeprefix("| ")
        code = left.split("`")[1]
        rows.append([left, result(code)])
head = {
    "made_by": "tests/golden/page.py",
    "torch": torch.__version__.split("+")[0],
    "numpy": np.__version__,
    "sklearn": sklearn.__version__,
    "python": platform.python_version(),
}
lines = ",\n".join(json.dumps(row, separators=(",", ":"), allow_nan=False) for row in rows)
path = FOLDER / "page.json"
path.write_text(f'{{"head":{json.dumps(head, separators=(",", ":"))},\n"rows":[\n{lines}\n]}}\n')
compared = sum(row[1] is not None for row in rows)
print(path, len(rows), "rows,", compared, "with numbers,", path.stat().st_size // 1024, "KB")
