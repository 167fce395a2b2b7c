"""Writes tests/golden/losses.json: what PyTorch computes for every loss, with its gradients.

Run with PyTorch 2.9.0 and NumPy 2.4.6 on Python 3.11, on a CPU: python tests/golden/losses.py
"""

import record
from record import INF, NAN, TURNED, case, fails, given, sampled

REDUCTIONS = ["mean", "sum", "none"]


def reduced(op, new, function, *inputs, options=(), label="table", **more):
    """A loss under every reduction; `options` are pairs of text in Rust and in Python."""
    rust = "".join(f".{text}" for text, _ in options)
    python = "".join(f", {text}" for _, text in options)
    for reduction in REDUCTIONS:
        call = f'{new}::new(){rust}.reduction("{reduction}").forward(x, y)'
        torch = f'{function}(x, y{python}, reduction="{reduction}")'
        case(op, call, *inputs, torch=torch, label=label, **more)


def pairs_of_numbers():
    for op, new, options in [
        ("mse_loss", "MSELoss", []),
        ("l1_loss", "L1Loss", []),
        ("huber_loss", "HuberLoss", []),
        ("huber_loss", "HuberLoss", [("delta(0.4)", "delta=0.4")]),
        ("smooth_l1_loss", "SmoothL1Loss", []),
        ("smooth_l1_loss", "SmoothL1Loss", [("beta(0.4)", "beta=0.4")]),
        ("smooth_l1_loss", "SmoothL1Loss", [("beta(0.0)", "beta=0.0")]),
    ]:
        function = f"F.{op}"
        reduced(op, new, function, sampled(3, 2), sampled(3, 2), options=options)
        turned = sampled(2, 3, views=TURNED)
        reduced(op, new, function, turned, sampled(3, 2), options=options, label="turned")
        reduced(op, new, function, sampled(), sampled(), options=options, label="one number")
        reduced(op, new, function, sampled(0, 2), sampled(0, 2), options=options, label="nothing")
        special = given([1.0, 0.0, INF, -2.0, NAN]), given([1.0, 0.5, 1.0, INF, 0.0])
        reduced(op, new, function, *special, options=options, label="special", grad=False)
        if not options:
            plain = f"{op}(x, y)"
            case(op, plain, sampled(4), sampled(4), torch=f"F.{op}(x, y)", label="function")
    half = given([0.5, 1.5], "f16"), given([1.0, -2.0], "f16")
    case("mse_loss", "mse_loss(x, y)", *half, torch="F.mse_loss(x, y)", label="f16", grad=False)


def probabilities(*shape, views=()):
    return sampled(*shape, low=0.05, high=0.95, views=views)


