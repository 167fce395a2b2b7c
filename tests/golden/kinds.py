"""Which types come out of which, casts, and changes in place."""

from record import INF, NAN, STEPPED, TURNED, case, fails, given, pairs, sampled

KINDS = {
    "bool": [True, False],
    "i64": [3, -2],
    "f16": [1.5, -0.25],
    "f32": [1.5, -2.0],
    "f64": [0.25, 2.0],
}
# 0.1 differs from itself in another type, 2²⁴ + 1 is 2²⁴ in f32 and infinite in f16: what is
# compared tells in which type it was.
NEAR = {
    "bool": [True, False, True],
    "i64": [1, 2**24 + 1, -2],
    "f16": [0.1, 3.0, -2.0],
    "f32": [0.1, 2.0**24, -2.0],
    "f64": [0.1, 2.0**24, -2.0],
}
SIGNS = [("add", "+"), ("sub", "-"), ("mul", "*"), ("div", "/")]
COMPARISONS = [("eq", "=="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")]


def operands(values, a, b):
    """Vectors of two types, and numbers without dims, which count for less; with a label."""
    x, y = values[a], values[b]
    yield f"{a} and {b}", given(x, a), given(y, b)
    yield f"{a} and {b} number", given(x, a), given(y[0], b)
    yield f"{a} number and {b}", given(x[0], a), given(y, b)
    yield f"{a} number and {b} number", given(x[0], a), given(y[0], b)


def mixed():
    """Every pair of types in what brings two tensors to one type."""
    condition = given([True, False], "bool")
    for a, b in zip(*pairs(KINDS)):
        for label, x, y in operands(KINDS, a, b):
            for op, sign in SIGNS:
                # PyTorch subtracts no bools; we count them as 0 and 1.
                if op != "sub" or "bool" not in (a, b):
                    case(op, f"x {sign} y", x, y, label=label)
            where = "torch.where(x, y, z)"
            case("where", "where_(x, y, z)", condition, x, y, torch=where, label=label)
            if len(x.shape) == len(y.shape):
                same = "torch.stack([x, y], 0)"
                case("cat", "stack(&[x, y], 0)", x, y, torch=same, label=label)
        for label, x, y in operands(NEAR, a, b):
            for op, _ in COMPARISONS:
                case(op, f"x.{op}(y)", x, y, label=label)
        x, y = given(KINDS[a], a), given(KINDS[b], b)
        case("cat", "cat(&[x, y], 0)", x, y, torch="torch.cat([x, y], 0)", label=f"{a} and {b}")


def types():
    mixed()
    for a, left in KINDS.items():
        for b, right in KINDS.items():
            if (a, b) != ("bool", "bool"):
                bases, powers = (
                    [1, 2] if kind == "i64" else values for kind, values in [(a, left), (b, right)]
                )
                case(
                    "pow",
                    "x.pow(y)",
                    given(bases, a),
                    given(powers, b),
                    label=f"{a} and {b}",
                    grad=False,
                )
        for op, sign in SIGNS:
            for value in ["2", "2.5"] if (a, op) != ("bool", "sub") else []:
                case(op, f"x {sign} {value}", given(left, a), label=f"{a} and a number")
                case(op, f"{value} {sign} x", given(left, a), label=f"{a} and a number")
        for op, _ in COMPARISONS:
            for value in ["1", "1.5"]:
                case(op, f"x.{op}({value})", given(left, a), label=f"{a} and a number")
        for to, python in [
            ("Bool", "bool"),
            ("I64", "int64"),
            ("F16", "float16"),
            ("F32", "float32"),
            ("F64", "float64"),
        ]:
            many = [0.0, -0.0, 1.75, -1.75, 1e4 if "16" in a + python else 1e9, 0.3]
            values = many if a[0] == "f" else left * 2
            rows = [values[: len(values) // 2], values[len(values) // 2 :]]
            for label, entry in [(a, given(values, a)), (f"{a} turned", given(rows, a, TURNED))]:
                call, same = f"x.to_dtype(DType::{to})", f"x.to(torch.{python})"
                case("to_dtype", call, entry, torch=same, label=label)
        case("to_dtype", "x.float()", given(left, a), label=a)
        case("to_dtype", "x.double()", given(left, a), label=a)
        case("to_dtype", "x.long()", given(left, a), label=a)
        case("to_dtype", "x.half()", given(left, a), label=a)
        if a in ("bool", "i64"):
            for op in ["exp", "sqrt", "sigmoid", "tanh", "sin", "cos", "log"]:
                case(op, f"x.{op}()", given(left, a), label=a)
    half = given([65504.0, 65520.0, 1e-8, 2049.0, 2051.0, -INF, NAN, 0.1], "f32")
    case("to_dtype", "x.half()", half, label="narrowing")
    case("add", "x + y", given([2048.0, 60000.0], "f16"), given([1.0, 6000.0], "f16"), label="f16")
    for op in ["exp", "sqrt", "sigmoid", "tanh", "sin", "relu", "sum", "mean"]:
        case(op, f"x.{op}()", given([0.5, 1.25, 2.0], "f16"), label="f16")
    for op in ["abs", "neg", "square", "relu"]:
        case(op, f"x.{op}()", given(KINDS["i64"], "i64"), label="i64")
    large = given([2**53 + 1, 2**60 + 2**36 + 1, -(2**24) - 1, 2**63 - 1], "i64")
    case("to_dtype", "x.float()", large, label="large")
    case("to_dtype", "x.double()", large, label="large")
    case("add", "x + y", large, given([1, 1, 1, -1], "i64"), label="large")
    case(
        "eq", "x.eq(y)", large, given([2**53, 2**60, -(2**24) - 1, 2**63 - 1], "i64"), label="large"
    )
    case(
        "to_dtype",
        "x.float()",
        given([1e300, 1e-50, -0.0, INF, NAN, 0.1], "f64"),
        label="narrowing",
    )
    case(
        "to_dtype",
        "x.to_dtype(DType::Bool)",
        given([NAN, INF, 1e-40, 0.0], "f64"),
        torch="x.to(torch.bool)",
        label="special",
    )
    for op, _ in COMPARISONS:
        a, b = pairs([0.0, -0.0, 1.0, INF, -INF, NAN])
        case(op, f"x.{op}(y)", given(a), given(b), label="special")
        case(op, f"x.{op}(y)", sampled(2, 1), sampled(3, 2, views=TURNED), label="broadcast")
        case(op, f"x.{op}(y)", sampled(2, 5, views=STEPPED), sampled(3), label="stepped")
        case(op, f"x.{op}(y)", sampled(0, 3), sampled(3), label="nothing")


def in_place():
    """Calls without gradients: our in-place forms work where nothing is recorded."""
    for name in ["add_", "sub_", "mul_", "div_"]:
        rust = f"{{ let a = x.copy(); a.{name}(y); a }}"
        python = f"x.clone().{name}(y)"
        case(name, rust, sampled(2, 3), sampled(3), torch=python, label="row", grad=False)
        case(
            name,
            rust,
            sampled(2, 3),
            sampled(3, 2, views=TURNED),
            torch=python,
            label="turned",
            grad=False,
        )
        case(name, rust, sampled(2, 3), sampled(), torch=python, label="number", grad=False)
        case(name, rust, sampled(0, 3), sampled(3), torch=python, label="nothing", grad=False)
        case(
            name,
            rust,
            given([1.5, 2.5], "f32"),
            given([0.1, 3.0], "f64"),
            torch=python,
            label="f64 into f32",
            grad=False,
        )
        case(
            name,
            rust,
            given([1.5, 2.5], "f64"),
            given([0.1, 3.0], "f32"),
            torch=python,
            label="f32 into f64",
            grad=False,
        )
        case(
            name,
            rust,
            given([1.5, 2.5], "f32"),
            given([2, 3], "i64"),
            torch=python,
            label="i64 into f32",
            grad=False,
        )
        fails(
            name,
            rust,
            given([1, 2], "i64"),
            given([0.5, 3.0], "f32"),
            torch=python,
            label="f32 into i64",
        )
        fails(name, rust, sampled(3), sampled(2, 3), torch=python, label="larger")
        if name == "div_":
            fails(name, rust, given([4, 2], "i64"), given([2, 3], "i64"), torch=python, label="i64")
        else:
            case(
                name,
                rust,
                given([4, 2], "i64"),
                given([2, 3], "i64"),
                torch=python,
                label="i64",
                grad=False,
            )
        part = f"{{ let a = x.copy(); a.t().select(0, 1).{name}(y); a }}"
        python = f"a = x.clone(); a.t().select(0, 1).{name}(y); out = a"
        case(name, part, sampled(2, 3), sampled(2), torch=python, label="view", grad=False)
    copy = "{ let a = x.copy(); a.copy_(y); a }"
    case(
        "copy_",
        copy,
        sampled(2, 3),
        sampled(3),
        torch="x.clone().copy_(y)",
        label="row",
        grad=False,
    )
    case(
        "copy_",
        copy,
        sampled(2, dtype="i64"),
        given([1.75, -1.75], "f32"),
        torch="x.clone().copy_(y)",
        label="cast",
        grad=False,
    )
    fails("copy_", copy, sampled(3), sampled(2, 3), torch="x.clone().copy_(y)")
    case(
        "fill_",
        "{ let a = x.copy(); a.t().select(0, 1).fill_(7.5); a }",
        sampled(2, 3),
        torch="a = x.clone(); a.t().select(0, 1).fill_(7.5); out = a",
        grad=False,
    )
    case(
        "zero_",
        "{ let a = x.copy(); a.narrow(1, 1, 1).zero_(); a }",
        sampled(2, 3),
        torch="a = x.clone(); a.narrow(1, 1, 1).zero_(); out = a",
        grad=False,
    )
    for call in ["exp_()", "clamp_(-0.5, 0.5)"]:
        rust = f"{{ let a = x.copy(); a.t().{call}; a }}"
        case(call.split("(")[0], rust, sampled(2, 3), torch=f"x.clone().{call}", grad=False)
    rust = "{ let a = x.copy(); a.masked_fill_(y, 7.5); a }"
    mask = given([True, False, True], "bool")
    python = "x.clone().masked_fill_(y, 7.5)"
    case("masked_fill_", rust, sampled(2, 3), mask, torch=python, grad=False)
    on_views()


def on_views():
    """Changes of views, and of views with what lies around them."""
    for call in [
        "add_(y)",
        "sub_(y)",
        "mul_(y)",
        "div_(y)",
        "copy_(y)",
        "fill_(7.5)",
        "zero_()",
        "exp_()",
        "clamp_(-0.5, 0.5)",
        "masked_fill_(y, 7.5)",
    ]:
        name, takes = call.split("(")[0], "(y" in call

        def other(*shape, views=()):
            dtype = "bool" if name == "masked_fill_" else "float"
            return [sampled(*shape, dtype=dtype, views=views)] if takes else []

        rust, python = f"{{ x.{call}; x.clone() }}", f"x.{call}"
        turned = sampled(3, 2, views=TURNED), *other(3)
        case(name, rust, *turned, torch=python, label="turned", grad=False)
        stepped = sampled(2, 5, views=STEPPED), *other(3, 2, views=TURNED)
        case(name, rust, *stepped, torch=python, label="stepped", grad=False)
        repeated = sampled(2, 1, views=[["expand", [2, 3]]]), *other(2, 1)
        if name in ("fill_", "zero_"):
            case(name, rust, *repeated, torch=python, label="repeated", grad=False)
        elif name != "masked_fill_":
            # Of `masked_fill_` PyTorch only warns.
            fails(name, rust, *repeated, torch=python, label="repeated")
        rust = f"{{ let a = x.copy(); a.slice(1, 0, 5, 2).{call}; a }}"
        python = f"a = x.clone(); a[:, 0:5:2].{call}; out = a"
        inside = sampled(2, 5), *other(2, 1)
        case(name, rust, *inside, torch=python, label="inside", grad=False)
