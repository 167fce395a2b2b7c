"""Functions of one element, and of two with broadcasting."""

from record import INF, NAN, STEPPED, TURNED, case, fails, given, pairs, ruled, sampled

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-3, 30.0, -30.0, 100.0, -100.0, INF, -INF, NAN]


def unary(op, low=-2.0, high=2.0, extra=(), special=SPECIAL, call=None, torch=None):
    """A function of each element, on memory of every kind."""
    call = call or f"x.{op}()"

    def add(label, entry):
        case(op, call, entry, torch=torch, label=label)

    def entry(*shape, views=()):
        return sampled(*shape, low=low, high=high, views=views)

    add("table", entry(2, 3))
    add("turned", entry(3, 2, views=TURNED))
    add("stepped", entry(2, 5, views=STEPPED))
    add("repeated", entry(2, 1, views=[["expand", [2, 3]]]))
    add("one number", entry())
    add("nothing", entry(0, 2))
    add("special", given(special))
    for i, values in enumerate(extra):
        add(f"extra {i}", given(values))


def binary(op, call, torch=None, right=(-2.0, 2.0), left=(-2.0, 2.0), special=None):
    """A function of two elements, with every kind of broadcasting."""

    def add(label, a, b, a_views=(), b_views=()):
        x = sampled(*a, low=left[0], high=left[1], views=a_views)
        y = sampled(*b, low=right[0], high=right[1], views=b_views)
        case(op, call, x, y, torch=torch, label=label)

    add("same shape", (2, 3), (2, 3))
    add("row", (2, 3), (3,))
    add("column", (2, 3), (2, 1))
    add("outer", (2, 1), (1, 3))
    add("number right", (2, 3), ())
    add("number left", (), (2, 3))
    add("numbers", (), ())
    add("batches", (2, 1, 2), (3, 1))
    add("turned left", (3, 2), (2, 3), a_views=TURNED)
    add("turned right, row left", (3,), (3, 2), b_views=TURNED)
    add("both turned", (3, 2), (3, 2), TURNED, TURNED)
    add("stepped and repeated", (2, 5), (2, 1), STEPPED, [["expand", [2, 3]]])
    add("nothing", (0, 3), (3,))
    add("nothing right", (2, 1), (0,))
    a, b = pairs(special or [0.0, 1.0, -2.5, INF, -INF, NAN])
    case(op, call, given(a), given(b), torch=torch, label="special")


def arithmetic():
    for op, sign in [("add", "+"), ("sub", "-"), ("mul", "*"), ("div", "/")]:
        binary(op, f"x {sign} y")
        long = [ruled(37), ruled(2, 37, views=[["select", 0, 1]])]
        case(op, f"x {sign} y", *long, label="long")
        case(op, f"x.{op}(y)", sampled(2, 3), sampled(3), label="method")
        case(op, f"x {sign} 2.5", sampled(2, 3), label="number")
        case(op, f"2.5 {sign} x", sampled(2, 3), label="number")
        case(op, f"3 {sign} x", sampled(3, 2, views=TURNED), label="whole number")
        if op in ("add", "mul"):
            case(op, f"x {sign} x", sampled(3), label="itself")
    binary("pow", "x.pow(y)", left=(0.1, 2.0), special=[0.0, 1.0, 0.5, -2.0, 3.0, INF, -INF, NAN])
    for power in ["0", "1", "2", "3", "-1", "0.5", "-0.5", "2.0", "2.5"]:
        case("pow", f"x.pow({power})", given([0.0, 0.5, 1.0, 3.0, -2.0, INF, NAN]), label="number")
    case("neg", "-x", sampled(2, 3), label="operator")
    random_broadcasts()


def random_broadcasts():
    """Shapes that fit, drawn at random: up to four dims of which some are 1 or missing."""
    import random

    draw = random.Random(3)
    for i in range(16):
        full = [draw.choice([1, 2, 3]) for _ in range(draw.choice([1, 2, 3, 3, 4]))]
        if i % 8 == 7:
            full[draw.randrange(len(full))] = 0
        shapes = []
        for _ in range(2):
            shape = [size if draw.random() < 0.6 else 1 for size in full]
            shapes.append(shape[draw.randrange(len(shape) + 1) if draw.random() < 0.4 else 0 :])
        op, call = draw.choice([("mul", "x * y"), ("sub", "x - y"), ("div", "x / y")])
        case(op, call, sampled(*shapes[0]), sampled(*shapes[1], low=0.5), label=f"random {i}")


