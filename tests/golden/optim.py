"""Writes tests/golden/optim.json: what PyTorch's optimisers, schedules and clipping do.

Run with PyTorch 2.9.0 on Python 3.11, on a CPU: python tests/golden/optim.py
runtime/tests/optim.rs reads the file and runs the same on ours.

Every optimiser takes 20 steps on two parameters of the loss of `loss`, in f64; for each step the
file has all numbers of both. Every schedule takes some 40 steps; for each the file has the learning
rates, and the momentum where there is one.
"""

import json
import platform
from pathlib import Path

import torch
from torch import optim
from torch.optim import lr_scheduler

STEPS = 20
START = ([[0.8, -1.5, 0.3], [2.0, 0.1, -0.6]], [0.5, -0.25])


def parameters():
    return [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in START]


def loss(a, b, step):
    """Not convex, with gradients of different sizes that change their signs."""
    x = torch.arange(6, dtype=torch.float64).reshape(2, 3) * 0.7 + step * 0.3
    return ((a * x.cos()).sum(1) + b).tanh().square().sum() + (a * a * (x + 0.2)).sum() * 0.05


def rounded(values):
    return [float(f"{v:.14g}") for v in values]


def run(make):
    params = parameters()
    opt = make(params)
    rows = []
    for step in range(STEPS):
        opt.zero_grad()
        loss(*params, step).backward()
        opt.step()
        rows.append(rounded(torch.cat([p.detach().reshape(-1) for p in params]).tolist()))
    return rows


