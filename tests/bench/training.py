"""Training steps for `cargo bench-tensors`; runtime/benches/ops/training.rs has the same for us."""


def lines():
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy, mse_loss

    def epochs(count, batch, x, y, model, opt):
        for _ in range(count):
            order = torch.randperm(len(x))
            for start in range(0, len(x), batch):
                rows = order[start : start + batch]
                loss = mse_loss(model(x[rows]), y[rows])
                opt.zero_grad()
                loss.backward()
                opt.step()

    def linear_regression():
        x, y = torch.randn(1000, 2), torch.randn(1000, 1)

        def run():
            model = nn.Linear(2, 1)
            opt = torch.optim.SGD(model.parameters(), lr=0.03)
            epochs(3, 32, x, y, model, opt)

        return run

    def xor():
        x, y = torch.randn(2500, 2), torch.rand(2500, 1)

        def run():
            model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
            opt = torch.optim.SGD(model.parameters(), lr=0.1)
            epochs(100, 128, x, y, model, opt)

        return run

    def iris():
        x, y = torch.randn(120, 4), torch.randint(0, 3, (120,))

        def run():
            layers = nn.Linear(4, 50), nn.ReLU(), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 3)
            model = nn.Sequential(*layers)
            opt = torch.optim.Adam(model.parameters(), lr=0.001)
            for _ in range(100):
                loss = cross_entropy(model(x), y)
                opt.zero_grad()
                loss.backward()
                opt.step()

        return run

    def mlp():
        x, y = torch.rand(256, 784), torch.randint(0, 10, (256,))
        model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
        opt = torch.optim.SGD(model.parameters(), lr=0.1)

        def run():
            loss = cross_entropy(model(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()

        return run

    def adam(count):
        parameters = [torch.randn(count, requires_grad=True) for _ in range(4)]
        a, b, c, d = parameters
        opt = torch.optim.Adam(parameters, lr=0.001)
        (a * b * c * d).sum().backward()
        return opt.step

    return {
        "train linear regression 1000x2, batch 32, 3 epochs": linear_regression,
        "train XOR 2-4-1, 2500 points, batch 128, 100 epochs": xor,
        "train iris 4-50-50-3, Adam, 100 full batches": iris,
        "train step MLP 784-256-10, batch 256": mlp,
        "Adam step, 4 parameters of 10": lambda: adam(10),
        "Adam step, 4 parameters of 1M": lambda: adam(1_000_000),
    }
