"""What the networks of the lessons reach in PyTorch over five seeds; lessons.ipynb does it with ours.

Run with PyTorch 2.9.0 and scikit-learn: python tests/bench/lessons.py [NUMBER ..]
Seeds draw other splits and weights than ours, so means are compared, not runs. Lesson 19: transfer.py.
"""

import sys

import numpy as np
import torch
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, interpolate, mse_loss
from torch.nn.utils import clip_grad_norm_

torch.set_num_threads(1)


def report(lesson, what, run):
    values = []
    for seed in range(5):
        torch.manual_seed(seed)
        values.append(run(seed))
    shown = " ".join(f"{value:.3g}" for value in values)
    print(f"{lesson} {what:34} {shown}   mean {np.mean(values):.3g} ± {np.std(values, ddof=1):.2g}", flush=True)


def batches(x, y, size):
    for rows in torch.randperm(len(x)).split(size):
        yield x[rows], y[rows]


def step(opt, loss):
    opt.zero_grad()
    loss.backward()
    opt.step()


def share(logits, y):
    return (logits.argmax(1) == y).float().mean().item()


def split(x, y, part, seed):
    return train_test_split(x, y, test_size=part, stratify=y, random_state=seed)


# Lessons 3 and 4: y = 2 x₁ - 3.4 x₂ + 4.2, with noise of deviation 0.01.


def line(n):
    x = torch.randn(n, 2)
    return x, x @ torch.tensor([[2.0], [-3.4]]) + 4.2 + torch.randn(n, 1) * 0.01


def regression(lr, start):
    x, y = line(2000)
    model = nn.Linear(2, 1)
    nn.init.normal_(model.weight, 0, start)
    nn.init.zeros_(model.bias)
    opt = torch.optim.SGD(model.parameters(), lr)
    for _ in range(3):
        for xb, yb in batches(x[:1000], y[:1000], 32):
            step(opt, mse_loss(model(xb), yb) / 2)
    with torch.no_grad():
        return (mse_loss(model(x[1000:]), y[1000:]) / 2).item()


# Lesson 7: softmax regression on digits.


def digits():
    data = datasets.load_digits()
    return torch.tensor(data.data, dtype=torch.float32) / 16, torch.tensor(data.target)


def softmax_regression(seed):
    x, x_test, y, y_test = split(*digits(), 0.2, seed)
    model = nn.Linear(64, 10)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    opt = torch.optim.SGD(model.parameters(), 0.5)
    for _ in range(200):
        step(opt, cross_entropy(model(x), y))
    return share(model(x_test), y_test)


# Lesson 8: noisy exclusive or.


def xor(n):
    bits = torch.randint(0, 2, (n, 2))
    return bits + torch.randn(n, 2) * 0.1, (bits.sum(1) == 1).float().unsqueeze(1)


def xor_accuracy(seed):
    (x, y), (x_test, y_test) = xor(2500), xor(500)
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    opt = torch.optim.SGD(model.parameters(), 0.1)
    for _ in range(100):
        for xb, yb in batches(x, y, 128):
            step(opt, binary_cross_entropy_with_logits(model(xb), yb))
    return ((model(x_test) >= 0).float() == y_test).float().mean().item()


# Lesson 10: two hidden layers of 32 on five tables.


def table(name):
    data = getattr(datasets, f"load_{name}")()
    y = data.target >= 140 if name == "diabetes" else data.target
    return data.data, torch.tensor(y).long()


def table_accuracy(name, seed):
    x, x_test, y, y_test = split(*table(name), 0.2, 70 + seed)
    scaler = StandardScaler().fit(x)
    x, x_test = (torch.tensor(scaler.transform(part), dtype=torch.float32) for part in (x, x_test))
    classes = int(y.max()) + 1
    model = nn.Sequential(
        nn.Linear(x.shape[1], 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, classes)
    )
    opt = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(40):
        for xb, yb in batches(x, y, 32):
            step(opt, cross_entropy(model(xb), yb))
    return share(model(x_test), y_test)


# Lessons 16 and 17: digits enlarged to 28 x 28.


def pictures(seed):
    x, y = digits()
    x = interpolate(x.reshape(-1, 1, 8, 8), size=28, mode="bilinear", align_corners=False)
    x, _, y, _ = split(x, y, 0.2, seed)
    x, x_valid, y, y_valid = split(x, y, 0.2, seed)
    return x, y, x_valid, y_valid


def train_pictures(model, opt, epochs, data, size=64):
    x, y, x_valid, y_valid = data
    for _ in range(epochs):
        model.train()
        for xb, yb in batches(x, y, size):
            step(opt, cross_entropy(model(xb), yb))
    model.eval()
    with torch.no_grad():
        return share(model(x_valid), y_valid)


def course_cnn(seed):
    layers = []
    for inputs, outputs in (1, 16), (16, 32):
        layers += [nn.Conv2d(inputs, outputs, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.2)]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(1568, 10))
    return train_pictures(model, torch.optim.Adam(model.parameters(), 0.001), 10, pictures(seed))


def mnist_cnn(maps, norm, relu_on_logits):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), *([nn.BatchNorm2d(32)] if norm else []), nn.ReLU(),
        nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, maps, 3), nn.ReLU(), nn.Flatten(),
        *([nn.BatchNorm1d(100 * maps)] if norm else []),
        nn.Linear(100 * maps, 50), nn.ReLU(),
        nn.Linear(50, 10), *([nn.ReLU()] if relu_on_logits else []),
    )  # fmt: skip


