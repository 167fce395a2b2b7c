"""The course's networks on its data, over five seeds, by PyTorch; runtime/examples/accuracy.rs has the
same for us.

Run with PyTorch 2.9.0 and scikit-learn: python tests/bench/accuracy.py
Seeds draw other splits and weights than ours, so means are compared.
"""

import torch
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(1)


def standardised(data, seed):
    train_x, test_x, train_y, test_y = train_test_split(
        data.data, data.target, test_size=0.2, stratify=data.target, random_state=seed
    )
    scaler = StandardScaler().fit(train_x)
    x = [torch.tensor(scaler.transform(part), dtype=torch.float32) for part in (train_x, test_x)]
    return *x, torch.tensor(train_y), torch.tensor(test_y)


def right(classes, y):
    return (classes == y).double().mean().item()


def full_batches(split, model, opt, epochs):
    train_x, test_x, train_y, test_y = split
    for _ in range(epochs):
        loss = cross_entropy(model(train_x), train_y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        return right(model(test_x).argmax(1), test_y)


def layers(*sizes):
    parts = []
    for size, following in zip(sizes, sizes[1:]):
        parts += [nn.Linear(size, following), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


def xor(seed):
    def points(n):
        bits = torch.randint(0, 2, (n, 2))
        return bits + 0.1 * torch.randn(n, 2), (bits.sum(1) == 1).long()

    (x, y), (test_x, test_y) = points(2500), points(500)
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = DataLoader(TensorDataset(x, y.float()), batch_size=128, shuffle=True)
    for _ in range(100):
        for batch_x, batch_y in loader:
            loss = binary_cross_entropy_with_logits(model(batch_x).flatten(), batch_y)
            opt.zero_grad()
            loss.backward()
            opt.step()
    with torch.no_grad():
        return right((model(test_x).flatten() >= 0).long(), test_y)


def iris(seed):
    model = layers(4, 50, 50, 3)
    opt = torch.optim.Adam(model.parameters(), lr=0.001)
    return full_batches(standardised(load_iris(), seed), model, opt, 100)


def wine(width):
    def run(seed):
        model = layers(13, width, width, width, 3)
        opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.1)
        return full_batches(standardised(load_wine(), seed), model, opt, 1000)

    return run


def digits(sizes, epochs):
    def run(seed):
        data = load_digits()
        rows = torch.randperm(900)
        x = torch.tensor(data.data, dtype=torch.float32)[rows]
        y = torch.tensor(data.target)[rows]
        model = layers(*sizes)
        opt = torch.optim.Adam(model.parameters(), lr=0.001)
        return full_batches((x[:600], x[600:], y[:600], y[600:]), model, opt, epochs)

    return run


for name, run in {
    "XOR 2-4-1": xor,
    "iris 4-50-50-3": iris,
    "wine 13-5-5-5-3": wine(5),
    "wine 13-16-16-16-3": wine(16),
    "digits 64-10": digits((64, 10), 300),
    "digits 64-100-10": digits((64, 100, 10), 100),
}.items():
    found = []
    for seed in range(5):
        torch.manual_seed(seed)
        found.append(run(seed))
    print(f"| {name} | {' '.join(f'{a:.3f}' for a in found)} | {sum(found) / 5:.3f} |", flush=True)