def elementwise():
    unary("abs")
    unary("neg")
    unary("exp", extra=[[88.5, 88.8, 709.5, 710.0, -87.0, -103.0, -700.0]])
    unary("log", low=0.1, extra=[[1e-30, 1e30, 1.00001]])
    unary("sqrt", low=0.1)
    unary("square")
    unary("sin", extra=[[10.0, 1000.0, 31415.9]])
    unary("cos", extra=[[10.0, 1000.0, 31415.9]])
    unary("tanh", extra=[[20.0, -20.0, 9.0, 1e-4], [1e-6, 1e-8]])
    unary("sigmoid", extra=[[-80.0, -20.0], [-700.0], [20.0]])
    unary("relu")
    for op in ["exp", "tanh", "sigmoid", "relu"]:
        case(op, f"x.{op}()", ruled(5, 9), label="long")
        case(op, f"x.{op}()", ruled(9, 5, views=TURNED), label="long and turned")


def more_elementwise():
    unary("reciprocal", low=0.3)
    unary("rsqrt", low=0.1)
    unary("log2", low=0.1, extra=[[1e-30, 8.0, 1024.0]])
    unary("log10", low=0.1, extra=[[1e-30, 1000.0, 0.001]])
    unary("log1p", low=-0.9, extra=[[1e-8, -1e-8, 1e-4], [-0.99, 1e10]])
    unary("expm1", extra=[[1e-8, -1e-8, 1e-4], [88.5, -50.0]])
    unary("exp2", extra=[[127.5, -126.0, 10.0]])
    unary("tan", low=-1.4, high=1.4)
    unary("asin", low=-0.95, high=0.95)
    unary("acos", low=-0.95, high=0.95)
    unary("atan", extra=[[1e-6, 1e6, -1e6]])
    unary("sinh", extra=[[1e-6, -1e-3, 20.0]])
    unary("cosh", extra=[[1e-6, -1e-3, 20.0]])
    unary("erf", extra=[[0.01, 3.0, -4.5], [1e-8], [0.84375, 1.25, 2.857]])
    for op in ["floor", "ceil", "round", "trunc", "sign", "frac"]:
        unary(op, extra=[[0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 1e10, -0.75]])
    for op in ["floor", "ceil", "round", "trunc", "sign"]:
        case(op, f"x.{op}()", given([3, 0, -2], "i64"), label="i64")
    for op in ["isnan", "isinf", "isfinite"]:
        case(op, f"x.{op}()", given(SPECIAL), label="special")
        case(op, f"x.{op}()", sampled(3, 2, views=TURNED), label="turned")
        case(op, f"x.{op}()", given([1, 0], "i64"), label="i64")
    edges = given([-1.0, -0.5, 0.5, 1.0, 1.5, -2.0, INF, -INF, NAN])
    for call in ["clamp(-0.5, 1.0)", "clamp_min(0.5)", "clamp_max(0.5)", "clamp(1.0, -0.5)"]:
        case("clamp", f"x.{call}", edges, label="edges")
        case("clamp", f"x.{call}", sampled(3, 2, views=TURNED), label="turned")
        case("clamp", f"x.{call}", sampled(0, 2), label="nothing")
    case("clamp", "x.clamp(-1, 2)", given([-3, -1, 0, 2, 5], "i64"), label="i64")
    case("clamp", "x.clamp(-1, 2)", given([-3.0, 0.5, 5.0]), label="whole numbers")
    activations()
    more_binary()
    logic()


def activations():
    """Those of layers: `layers.py` has them with their options, on rows of memory only."""
    steep = [[-20.0, -5.0, 5.0, 19.9, 20.1], [1e-6, -1e-6, 1e-3]]
    for op, call, torch in [
        ("silu", "x.silu()", "F.silu(x)"),
        ("gelu", "x.gelu()", "F.gelu(x)"),
        ("gelu_tanh", "x.gelu_tanh()", "F.gelu(x, approximate='tanh')"),
        ("elu", "x.elu(1.0)", "F.elu(x, 1.0)"),
        ("elu", "x.elu(0.5)", "F.elu(x, 0.5)"),
        ("leaky_relu", "x.leaky_relu(0.01)", "F.leaky_relu(x, 0.01)"),
        ("softplus", "x.softplus()", "F.softplus(x)"),
    ]:
        unary(op, low=-4.0, high=4.0, extra=steep, call=call, torch=torch)


