"""Training through the loader for `cargo bench-tensors`; runtime/benches/ops/loading.rs has the same
for us."""

import time

IMAGES, BATCH = 60_000, 256


def pictures():
    import torch

    return torch.rand(IMAGES, 1, 28, 28), torch.randint(0, 10, (IMAGES,))


def training(*sizes):
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy

    layers = [nn.Flatten()]
    for size, following in zip(sizes, sizes[1:]):
        layers += [nn.Linear(size, following), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    opt = torch.optim.SGD(model.parameters(), lr=0.1)

    def step(x, y):
        loss = cross_entropy(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()

    return step


def lines():
    def epoch():
        from torch.utils.data import DataLoader, TensorDataset

        loader = DataLoader(TensorDataset(*pictures()), batch_size=BATCH, shuffle=True)
        step = training(784, 256, 10)

        def run():
            for x, y in loader:
                step(x, y)

        return run

    return {"epoch of MLP 784-256-10, 60 000 images by the loader": epoch}


class Augmented:
    """Every picture moved by up to two pixels each way, with noise on it."""

    def __init__(self):
        from torch.nn.functional import pad

        x, self.y = pictures()
        self.x = pad(x, (2, 2, 2, 2))

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        import torch

        down, right = torch.randint(0, 5, (2,)).tolist()
        x = self.x[i, :, down : down + 28, right : right + 28]
        return x + torch.randn_like(x) * 0.1, self.y[i]


def waiting(workers):
    """The part of an epoch in which training waits for its next batch."""
    from torch.utils.data import DataLoader

    loader = DataLoader(Augmented(), batch_size=BATCH, shuffle=True, num_workers=workers)
    step = training(784, 400, 10)
    start, waited = time.perf_counter(), 0.0
    batches = iter(loader)
    while True:
        asked = time.perf_counter()
        batch = next(batches, None)
        waited += time.perf_counter() - asked
        if batch is None:
            return waited / (time.perf_counter() - start)
        step(*batch)
