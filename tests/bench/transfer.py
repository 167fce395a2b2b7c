"""The main experiment of lesson 19 by PyTorch, with the same settings: 25 labelled digits, five seeds.

Run with PyTorch 2.9.0, torchvision 0.24.0 and scikit-learn: python tests/bench/transfer.py
Seeds draw other pictures and weights than ours, so means are compared, not runs.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import cross_entropy, pad
from torchvision import transforms

WEIGHTS = Path(__file__).parents[2] / "runtime/src/models/digits_0_to_4.safetensors"
EPOCHS = [0, 1, 2, 3, 5, 10, 20]
LR, BLOCK_LR = 0.003, 0.001

torch.set_num_threads(1)
data = load_digits()
images = torch.tensor(data.data, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16
classes = torch.tensor(data.target)
images, classes = images[classes >= 5], classes[classes >= 5] - 5


turned = transforms.RandomRotation(10, transforms.InterpolationMode.BILINEAR)
moved = transforms.RandomCrop(12, padding=1)


def photographs(x):
    """Turned, moved, darker, half of them as negatives, and noisy, as in the lesson."""
    x = torch.stack([moved(turned(picture)) for picture in pad(x, (2, 2, 2, 2))])
    x = x * (torch.rand(len(x), 1, 1, 1) * 0.5 + 0.5)
    negative = (torch.rand(len(x), 1, 1, 1) < 0.5).float()
    x = x + negative * (1 - 2 * x)
    return (x + torch.randn_like(x) * 0.05).clamp(0, 1)


def block(inputs, outputs, *pool):
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(), *pool)


class DigitsCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.block1 = block(1, 16)
        self.block2 = block(16, 32, nn.MaxPool2d(2))
        self.block3 = block(32, 64, nn.MaxPool2d(2))
        self.head = nn.Linear(576, 5)

    def frozen(self, how):
        body = [self.block1, self.block2, self.block3]
        return body[: {"scratch": 0, "head": 3, "fine-tuned": 2}[how]]

    def forward(self, x):
        return self.head(self.block3(self.block2(self.block1(x))).flatten(1))


def start(how):
    model = DigitsCnn()
    if how != "scratch":
        body = {name: x for name, x in load_file(WEIGHTS).items() if not name.startswith("head")}
        assert model.load_state_dict(body, strict=False).missing_keys == ["head.weight", "head.bias"]
    return model


def optimizer(how, model):
    head = {"params": model.head.parameters(), "lr": LR}
    if how == "scratch":
        return torch.optim.Adam(model.parameters(), lr=LR)
    if how == "head":
        return torch.optim.Adam([head])
    return torch.optim.Adam([{"params": model.block3.parameters(), "lr": BLOCK_LR}, head])


def rate(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


def curve(how, seed):
    torch.manual_seed(seed)
    order = torch.randperm(len(images))
    few = torch.cat([order[classes[order] == c][:5] for c in range(5)])
    rest = order[~torch.isin(order, few)][:200]
    x, y = photographs(images[few]), classes[few]
    x_test, y_test = photographs(images[rest]), classes[rest]
    model = start(how)
    for part in model.frozen(how):
        part.requires_grad_(False)
    opt = optimizer(how, model)
    rates = []
    for epoch in range(EPOCHS[-1] + 1):
        if epoch > 0:
            model.train()
            for part in model.frozen(how):
                part.eval()
            for rows in torch.randperm(25).split(5):
                opt.zero_grad()
                cross_entropy(model(x[rows]), y[rows]).backward()
                opt.step()
        if epoch in EPOCHS:
            rates.append(rate(model, x_test, y_test))
    return rates


for how in ("scratch", "head", "fine-tuned"):
    runs = np.array([curve(how, seed) for seed in range(5)])
    mean = runs.mean(0)
    print(
        f"{how:10} start {mean[0]:.2f}, 1 epoch {mean[1]:.2f}, 3 epochs {mean[3]:.2f}, "
        f"end {mean[-1]:.3f} ± {runs[:, -1].std(ddof=1):.3f}"
    )