def more_binary():
    for op in ["maximum", "minimum"]:
        binary(op, f"x.{op}(y)")
        case(op, f"x.{op}(y)", given([1.0, 2.0, 3.0]), given([1.0, 3.0, 2.0]), label="ties")
        case(op, f"x.{op}(y)", given([1, 2], "i64"), given([3, 0], "i64"), label="i64")
        case(op, f"x.{op}(y)", given([1, 2], "i64"), given([1.5, 0.0], "f32"), label="types")
    binary("atan2", "x.atan2(y)", special=[1.0, -2.5, INF, -INF, NAN])
    zeros = [0.0, -0.0]
    for label, other in [("on the axes", [2.0, -2.0]), ("at 0", [])]:
        a, b = pairs(zeros + other)
        kept = [i for i, (p, q) in enumerate(zip(a, b)) if (p == q == 0) == (label == "at 0")]
        x, y = given([a[i] for i in kept]), given([b[i] for i in kept])
        case("atan2", "x.atan2(y)", x, y, label=label)
    signs = [2.0, -2.0, 0.0, 7.5, -7.5, INF, -INF, NAN]
    for op in ["fmod", "remainder"]:
        binary(op, f"x.{op}(y)", left=(-9.0, 9.0), right=(0.5, 2.0), special=signs)
        case(op, f"x.{op}(3.0)", given([7.5, -7.5, 6.0, -6.0]), label="number")
        whole = given([7, -7, 7, -7, 6], "i64"), given([3, 3, -3, -3, 3], "i64")
        case(op, f"x.{op}(y)", *whole, label="i64")
        fails(op, f"x.{op}(y)", given([7], "i64"), given([0], "i64"), label="by zero")
    case("remainder", "x % y", given([7.5, -7.5]), given([2.0, 2.0]), label="operator")
    case("remainder", "x % 3", given([7, -7], "i64"), label="operator")
    whole = given([7, -7, 7, -7, 6], "i64"), given([3, 3, -3, -3, 3], "i64")
    divide = "x.floor_divide(y)"
    case("floor_divide", divide, *whole, label="i64")
    a, b = pairs(signs)
    case("floor_divide", divide, given(a), given(b), label="special", grad=False)
    case("floor_divide", divide, sampled(2, 3), sampled(3), label="row", grad=False)
    turned = sampled(3, 2, views=TURNED), sampled(3, 2, views=TURNED)
    case("floor_divide", divide, *turned, label="turned", grad=False)
    stepped = sampled(2, 5, views=STEPPED), sampled(2, 1, views=[["expand", [2, 3]]])
    case("floor_divide", divide, *stepped, label="stepped and repeated", grad=False)
    case("floor_divide", "x.floor_divide(2)", given([7, -7], "i64"), label="number")
    turned = given([[7, -7], [6, -6], [1, -1]], "i64", TURNED)
    case("floor_divide", "x.floor_divide(2)", turned, label="turned")
    fails("floor_divide", divide, given([7], "i64"), given([0], "i64"), label="by zero")
    binary("logaddexp", "x.logaddexp(y)", special=[0.0, 1000.0, -1000.0, INF, -INF, NAN])
    binary("lerp", "x.lerp(y, 0.3)")
    for label, shape in [("weights", (2, 3)), ("row of weights", (3,))]:
        weights = sampled(*shape, low=0, high=1)
        case("lerp", "x.lerp(y, z)", sampled(2, 3), sampled(2, 1), weights, label=label)


def logic():
    bools = given([True, True, False, False], "bool"), given([True, False, True, False], "bool")
    floats = given([0.0, 2.0, NAN, -0.0]), given([1.0, 0.0, 0.0, 0.0])
    for op in ["and", "or", "xor"]:
        call = f"x.logical_{op}(y)"
        case(f"logical_{op}", call, *bools, label="bools")
        case(f"logical_{op}", call, *floats, label="numbers")
        row = sampled(2, 1, dtype="bool"), sampled(3, 2, dtype="bool", views=TURNED)
        case(f"logical_{op}", call, *row, label="broadcast")
        turned = sampled(3, 2, dtype="bool", views=TURNED), sampled(3, dtype="bool")
        case(f"logical_{op}", call, *turned, label="turned")
    for sign in ["&", "|", "^"]:
        case("logical", f"x {sign} y", *bools, label="operator")
        case("logical", f"x {sign} y", *turned, label="turned")
    case("logical", "!x", bools[0], torch="~x", label="operator")
    case("logical", "!x", turned[0], torch="~x", label="turned")
    case("logical_not", "x.logical_not()", bools[0], label="bools")
    case("logical_not", "x.logical_not()", floats[0], label="numbers")
    case("logical_not", "x.logical_not()", turned[0], label="turned")