def two_classes():
    op, new, function = "binary_cross_entropy", "BCELoss", "F.binary_cross_entropy"
    table = probabilities(3, 2), probabilities(3, 2)
    reduced(op, new, function, *table)
    # Whole targets have no gradient: PyTorch's is infinite here, the loss is not.
    edges = given([0.0, 1.0, 0.0, 1.0, 1e-10, 0.5]), whole([0, 1, 1, 0, 1, 0])
    for reduction in REDUCTIONS:
        call = f'{new}::new().reduction("{reduction}").forward(x, y)'
        torch = f'{function}(x, y.to(x.dtype), reduction="{reduction}")'
        case(op, call, *edges, torch=torch, label="edges", precise=True)
    turned = probabilities(2, 3, views=TURNED)
    reduced(op, new, function, turned, probabilities(3, 2), label="turned")
    case(op, f"{op}(x, y)", *table, torch=f"{function}(x, y)", label="function")
    fails(op, f"{op}(x, y)", given([1.5, 0.5]), given([1.0, 0.0]), torch=f"{function}(x, y)")
    for shape in [(3, 2), (2,), (3, 1), ()]:
        weight = sampled(*shape, low=0.2, high=3.0)
        for reduction in REDUCTIONS:
            case(
                op,
                f'BCELoss::new().weight(z).reduction("{reduction}").forward(x, y)',
                *table,
                weight,
                torch=f'{function}(x, y, weight=z.detach(), reduction="{reduction}")',
                label=f"weight {shape}",
            )

    op = "binary_cross_entropy_with_logits"
    new, function = "BCEWithLogitsLoss", f"F.{op}"
    scores = sampled(3, 2, low=-3.0, high=3.0)
    reduced(op, new, function, scores, probabilities(3, 2))
    large = given([1e4, -1e4, 1e4, -1e4, 30.0, -30.0, 0.0])
    sides = given([1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0])
    reduced(op, new, function, large, sides, label="large", precise=True)
    turned = sampled(2, 3, views=TURNED)
    reduced(op, new, function, turned, probabilities(3, 2), label="turned")
    case(op, f"{op}(x, y)", scores, probabilities(3, 2), torch=f"{function}(x, y)", label="f")
    labels = given([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    for option in ["weight", "pos_weight"]:
        for shape in [(3, 2), (2,)]:
            weight = sampled(*shape, low=0.2, high=3.0)
            for reduction in REDUCTIONS:
                for label, y in [("labels", labels), ("probabilities", probabilities(3, 2))]:
                    case(
                        op,
                        f'{new}::new().{option}(z).reduction("{reduction}").forward(x, y)',
                        scores,
                        y,
                        weight,
                        torch=f'{function}(x, y, {option}=z.detach(), reduction="{reduction}")',
                        label=f"{label}, {shape}",
                    )
    both = f"{new}::new().weight(z).pos_weight(z).forward(x, y)"
    torch = f"{function}(x, y, weight=z.detach(), pos_weight=z.detach())"
    case(op, both, scores, labels, sampled(2, low=0.2, high=3.0), torch=torch, label="both")


def divergence():
    op, new, function = "kl_div", "KLDivLoss", "F.kl_div"
    log_q = sampled(3, 2, low=-3.0, high=-0.1)
    turned = sampled(2, 3, low=-3.0, high=-0.1, views=TURNED)
    for reduction in [*REDUCTIONS, "batchmean"]:
        call = f'{new}::new().reduction("{reduction}").forward(x, y)'
        torch = f'{function}(x, y, reduction="{reduction}")'
        case(op, call, log_q, probabilities(3, 2), torch=torch, label="table")
        case(op, call, turned, probabilities(2, 3, views=TURNED), torch=torch, label="turned")
        edges = given([[0.0, 1.0], [0.5, 0.5]])
        case(op, call, sampled(2, 2), edges, torch=torch, label="edges", grad=False)
        call = f'{new}::new().log_target(true).reduction("{reduction}").forward(x, y)'
        torch = f'{function}(x, y, log_target=True, reduction="{reduction}")'
        case(op, call, log_q, sampled(3, 2, low=-3.0, high=0.0), torch=torch, label="logarithms")
        log_p = sampled(2, 3, low=-3.0, high=0.0, views=TURNED)
        case(op, call, turned, log_p, torch=torch, label="turned")
    case(op, "kl_div(x, y)", log_q, probabilities(3, 2), torch="F.kl_div(x, y)", label="function")


def hinge():
    classes = given([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])
    turned = sampled(2, 3, views=TURNED), given([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]], views=TURNED)
    for reduction, python in [("mean", ".mean()"), ("sum", ".sum()"), ("none", "")]:
        call = f'HingeLoss::new().reduction("{reduction}").forward(x, &y.detach())'
        torch = f"torch.clamp(1 - y.detach() * x, min=0){python}"
        case("hinge_loss", call, sampled(3, 2), classes, torch=torch, label="table")
        case("hinge_loss", call, *turned, torch=torch, label="turned")
    torch = "torch.clamp(1 - y * x, min=0).mean()"
    whole = given([[1, -1], [-1, 1], [1, 1]], "i64")
    case("hinge_loss", "hinge_loss(x, y)", sampled(3, 2), whole, torch=torch, label="whole")


def whole(values):
    return given(values, "i64")


def many_classes():
    scores = sampled(4, 3, low=-3.0, high=3.0)
    classes = whole([2, 0, 1, 2])
    some = whole([2, -100, 1, -100])
    images = sampled(2, 3, 2, 2), whole([[[0, 1], [2, 2]], [[1, 0], [0, 2]]])
    lines = sampled(2, 3, 4), whole([[0, 1, 2, 2], [1, -100, 0, 0]])
    weight = sampled(3, low=0.2, high=3.0)
    for op, new in [("cross_entropy", "CrossEntropyLoss"), ("nll_loss", "NLLLoss")]:
        function = f"F.{op}"
        smoothings = ["0.0", "0.1", "1.0"] if op == "cross_entropy" else ["0.0"]
        for smoothing in smoothings:
            options = []
            if smoothing != "0.0":
                options = [(f"label_smoothing({smoothing})", f"label_smoothing={smoothing}")]
            for label, x, y in [
                ("table", scores, classes),
                ("turned", sampled(3, 4, views=TURNED), classes),
                ("some ignored", scores, some),
                ("images", *images),
                ("lines", *lines),
                ("one row", sampled(3), whole(1)),
                ("one class", sampled(2, 1), whole([0, 0])),
                ("nothing", sampled(0, 3), whole([])),
                ("all ignored", sampled(2, 3), whole([-100, -100])),
            ]:
                grad = label != "all ignored"
                if label == "one class" and options:
                    # 0 but for rounding.
                    continue
                reduced(op, new, function, x, y, options=options, label=label, grad=grad)
                rust = "".join(f".{text}" for text, _ in options)
                python = "".join(f", {text}" for _, text in options)
                if label in ("one class", "all ignored"):
                    continue
                for reduction in REDUCTIONS:
                    case(
                        op,
                        f'{new}::new().weight(z){rust}.reduction("{reduction}").forward(x, y)',
                        x,
                        y,
                        weight,
                        torch=f'{function}(x, y, weight=z.detach(){python}, '
                        f'reduction="{reduction}")',
                        label=label,
                        grad=grad,
                    )
        ignored = [("ignore_index(2)", "ignore_index=2")]
        reduced(op, new, function, scores, classes, options=ignored, label="2 ignored")
        case(op, f"{op}(x, y)", scores, classes, torch=f"{function}(x, y)", label="function")
        for label, y in [
            ("class too large", whole([2, 0, 3, 1])),
            ("class below 0", whole([2, 0, -1, 1])),
            ("column", whole([[2], [0], [1], [1]])),
            ("too few", whole([2, 0])),
            ("floats", given([2.0, 0.0, 1.0, 1.0])),
        ]:
            fails(op, f"{op}(x, y)", scores, y, torch=f"{function}(x, y)", label=label)
    large = given([[1e4, 0.0, -1e4], [-1e4, 1e4, 1e4], [30.0, -30.0, 0.0]])
    reduced(
        "cross_entropy",
        "CrossEntropyLoss",
        "F.cross_entropy",
        large,
        whole([1, 2, 0]),
        label="large",
        precise=True,
    )


def soft_classes():
    op, new, function = "cross_entropy", "CrossEntropyLoss", "F.cross_entropy"
    for options in [[], [("label_smoothing(0.1)", "label_smoothing=0.1")]]:
        for label, x, y in [
            ("probabilities", sampled(4, 3), probabilities(4, 3)),
            ("certain", sampled(2, 3), given([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])),
            ("places", sampled(2, 3, 2), probabilities(2, 3, 2)),
            ("a row of probabilities", sampled(3), probabilities(3)),
        ]:
            reduced(op, new, function, x, y, options=options, label=label)
            rust = "".join(f".{text}" for text, _ in options)
            python = "".join(f", {text}" for _, text in options)
            for reduction in REDUCTIONS:
                case(
                    op,
                    f'{new}::new().weight(z){rust}.reduction("{reduction}").forward(x, y)',
                    x,
                    y,
                    sampled(3, low=0.2, high=3.0),
                    torch=f'{function}(x, y, weight=z.detach(){python}, reduction="{reduction}")',
                    label=label,
                )


pairs_of_numbers()
two_classes()
divergence()
hinge()
many_classes()
soft_classes()
record.write("losses")
