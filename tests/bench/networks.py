"""Lines of `tensors.py` with convolutions: single ones, and training steps of networks."""

import re

import torch
import torch.nn.functional as F
from torch import nn

# Images, the layer (outputs, kernel, stride, padding).
CONVOLUTIONS = [
    ("[64, 1, 28, 28]", "[32, 3, 1, 0]"),
    ("[64, 32, 26, 26]", "[32, 3, 1, 0]"),
    ("[64, 32, 12, 12]", "[2, 3, 1, 0]"),
    ("[256, 1, 28, 28]", "[16, 5, 1, 2]"),
    ("[256, 16, 14, 14]", "[32, 5, 1, 2]"),
    ("[8, 3, 224, 224]", "[64, 7, 2, 3]"),
    ("[8, 64, 56, 56]", "[64, 3, 1, 1]"),
    ("[8, 64, 56, 56]", "[128, 3, 2, 1]"),
    ("[8, 64, 56, 56]", "[128, 1, 2, 0]"),
    ("[8, 128, 28, 28]", "[128, 3, 1, 1]"),
    ("[8, 256, 14, 14]", "[256, 3, 1, 1]"),
    ("[8, 512, 7, 7]", "[512, 3, 1, 1]"),
]


def convolution(name):
    n, inputs, h, w, outputs, kernel, stride, padding = map(int, re.findall(r"\d+", name))
    x = torch.randn(n, inputs, h, w, requires_grad="dx" in name)
    weight = (torch.randn(outputs, inputs, kernel, kernel) * 0.1).requires_grad_("dw" in name)
    dy = F.conv2d(x, weight, stride=stride, padding=padding).detach()

    def run():
        y = F.conv2d(x, weight, stride=stride, padding=padding)
        if y.requires_grad:
            y.backward(dy)
            x.grad = weight.grad = None

    return run


def pooled(shape, size, stride, padding, step):
    x = torch.randn(*shape).relu().requires_grad_(step)
    dy = F.max_pool2d(x, size, stride, padding).detach()

    def run():
        y = F.max_pool2d(x, size, stride, padding)
        if step:
            y.backward(dy)
            x.grad = None

    return run


def layer(*shape):
    return [(torch.randn(s) * 0.05).requires_grad_() for s in (shape, shape[:1])]


def step(logits, parameters):
    target = torch.full((len(logits),), 3)
    F.cross_entropy(logits, target).backward()
    with torch.no_grad():
        for p in parameters:
            p -= 0.001 * p.grad
            p.grad = None


def mnist_cnn():
    x = torch.rand(64, 1, 28, 28)
    layers = [layer(o, i, 3, 3) for o, i in [(32, 1), (32, 32), (2, 32)]]
    layers += [layer(50, 200), layer(10, 50)]
    parameters = sum(layers, [])

    def run():
        h = F.conv2d(F.conv2d(x, *layers[0]).relu(), *layers[1]).relu()
        h = F.conv2d(F.max_pool2d(h, 2), *layers[2]).relu().reshape(64, 200)
        step(F.linear(F.linear(h, *layers[3]).relu(), *layers[4]), parameters)

    return run


def wide_cnn():
    x = torch.rand(256, 1, 28, 28)
    layers = [layer(16, 1, 5, 5), layer(32, 16, 5, 5), layer(10, 1568)]
    parameters = sum(layers, [])

    def run():
        h = F.max_pool2d(F.conv2d(x, *layers[0], padding=2).relu(), 2)
        h = F.max_pool2d(F.conv2d(h, *layers[1], padding=2).relu(), 2)
        step(F.linear(h.reshape(256, 1568), *layers[2]), parameters)

    return run


def resnet(train):
    x = torch.rand(8, 3, 224, 224)

    def weight(o, i, k):
        return (torch.randn(o, i, k, k) * (i * k * k) ** -0.5).requires_grad_(train)

    first = weight(64, 3, 7)
    blocks, inputs = [], 64
    for outputs in [64, 128, 256, 512]:
        for _ in range(2):
            stride = 1 if outputs == inputs else 2
            short = weight(outputs, inputs, 1) if stride == 2 else None
            a, b = weight(outputs, inputs, 3), weight(outputs, outputs, 3)
            blocks.append((a, b, short, stride))
            inputs = outputs
    last = (torch.randn(512, 1000) * 0.01).requires_grad_(train)
    parameters = [first, last] + [w for block in blocks for w in block[:3] if w is not None]

    def run():
        h = F.max_pool2d(F.conv2d(x, first, stride=2, padding=3).relu(), 3, 2, 1)
        for a, b, short, stride in blocks:
            inner = F.conv2d(F.conv2d(h, a, stride=stride, padding=1).relu(), b, padding=1)
            h = (inner + (h if short is None else F.conv2d(h, short, stride=stride))).relu()
        y = h.mean((2, 3)) @ last
        if train:
            step(y, parameters)

    return run


def trained(model, x, loss, optimizer):
    def run():
        value = loss(model(x))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()

    return run


def mnist_cnn_batch_norm():
    x, y = torch.rand(64, 1, 28, 28), torch.randint(0, 10, (64,))
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 2, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.BatchNorm1d(200),
        nn.Linear(200, 50),
        nn.ReLU(),
        nn.Linear(50, 10),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    return trained(model, x, lambda logits: F.cross_entropy(logits, y), optimizer)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(784, 400)
        self.mean, self.log_variance = nn.Linear(400, 20), nn.Linear(400, 20)
        self.third, self.last = nn.Linear(20, 400), nn.Linear(400, 784)

    def forward(self, x):
        h = self.first(x).relu()
        mu, log_var = self.mean(h), self.log_variance(h)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        return self.last(self.third(z).relu()).sigmoid(), mu, log_var


def vae():
    x, model = torch.rand(128, 784), VAE()

    def loss(output):
        y, mu, log_var = output
        divergence = -0.5 * (1 + log_var - mu**2 - log_var.exp()).sum()
        return F.binary_cross_entropy(y, x) + divergence / (128 * 784)

    return trained(model, x, loss, torch.optim.Adam(model.parameters(), lr=0.001))


def lines():
    table = {}
    for images, layer in CONVOLUTIONS:
        for parts in ["y", "y dx", "y dw"]:
            name = f"conv {images} {layer} {parts}"
            table[name] = lambda name=name: convolution(name)
    image, large = (64, 32, 24, 24), (8, 64, 112, 112)
    return {
        **table,
        "max_pool 2 of 64x32x24x24": lambda: pooled(image, 2, 2, 0, False),
        "max_pool 2 of 64x32x24x24, step": lambda: pooled(image, 2, 2, 0, True),
        "max_pool 3 of 8x64x112x112, step": lambda: pooled(large, 3, 2, 1, True),
        "Mnist_CNN step, batch 64": mnist_cnn,
        "Mnist_CNN with batch norm step, batch 64": mnist_cnn_batch_norm,
        "VAE 784-400-20 step, batch 128": vae,
        "16/32 CNN step, batch 256": wide_cnn,
        "resnet18 convolutions, 8 images: forward": lambda: resnet(False),
        "resnet18 convolutions, 8 images: step": lambda: resnet(True),
    }
