"""Writes tests/golden/page.json: what PyTorch, NumPy and scikit-learn give for the left sides of
runtime/docs/pytorch.md.

Run with PyTorch 2.9.0, NumPy 2.4.6 and scikit-learn 1.9.1 on Python 3.11, on a CPU:
python tests/golden/page.py
runtime/tests/pytorch.rs runs the right sides and compares. Where one line has two ways to write it
the first one counts. `LEFT_OUT` lists the rows of which nothing is recorded.
"""

import json
import math
import platform
import sys
import warnings
from pathlib import Path

import numpy as np
import scipy.sparse
import sklearn
import torch
import torch.nn.functional as F
from sklearn import metrics, preprocessing
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

# Advice of scikit-learn on so few numbers.
warnings.filterwarnings("ignore")

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "runtime/docs/pytorch.md"
DTYPES = {
    torch.bool: "bool",
    torch.int64: "i64",
    torch.float16: "f16",
    torch.float32: "f32",
    torch.float64: "f64",
}
# Rows that have no numbers here, and why; every other row has them.
LEFT_OUT = {
    "not initialised": ["torch.empty(2, 3)"],
    "random numbers": [
        "torch.manual_seed(42)",
        "torch.rand(2, 20)",
        "torch.randn(2, 3)",
        "torch.normal(0, 0.01, (2, 1))",
        "torch.randint(0, 10, (5,))",
        "torch.randint(0, 2, (5,), dtype=torch.float32)",
        "torch.randperm(5)",
        "np.random.shuffle(x)",
        "torch.rand_like(x)",
        "torch.randn_like(x)",
        "torch.empty(2, 3).uniform_(-1, 1)",
        "torch.bernoulli(torch.full((2, 3), 0.5))",
        "np.random.binomial(1, 0.7, 10)",
        "torch.multinomial(weights, 2)",
        "torch.get_rng_state()",
        "torch.set_rng_state(state)",
        "x.uniform_(-1, 1)",
        "x.normal_(0, 0.01)",
        "random_split(data, [1, 1])",
        "sklearn.datasets.make_moons(100, noise=0.1)",
        "train_test_split(x, y, test_size=0.5)",
        "train_test_split(x, y, test_size=0.2, stratify=y)",
        "KFold(5, shuffle=True).split(x)",
    ],
    "random weights": [
        "output, (h, c) = nn.LSTM(2, 8, batch_first=True)(x)",
        "h = nn.GRUCell(2, 8)(x, h)",
        "model(x)",
        "model.named_parameters()",
        "nn.init.xavier_uniform_(layer.weight)",
        "model.state_dict()",
    ],
    "a type, a device, a text or nested lists": [
        "x.dtype",
        "x.device",
        'torch.device("cpu")',
        "x.tolist()",
        'f"{x.sum().item():.2f}"',
        "classification_report(labels, predicted)",
    ],
    "only a check": [
        "torch.testing.assert_close(x, x)",
        "torch.autograd.gradcheck(f, (x,))",
    ],
    "a loop": [
        "for row in x:",
        "for a, b in zip(x, y):",
        "for x, y in loader:",
        "for epoch in range(2): ..",
        "for i in tqdm(range(3)):",
    ],
    "changes a flag": [
        "w.requires_grad_(False)",
        "h.retain_grad()",
        "model.requires_grad_(False)",
        "model.train()",
        "model.eval()",
    ],
    "None": ["w.grad_fn"],
    "an object, or a change of one": [
        "nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))",
        "nn.Sequential(OrderedDict(body=nn.Linear(2, 8)))",
        "nn.Linear(2, 3, bias=False)",
        "nn.LazyLinear(3)",
        "nn.Conv2d(1, 8, 3, padding=1)",
        'nn.Conv2d(1, 8, 3, padding="same", padding_mode="reflect")',
        "nn.ConvTranspose2d(8, 1, 2, stride=2)",
        "nn.Dropout(0.5)",
        "nn.Embedding(10, 3)",
        'nn.RNN(2, 8, num_layers=2, nonlinearity="relu")',
        "torch.optim.SGD(model.parameters(), lr=0.03)",
        "torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)",
        "torch.optim.Adam(model.parameters(), lr=0.001, betas=(0.9, 0.99))",
        "torch.optim.AdamW(model.parameters(), lr=0.001, weight_decay=0.1)",
        "torch.optim.RMSprop(model.parameters(), lr=0.01, alpha=0.9)",
        'torch.optim.SGD([{"params": body}, {"params": head, "lr": 0.1}], lr=0.01)',
        "opt.zero_grad()",
        "opt.step()",
        "lr_scheduler.StepLR(opt, 10)",
        "lr_scheduler.ReduceLROnPlateau(opt, patience=3)",
        "lr_scheduler.MultiStepLR(opt, [30, 60], gamma=0.5)",
        "lr_scheduler.ExponentialLR(opt, 0.95)",
        "lr_scheduler.CosineAnnealingLR(opt, T_max=50)",
        "lr_scheduler.LinearLR(opt, start_factor=0.1, total_iters=5)",
        "lr_scheduler.OneCycleLR(opt, max_lr=0.1, total_steps=100)",
        "scheduler.step()",
        # There are no gradients.
        "nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
        "nn.utils.clip_grad_value_(model.parameters(), 0.5)",
        "TensorDataset(x, y)",
        # One example there, a batch of one here.
        "data[0]",
        "Subset(data, [1])",
        "DataLoader(data, batch_size=2, shuffle=True)",
        "DataLoader(data, 2, drop_last=True, num_workers=2)",
        "DataLoader(data, 2, collate_fn=augment)",
        "sklearn.datasets.load_iris()",
        # The rows of other data here.
        "StratifiedKFold(5).split(x, y)",
    ],
    "files": [
        "torch.save(model.state_dict(), path)",
        "model.load_state_dict(torch.load(path))",
        "model.load_state_dict(state, strict=False)",
        'torch.load("weights.pth", weights_only=True)',
        "safetensors.torch.load_file(path)",
        'torch.save({"model": .., "optimizer": .., "epoch": 3}, path)',
        "checkpoint = torch.load(path)",
        'opt.load_state_dict(checkpoint["optimizer"])',
        "np.save(path, x)",
        "np.load(path)",
        "np.savez(path, x=x, y=y)",
        "torchvision.datasets.MNIST(root, train=False)",
        'torchvision.datasets.ImageFolder("photos", transform=prepare)',
        'torchvision.io.read_image("cat.jpg") / 255',
        'pd.read_csv("wine.csv")',
        'pd.read_csv("wine.csv", sep=";")',
    ],
    "a library that is not needed for the rest": [
        "torchviz.make_dot(loss)",
        "torchsummary.summary(model, (2,))",
        "transforms.Compose([transforms.RandomCrop(28, padding=2), transforms.ToTensor()])",
        "transforms.Normalize([0.5], [0.5])",
        "table.head(3)",
        "table.describe()",
        'table[["size", "kind"]]',
        "table.dropna()",
        "table.to_csv(index=False)",
        "Trainer(max_epochs=2, gradient_clip_val=1.0)",
        "trainer.fit(model, train, valid)",
        'EarlyStopping("val_acc", mode="max", patience=5)',
        "ModelCheckpoint(every_n_epochs=1)",
        'trainer.fit(.., ckpt_path="run.ckpt")',
        "class Watch(Callback): def on_train_epoch_end(..)",
        "Tuner(trainer).lr_find(model)",
        "trainer.validate(model, valid)",
        "trainer.predict(model, loader)",
        'GridSearchCV(model, {"lr": [0.1, 0.01]})',
        "RandomizedSearchCV(model, ranges, n_iter=20)",
        'plt.plot(x, y, label="loss")',
        'plt.imshow(x, cmap="gray", vmin=0, vmax=1)',
    ],
}
REASONS = {code: reason for reason, codes in LEFT_OUT.items() for code in codes}