def raw(seed):
    x, y, x_valid, y_valid = pictures(seed)
    return x * 255, y, x_valid * 255, y_valid


def few(data, count):
    """The pictures of lesson 16's sections 5 and 6: some to train with, 256 to validate."""
    x, y, _, _ = data
    return x[:count], y[:count], x[640:896], y[640:896]


def adadelta(seed):
    model = mnist_cnn(2, False, True)
    opt = torch.optim.Adadelta(model.parameters(), 1.0)
    return train_pictures(model, opt, 12, few(raw(seed), 640))


def all_remedies(seed):
    model = mnist_cnn(16, False, False)
    return train_pictures(model, torch.optim.Adam(model.parameters(), 0.001), 3, few(pictures(seed), 448), 32)


def revived(norm, relu_on_logits, seed):
    model = mnist_cnn(2, norm, relu_on_logits)
    opt = torch.optim.SGD(model.parameters(), 0.1, momentum=0.8)
    return train_pictures(model, opt, 4, raw(seed))


# Lesson 22: counting ones, adding, the next value of a sine.


def counting_weight(seed):
    x = (torch.rand(64, 10) < 0.5).float()
    y = x.sum(1)
    u, w = (torch.tensor(0.5, requires_grad=True) for _ in range(2))
    opt = torch.optim.SGD([u, w], 0.005)
    for _ in range(3000):
        s = torch.zeros(64)
        for t in range(10):
            s = s * w + x[:, t] * u
        opt.zero_grad()
        (s - y).square().mean().backward()
        clip_grad_norm_([u, w], 1.0)
        opt.step()
    return w.item()


def adding(n, steps):
    numbers, half = torch.rand(n, steps), steps // 2
    marks = torch.zeros(n, steps)
    marks[torch.arange(n), torch.randint(0, half, (n,))] = 1
    marks[torch.arange(n), torch.randint(half, steps, (n,))] = 1
    return torch.stack([numbers, marks], 2), (numbers * marks).sum(1, keepdim=True)


def adding_error(length, seed):
    rnn, out = nn.RNN(2, 32, batch_first=True), nn.Linear(32, 1)
    parameters = [*rnn.parameters(), *out.parameters()]
    opt = torch.optim.Adam(parameters, 0.003)
    for _ in range(1000):
        x, y = adding(64, length)
        opt.zero_grad()
        mse_loss(out(rnn(x)[0][:, -1]), y).backward()
        clip_grad_norm_(parameters, 1.0)
        opt.step()
    x, y = adding(1000, length)
    with torch.no_grad():
        return mse_loss(out(rnn(x)[0][:, -1]), y).item()


def sines(n, steps):
    frequency, phase = torch.rand(n, 1) * 0.25 + 0.15, torch.rand(n, 1) * 6.28
    return (frequency * torch.arange(steps) + phase).sin().unsqueeze(2)


def sine_error(seed):
    stream = sines(16, 1601)
    rnn, out = nn.RNN(1, 32, batch_first=True), nn.Linear(32, 1)
    parameters = [*rnn.parameters(), *out.parameters()]
    opt = torch.optim.Adam(parameters, 0.005)
    for _ in range(10):
        state = torch.zeros(1, 16, 32)
        for start in range(0, 1600, 20):
            read, last = rnn(stream[:, start : start + 20], state)
            opt.zero_grad()
            mse_loss(out(read), stream[:, start + 1 : start + 21]).backward()
            clip_grad_norm_(parameters, 1.0)
            opt.step()
            state = last.detach()
    fresh = sines(100, 201)
    with torch.no_grad():
        return mse_loss(out(rnn(fresh[:, :200])[0]), fresh[:, 1:]).item()


EXPERIMENTS = {
    "03": [("loss, η 0.1 from 0, 3 epochs", lambda seed: regression(0.1, 0.0))],
    "04": [("validation loss, η 0.03, 3 epochs", lambda seed: regression(0.03, 0.01))],
    "07": [("digits, softmax regression", softmax_regression)],
    "08": [("exclusive or, 2-4-1", xor_accuracy)],
    "10": [
        (f"{name}, 32-32", lambda seed, name=name: table_accuracy(name, seed))
        for name in ("iris", "wine", "breast_cancer", "digits", "diabetes")
    ],
    "16": [
        ("the course's CNN, 10 epochs", course_cnn),
        ("dying network, AdaDelta", adadelta),
        ("all remedies", all_remedies),
    ],
    "17": [
        ("as it was", lambda seed: revived(False, True, seed)),
        ("batch norm", lambda seed: revived(True, True, seed)),
        ("batch norm, no ReLU on the logits", lambda seed: revived(True, False, seed)),
    ],
    "22": [
        ("counting, W (1 is right)", counting_weight),
        ("adding, 6 steps, error", lambda seed: adding_error(6, seed)),
        ("adding, 50 steps, error", lambda seed: adding_error(50, seed)),
        ("next value of a sine, error", sine_error),
    ],
}

for lesson in sys.argv[1:] or EXPERIMENTS:
    for what, run in EXPERIMENTS[lesson]:
        report(lesson, what, run)
