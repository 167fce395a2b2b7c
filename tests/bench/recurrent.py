"""Lines of `tensors.py` with recurrent networks and losses."""

import torch
import torch.nn.functional as F
from torch import nn

STEPS, BATCH, INPUTS, HIDDEN = 32, 32, 28, 256


def step(logits, y, parameters):
    F.cross_entropy(logits, y).backward()
    with torch.no_grad():
        for p in parameters:
            p -= 0.001 * p.grad
            p.grad = None


def layer(kind):
    rnn, last = kind(INPUTS, HIDDEN), nn.Linear(HIDDEN, 10)
    x, y = torch.randn(STEPS, BATCH, INPUTS), torch.randint(0, 10, (BATCH,))
    parameters = [*rnn.parameters(), *last.parameters()]
    return lambda: step(last(rnn(x)[0][-1]), y, parameters)


def forward():
    rnn, x = nn.LSTM(INPUTS, HIDDEN), torch.randn(STEPS, BATCH, INPUTS)

    def run():
        with torch.no_grad():
            return rnn(x)

    return run


def cell():
    rnn, last = nn.LSTMCell(INPUTS, HIDDEN), nn.Linear(HIDDEN, 10)
    x, y = torch.randn(STEPS, BATCH, INPUTS), torch.randint(0, 10, (BATCH,))
    parameters = [*rnn.parameters(), *last.parameters()]

    def run():
        h = c = torch.zeros(BATCH, HIDDEN)
        for t in range(STEPS):
            h, c = rnn(x[t], (h, c))
        step(last(h), y, parameters)

    return run


def scratch():
    def weight(*shape):
        return (torch.randn(shape) * 0.05).requires_grad_()

    w_x, w_h, b = weight(INPUTS, HIDDEN), weight(HIDDEN, HIDDEN), weight(HIDDEN)
    w_y = weight(HIDDEN, 10)
    x, y = torch.randn(STEPS, BATCH, INPUTS), torch.randint(0, 10, (BATCH,))

    def run():
        h = torch.zeros(BATCH, HIDDEN)
        for t in range(STEPS):
            h = torch.tanh(x[t] @ w_x + h @ w_h + b)
        step(h @ w_y, y, [w_x, w_h, b, w_y])

    return run


def loss(function, x, y):
    x.requires_grad_()

    def run():
        function(x, y).backward()
        x.grad = None

    return run


def classes(n, c):
    return loss(F.cross_entropy, torch.randn(n, c), torch.randint(0, c, (n,)))


def lines():
    binary = F.binary_cross_entropy_with_logits
    return {
        "nn.LSTM(28, 256) step": lambda: layer(nn.LSTM),
        "nn.GRU(28, 256) step": lambda: layer(nn.GRU),
        "nn.RNN(28, 256) step": lambda: layer(nn.RNN),
        "nn.LSTM(28, 256) forward": forward,
        "LSTMCell(28, 256) step": cell,
        "RNN from scratch step": scratch,
        "cross_entropy 256x10 step": lambda: classes(256, 10),
        "cross_entropy 4096x1000 step": lambda: classes(4096, 1000),
        "binary_cross_entropy_with_logits 128 step": lambda: loss(
            binary, torch.randn(128, 1), torch.rand(128, 1).round()
        ),
        "mse_loss 1M step": lambda: loss(
            F.mse_loss, torch.randn(1_000_000), torch.randn(1_000_000)
        ),
    }