OPTIMISERS = {
    "Sgd": (optim.SGD, 0.05, [
        {}, {"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.3},
        {"momentum": 0.9, "nesterov": True}, {"weight_decay": 0.1},
        {"momentum": 0.8, "weight_decay": 0.1, "dampening": 0.5},
        {"momentum": 0.8, "weight_decay": 0.1, "nesterov": True},
    ]),
    "Adam": (optim.Adam, 0.02, [
        {}, {"betas": [0.8, 0.95]}, {"eps": 1e-3}, {"weight_decay": 0.1}, {"amsgrad": True},
        {"betas": [0.3, 0.9], "weight_decay": 0.05, "amsgrad": True},
    ]),
    "AdamW": (optim.AdamW, 0.02, [
        {}, {"betas": [0.8, 0.95]}, {"eps": 1e-3}, {"weight_decay": 0.3},
        {"weight_decay": 0.3, "amsgrad": True},
    ]),
    "Adadelta": (optim.Adadelta, 1.0, [
        {}, {"rho": 0.7}, {"eps": 1e-3}, {"weight_decay": 0.5},
    ]),
    "Adagrad": (optim.Adagrad, 0.1, [
        {}, {"lr_decay": 0.1}, {"weight_decay": 0.1}, {"initial_accumulator_value": 0.5},
        {"eps": 0.1},
    ]),
    "RMSprop": (optim.RMSprop, 0.01, [
        {}, {"alpha": 0.9}, {"eps": 1e-2}, {"weight_decay": 0.1}, {"momentum": 0.9},
        {"centered": True}, {"centered": True, "momentum": 0.8, "weight_decay": 0.05},
    ]),
}  # fmt: skip

SCHEDULES = {
    "StepLR": [{"step_size": 7}, {"step_size": 3, "gamma": 0.8}],
    "MultiStepLR": [{"milestones": [4, 5, 20]}, {"milestones": [3, 3, 9], "gamma": 0.5}],
    "ExponentialLR": [{"gamma": 0.9}],
    "CosineAnnealingLR": [{"T_max": 12}, {"T_max": 10, "eta_min": 0.02}],
    "LinearLR": [
        {"start_factor": 0.1, "total_iters": 8},
        {"start_factor": 1.0, "end_factor": 0.2, "total_iters": 30},
    ],
    "OneCycleLR": [
        {"max_lr": 0.5, "total_steps": 40},
        {"max_lr": 0.5, "total_steps": 45, "pct_start": 0.5, "anneal_strategy": "linear"},
        {"max_lr": 0.5, "total_steps": 40, "div_factor": 10.0, "final_div_factor": 100.0},
        {"max_lr": 0.5, "total_steps": 42, "three_phase": True},
        {"max_lr": 0.5, "total_steps": 40, "base_momentum": 0.7, "max_momentum": 0.9},
        {"max_lr": 0.5, "total_steps": 40, "cycle_momentum": False},
    ],
    "ReduceLROnPlateau": [
        {}, {"patience": 2, "factor": 0.5}, {"patience": 1, "cooldown": 3},
        {"patience": 1, "mode": "max"}, {"patience": 1, "threshold": 0.2},
        {"patience": 1, "threshold": 0.1, "threshold_mode": "abs"},
        {"patience": 0, "min_lr": 0.02}, {"patience": 0, "eps": 0.01},
    ],
}  # fmt: skip


def losses():
    """Falls, rests, falls and rises again."""
    return [round(3.0 / (1 + min(i, 12)) + 0.05 * ((i * 7) % 3) + max(0, i - 30) * 0.02, 4)
            for i in range(40)]  # fmt: skip


def follow(name, options, kind):
    params = parameters()
    # Two groups, to see that each keeps its own learning rate.
    groups = [{"params": params[:1]}, {"params": params[1:], "lr": 0.01}]
    if kind == "Adam":
        opt, momentum = optim.Adam(groups, lr=0.1), lambda g: g["betas"][0]
    else:
        opt, momentum = optim.SGD(groups, lr=0.1, momentum=0.9), lambda g: g["momentum"]
    schedule = getattr(lr_scheduler, name)(opt, **options)

    def seen():
        return rounded([g["lr"] for g in opt.param_groups] + [momentum(opt.param_groups[0])])

    rows = [seen()]
    for value in losses():
        opt.step()
        schedule.step(*([value] if name == "ReduceLROnPlateau" else []))
        rows.append(seen())
    return rows


def clipped():
    rows = []
    for max_norm in [0.1, 1.0, 100.0]:
        for scale in [1.0, 10.0]:
            params = parameters()
            (loss(*params, 3) * scale).backward()
            norm = torch.nn.utils.clip_grad_norm_(params, max_norm)
            grads = torch.cat([p.grad.reshape(-1) for p in params]).tolist()
            rows.append([max_norm, scale, norm.item(), rounded(grads)])
    params = parameters()
    (loss(*params, 3) * 10).backward()
    torch.nn.utils.clip_grad_value_(params, 0.5)
    return {"norm": rows, "value": rounded(torch.cat([p.grad.reshape(-1) for p in params]).tolist())}


def main():
    optimisers = [
        {"name": name, "lr": lr, "options": options,
         "steps": run(lambda params: kind(params, lr=lr, **options))}
        for name, (kind, lr, all_options) in OPTIMISERS.items()
        for options in all_options
    ]  # fmt: skip
    schedules = [
        {"name": name, "optimiser": kind, "options": options, "steps": follow(name, options, kind)}
        for name, all_options in SCHEDULES.items()
        for options in all_options
        for kind in (["Sgd", "Adam"] if name == "OneCycleLR" else ["Sgd"])
    ]
    head = {
        "made_by": "tests/golden/optim.py",
        "torch": torch.__version__.split("+")[0],
        "python": platform.python_version(),
    }

    def listed(entries):
        return ",\n".join(json.dumps(e, separators=(",", ":"), allow_nan=False) for e in entries)

    path = Path(__file__).with_name("optim.json")
    path.write_text(
        f'{{"head":{json.dumps(head)},\n"losses":{json.dumps(losses())},\n'
        f'"clipped":{json.dumps(clipped())},\n'
        f'"optimisers":[\n{listed(optimisers)}\n],\n"schedules":[\n{listed(schedules)}\n]}}\n'
    )
    print(path, len(optimisers), len(schedules), path.stat().st_size // 1024, "KB")


if __name__ == "__main__":
    main()