# What counts of rows that give nothing: what they change or make, which the test names after them.
# (PyTorch's methods that work in place give the tensor that they changed.)
AFTER = {
    "x /= 2": "x",
    "x[0, 1] = 7": "x",
    "x[x < 2] = 0": "x",
    "values, index = x.sort(dim=1)": "values, index",
    "w = torch.zeros(2, 1, requires_grad=True)": "w",
    "loss.backward()": "w.grad",
    "(w * 2).backward(torch.ones(2, 1))": "w.grad",
    "(w * 2).backward(torch.ones(2, 1), retain_graph=True)": "w.grad",
    "loss.backward(retain_graph=True)": "w.grad",
    "with torch.no_grad(): w -= lr * w.grad": "w",
    "w.grad.zero_()": "backward(w)",
    "w.register_hook(lambda g: g * 2)": "backward(w)",
    'opt.param_groups[0]["lr"] = 0.01': 'opt.param_groups[0]["lr"]',
    "x, y = next(iter(loader))": "x, y",
}


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * x


def backward(w):
    """The gradient after one more `backward`."""
    w.sum().backward()
    return w.grad


def names():
    """What the rows speak of, fresh for each: some change it."""
    x = torch.tensor([[2.0, 1.0], [4.0, 3.0]])
    y = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
    w = torch.tensor([[0.5], [-1.0]], requires_grad=True)
    (w * torch.tensor([[1.0], [2.0]])).sum().backward()
    model = nn.Sequential(nn.Linear(2, 1))
    data = TensorDataset(x, y)
    return {
        "torch": torch,
        "np": np,
        "F": F,
        "nn": nn,
        "x": x,
        "y": y,
        "w": w,
        "loss": w.sum(),
        "backward": backward,
        "lr": 0.1,
        "Square": Square,
        "array": np.array([[1.0, 2.0], [3.0, 4.5]]),
        "labels": torch.tensor([0, 1]),
        "f": torch.exp,
        "v": y,
        "logits": x,
        "predicted": x.argmax(1),
        "scores": x[:, 1],
        "y_hat": x,
        "model": model,
        "opt": torch.optim.SGD(model.parameters(), lr=0.1),
        "data": data,
        "loader": DataLoader(data, 1),
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
    # One column of a table, as scikit-learn takes it.
    "OneHotEncoder().fit(words).transform(words)": {"words": [["cat"], ["dog"], ["cat"]]},
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
    if scipy.sparse.issparse(value):
        value = value.toarray()
    if isinstance(value, (np.ndarray, np.generic)):
        return [None, list(value.shape), finite(value.ravel().tolist())]
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{type(value).__name__} has no numbers")
    return [DTYPES[value.dtype], list(value.shape), finite(value.flatten().tolist())]


def finite(values):
    """JSON has no inf and no NaN: they are written as text."""
    return [v if math.isfinite(v) else str(v) for v in values]


def result(code):
    """The numbers of a left side, or None where it is left out."""
    if code in REASONS:
        return None
    scope = names() | OTHERS.get(code, {})
    if "np." in code:
        scope |= {"x": scope["x"].numpy(), "y": scope["y"].numpy()}
    try:
        if code in AFTER:
            exec(code, scope)
        value = eval(AFTER.get(code, code), scope)
        values = value if isinstance(value, (tuple, list)) else [value]
        return [written(v) for v in values]
    except Exception as error:
        sys.exit(f"{code}: {type(error).__name__}: {error}")


rows, codes = [], set()
for line in PAGE.read_text().splitlines():
    if line.startswith("| `"):
        left = line.rsplit(" | `", 1)[0].removeprefix("| ")
        code = left.split("`")[1]
        codes.add(code)
        rows.append([left, result(code)])
gone = (REASONS.keys() | AFTER.keys() | OTHERS.keys()) - codes
if gone:
    sys.exit(f"no rows of the page: {sorted(gone)}")
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
