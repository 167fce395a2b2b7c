"""Writes tests/golden/ops.json: what PyTorch computes for every op, with its gradients.

Run with PyTorch 2.9.0 and NumPy 2.4.6 on Python 3.11, on a CPU: python tests/golden/ops.py
The tests in runtime/tests/golden read the file and run the same calls on our tensors.
"""

from record import INF, NAN, case, fails, given, ruled, sampled, write

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-3, 30.0, -30.0, 100.0, -100.0, INF, -INF, NAN]
TURNED = [["transpose", 0, 1]]
MIDDLE = [["narrow", 1, 1, 3]]


def unary(op, low=-2.0, high=2.0, extra=(), special=SPECIAL):
    """A function of each element, on memory of every kind."""
    call = f"x.{op}()"

    def entry(*shape, views=()):
        return sampled(*shape, low=low, high=high, views=views)

    case(op, call, entry(2, 3), label="table")
    case(op, call, entry(3, 2, views=TURNED), label="turned")
    case(op, call, entry(2, 5, views=MIDDLE), label="part")
    case(op, call, entry(2, 1, views=[["expand", [2, 3]]]), label="repeated")
    case(op, call, entry(), label="one number")
    case(op, call, entry(0, 2), label="nothing")
    case(op, call, given(special), label="special")
    for i, values in enumerate(extra):
        case(op, call, given(values), label=f"extra {i}")


def pairs(values):
    """Every value with every value."""
    return [a for a in values for _ in values], [b for _ in values for b in values]


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
    add("part and repeated", (2, 5), (2, 1), MIDDLE, [["expand", [2, 3]]])
    add("nothing", (0, 3), (3,))
    add("nothing right", (2, 1), (0,))
    a, b = pairs(special or [0.0, 1.0, -2.5, INF, -INF, NAN])
    case(op, call, given(a), given(b), torch=torch, label="special")


def reduction(op, name=None, torch=None, dims=True, grad=True):
    """A function along one dim or several (where `dims` says so), or of everything."""
    torch = torch or name or op
    name = name or op

    def add(arguments, python, *inputs, label=""):
        call, same = f"x.{name}{arguments}", f"x.{torch}({python})"
        case(op, call, *inputs, torch=same, label=label, grad=grad)

    add("()", "", sampled(2, 3), label="table")
    add("()", "", sampled(3, 2, views=TURNED), label="turned")
    add("()", "", sampled(), label="one number")
    add("()", "", given([1.0, INF, -2.0]), label="infinite")
    add("()", "", given([1.0, NAN, -2.0]), label="nan")
    for dim in [0, 1, -1]:
        add(f"_dim({dim})", f"dim={dim}", sampled(2, 3, 2), label="three dims")
        add(f"_dim({dim})", f"dim={dim}", sampled(4, 3, views=TURNED), label="turned")
        add(f"_keepdim({dim})", f"dim={dim}, keepdim=True", sampled(2, 3), label="table")
    add("_dim(0)", "dim=0", sampled(3, 1, views=[["expand", [3, 4]]]), label="repeated")
    add("_dim(1)", "dim=1", sampled(0, 3), label="nothing")
    add("_dim(1)", "dim=1", given([[1.0, NAN], [INF, 2.0], [-INF, 3.0]]), label="special")
    add("_dim(0)", "dim=0", given([[1.0, 1.0], [1.0, 2.0], [0.0, 2.0]]), label="ties")
    if dims:
        add("_dim([0, 2])", "dim=[0, 2]", sampled(2, 3, 2), label="outer and inner")
        add("_keepdim([0, 1])", "dim=[0, 1], keepdim=True", sampled(2, 3, 2), label="two")


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


def reductions():
    for name in ["sum", "mean"]:
        reduction(name)
        case(name, f"x.{name}()", given([0.1], views=[["expand", [20000]]]), label="many")
        case(name, f"x.{name}_dim(0)", ruled(37, 3), torch=f"x.{name}(0)", label="long")
        case(name, f"x.{name}_dim(1)", ruled(3, 37), torch=f"x.{name}(1)", label="long")
    case("sum", "x.sum()", sampled(0), label="nothing")
    case("mean", "x.mean()", sampled(0), label="nothing")
    case("sum", "x.sum_dim(0)", sampled(0, 3), torch="x.sum(0)", label="empty dim")
    case("mean", "x.mean_dim(0)", sampled(0, 3), torch="x.mean(0)", label="empty dim")
    for dtype in ["bool", "i64"]:
        many = sampled(2, 3, low=-9, high=9, dtype=dtype)
        case("sum", "x.sum()", many, label=dtype)
        case("sum", "x.sum_dim(0)", many, torch="x.sum(0)", label=dtype)
        fails("mean", "x.mean()", many, label=dtype)
        fails("var", "x.var()", many, label=dtype)
    for name in ["var", "std"]:
        reduction("var", name)
        case("var", f"x.{name}()", sampled(1), label="one element")
        case("var", f"x.{name}()", given([3.0, 3.0, 3.0]), label="all equal")
        far = given([[1000.25], [1000.5], [1001.0]])
        case("var", f"x.{name}()", far, label="far from 0", precise=True)
        case("var", f"x.{name}_dim(1)", ruled(3, 37), torch=f"x.{name}(1)", label="long")
    for name in ["max", "min"]:
        extremes(name)


def extremes(name):
    """Largest and smallest: ties share the gradient of everything, the first takes that of a dim."""
    reduce = f"x.{name}"
    ties = given([[2.0, 1.0, 2.0], [1.0, 1.0, 2.0]])
    special = given([[1.0, NAN, NAN], [INF, 2.0, INF], [-INF, 3.0, -INF]])
    for label, entry in [
        ("table", sampled(2, 3)),
        ("turned", sampled(3, 2, views=TURNED)),
        ("repeated", sampled(2, 1, views=[["expand", [2, 3]]])),
        ("ties", ties),
    ]:
        case("max", f"{reduce}()", entry, label=label)
        for dim in [0, 1, -1]:
            python = f"{reduce}(dim={dim}).values"
            case("max", f"{reduce}_dim({dim})", entry, torch=python, label=label)
            case("arg" + name, f"x.arg{name}({dim})", entry, label=label)
    case("max", f"{reduce}()", sampled(), label="one number")
    case("max", f"{reduce}()", given([1.0, NAN, 3.0, NAN]), label="nan")
    case("max", f"{reduce}()", given([0.0, -0.0]), label="zeros")
    case("max", f"{reduce}_dim(1)", special, torch=f"{reduce}(1).values", label="special")
    case("arg" + name, f"x.arg{name}(1)", special, label="special")
    python = f"{reduce}(1, keepdim=True).values"
    case("max", f"{reduce}_keepdim(1)", sampled(2, 3), torch=python, label="table")
    case("max", f"{reduce}_dim(1)", sampled(0, 3), torch=f"{reduce}(1).values", label="nothing")
    case("max", f"{reduce}_dim(1)", sampled(2, 3, 2), torch=f"{reduce}(1).values", label="middle")
    whole = sampled(2, 3, low=-9, high=9, dtype="i64")
    case("max", f"{reduce}()", whole, label="i64")
    case("max", f"{reduce}_dim(0)", whole, torch=f"{reduce}(0).values", label="i64")
    case("arg" + name, f"x.arg{name}(1)", whole, label="i64")
    case("max", f"{reduce}()", given([False, True, False], "bool"), label="bool")
    fails("max", f"{reduce}()", sampled(0), label="of nothing")
    fails("max", f"{reduce}_dim(0)", sampled(0, 2), torch=f"{reduce}(0).values", label="of nothing")
    fails("arg" + name, f"x.arg{name}(0)", sampled(0, 2), label="of nothing")


def softmaxes():
    for op in ["softmax", "log_softmax"]:
        for dim in [0, 1, -1]:
            case(op, f"x.{op}({dim})", sampled(3, 4), label="table")
            case(op, f"x.{op}({dim})", sampled(2, 3, 2), label="three dims")
            case(op, f"x.{op}({dim})", sampled(4, 3, views=TURNED), label="turned")
        large = [[1000.0, 1001.0, 999.0], [-1000.0, 0.0, 1000.0], [-1000.0, -1001.0, -1002.0]]
        case(op, f"x.{op}(1)", given(large), label="large", precise=True)
        special = [[INF, 1.0], [-INF, 1.0], [-INF, -INF], [NAN, 1.0]]
        case(op, f"x.{op}(1)", given(special), label="special")
        case(op, f"x.{op}(0)", sampled(4), label="vector")
        case(op, f"x.{op}(1)", sampled(0, 3), label="nothing")
        case(op, f"x.{op}(0)", sampled(0, 3), label="empty dim")
        case(op, f"x.{op}(1)", sampled(3, 1), label="one each")
        case(op, f"x.{op}(0)", sampled(4, 1, views=[["expand", [4, 3]]]), label="repeated")
        case(op, f"x.{op}(1)", ruled(2, 37), label="long")
        case(op, f"x.{op}(0)", ruled(37, 2), label="long")


def shapes():
    def add(op, call, entry, torch=None, label=""):
        case(op, call, entry, torch=torch, label=label)

    add("reshape", "x.reshape([3, 2])", sampled(2, 3))
    add("reshape", "x.reshape([-1, 2])", sampled(2, 3, views=TURNED), label="turned")
    add("reshape", "x.reshape([6])", sampled(2, 1, views=[["expand", [2, 3]]]), label="repeated")
    add("reshape", "x.reshape([0, 5])", sampled(3, 0), label="nothing")
    add("reshape", "x.reshape([1, 1])", sampled(), label="one number")
    add("reshape", "x.flatten()", sampled(2, 3, 2, views=[["transpose", 0, 2]]))
    add("reshape", "x.flatten()", sampled(), label="one number")
    fails("reshape", "x.reshape([4])", sampled(2, 3))
    fails("reshape", "x.reshape([-1, 0])", sampled(0, 3))
    add("permute", "x.permute([2, 0, 1])", sampled(2, 3, 2))
    add("permute", "x.permute([0, -1, 1])", sampled(2, 3, 2, views=TURNED), label="turned")
    add("permute", "x.transpose(0, -1)", sampled(2, 3, 2))
    add("permute", "x.t()", sampled(2, 3))
    add("permute", "x.t()", sampled(3), label="vector")
    add("permute", "x.t()", sampled(0, 3), label="nothing")
    fails("permute", "x.permute([0, 0])", sampled(2, 3))
    fails("permute", "x.t()", sampled(2, 3, 2))
    add("expand", "x.expand([2, 3])", sampled(2, 1))
    add("expand", "x.expand([2, 2, 3])", sampled(3), label="new dims")
    add("expand", "x.expand([2, 3])", sampled(3, 2, views=[["narrow", 1, 1, 1], *TURNED]), label="view")
    add("expand", "x.expand([4])", sampled(), label="one number")
    add("expand", "x.expand([0, 2])", sampled(1, 2), label="nothing")
    fails("expand", "x.expand([2, 4])", sampled(2, 3))
    add("squeeze", "x.squeeze()", sampled(1, 2, 1, 3))
    add("squeeze", "x.squeeze()", sampled(1, 1), label="one number")
    add("squeeze", "x.squeeze_dim(1)", sampled(2, 1, 3), "x.squeeze(1)")
    add("squeeze", "x.squeeze_dim(-1)", sampled(0, 1), "x.squeeze(-1)")
    add("squeeze", "x.unsqueeze(-1)", sampled(2, 3, views=TURNED))
    add("squeeze", "x.unsqueeze(1)", sampled(2, 3))
    add("squeeze", "x.unsqueeze(0)", sampled(), label="one number")
    fails("squeeze", "x.unsqueeze(4)", sampled(2, 3))
    add("select", "x.select(0, 1)", sampled(2, 3))
    add("select", "x.select(1, -1)", sampled(2, 3, views=TURNED))
    add("select", "x.select(0, 2)", sampled(3), label="vector")
    add("select", "x.select(1, 0)", sampled(0, 3), label="nothing")
    fails("select", "x.select(1, 3)", sampled(2, 3))
    fails("select", "x.select(0, -3)", sampled(2, 3))
    add("narrow", "x.narrow(1, 1, 2)", sampled(2, 4))
    add("narrow", "x.narrow(0, 1, 0)", sampled(2, 3), label="nothing")
    add("narrow", "x.narrow(-1, -2, 2)", sampled(3, 2, views=TURNED), label="from the end")
    fails("narrow", "x.narrow(1, 2, 2)", sampled(2, 3))
    add("copy", "x.copy()", sampled(2, 3, views=TURNED), "x.clone()")
    add("copy", "x.copy()", sampled(2, 1, views=[["expand", [2, 3]]]), "x.clone()", "repeated")
    add("copy", "x.copy()", sampled(), "x.clone()", "one number")
    add("copy", "x.contiguous()", sampled(2, 0, views=TURNED))
    add("copy", "x.contiguous()", ruled(9, 5, views=TURNED), label="long")
    joining()


def joining():
    index = given([2, 0, 0, 1], "i64")
    case("index_select", "x.index_select(0, y)", sampled(3, 2), index, label="rows")
    case("index_select", "x.index_select(1, y)", sampled(3, 2, views=TURNED), index)
    case("index_select", "x.index_select(-1, y)", sampled(2, 2, 3), index)
    case("index_select", "x.index_select(0, y)", sampled(3), index, label="vector")
    none = sampled(0, dtype="i64")
    case("index_select", "x.index_select(0, y)", sampled(3, 2), none, label="nothing")
    steps = given([1, 0, 2, 0], "i64", [["narrow", 0, 1, 2]])
    case("index_select", "x.index_select(0, y)", sampled(3, 2), steps, label="part")
    fails("index_select", "x.index_select(0, y)", sampled(2, 2), index)
    cat, stack = "cat(&[x, y], {})", "stack(&[x, y], {})"

    def join(rust, dim, x, y, label=""):
        call = rust.format(dim)
        python = "torch." + call.replace("&[", "[")
        case("cat", call, x, y, torch=python, label=label)

    join(cat, 0, sampled(2, 3), sampled(1, 3))
    join(cat, 1, sampled(2, 1), sampled(2, 2))
    join(cat, -1, sampled(3, 2, views=TURNED), sampled(2, 1, views=[["expand", [2, 2]]]))
    join(cat, 0, sampled(0, 3), sampled(2, 3), "nothing")
    join(cat, 1, sampled(2, 2, 2), sampled(2, 1, 2), "middle")
    join(cat, 0, sampled(2, dtype="i64"), sampled(3), "types")
    join(cat, 0, sampled(2, dtype="bool"), sampled(3, dtype="i64"), "bool and i64")
    join(stack, 0, sampled(2, 3), sampled(2, 3))
    join(stack, 1, sampled(2, 3), sampled(3, 2, views=TURNED))
    join(stack, -1, sampled(2, 3), sampled(2, 3))
    join(stack, 0, sampled(), sampled(), "numbers")
    fails("cat", "cat(&[x, y], 0)", sampled(2, 3), sampled(2, 4), torch="torch.cat([x, y], 0)")
    where = "where_(x, y, z)"

    def choose(x, y, z, label):
        case("where", where, x, y, z, torch="torch.where(x, y, z)", label=label)

    condition = given([[True, False, True], [False, False, True]], "bool")
    choose(condition, sampled(2, 3), sampled(2, 3), "same shape")
    choose(condition, sampled(3), sampled(2, 1), "row and column")
    choose(condition, sampled(), sampled(3, 2, views=TURNED), "number and turned")
    choose(given([True, False, True], "bool"), sampled(2, 1), sampled(), "small condition")
    choose(given(True, "bool"), sampled(2), sampled(2), "one condition")
    choose(sampled(0, 3, dtype="bool"), sampled(3), sampled(), "nothing")
    choose(given([True, False], "bool"), given([INF, NAN]), given([NAN, 1.0]), "special")
    choose(given([True, False], "bool"), sampled(2, dtype="i64"), sampled(2), "types")
    case("where", "where_(x, y, 0.5)", condition, sampled(2, 3), torch="torch.where(x, y, 0.5)")


def products():
    def add(label, x, y):
        case("matmul", "x.matmul(y)", x, y, label=label)

    add("tables", sampled(2, 3), sampled(3, 4))
    add("turned left", sampled(3, 2, views=TURNED), sampled(3, 4))
    add("turned right", sampled(2, 3), sampled(4, 3, views=TURNED))
    add("both turned", sampled(3, 2, views=TURNED), sampled(4, 3, views=TURNED))
    add("part", sampled(2, 5, views=MIDDLE), sampled(3, 5, views=MIDDLE))
    add("repeated", sampled(2, 1, views=[["expand", [2, 3]]]), sampled(3, 2))
    add("vectors", sampled(3), sampled(3))
    add("vector left", sampled(3), sampled(3, 2))
    add("vector right", sampled(2, 3), sampled(3))
    add("batches", sampled(2, 2, 3), sampled(2, 3, 2))
    add("one right", sampled(2, 2, 3), sampled(3, 2))
    add("one left", sampled(2, 3), sampled(2, 3, 2))
    add("batches broadcast", sampled(2, 1, 2, 3), sampled(2, 3, 1))
    add("batch and vector", sampled(2, 2, 3), sampled(3))
    add("vector and batch", sampled(2), sampled(3, 2, 2))
    add("turned batch", sampled(2, 3, 2, views=[["transpose", 1, 2]]), sampled(3, 2))
    add("nothing out", sampled(0, 3), sampled(3, 2))
    add("nothing inside", sampled(2, 0), sampled(0, 3))
    add("no batch", sampled(0, 2, 3), sampled(3, 2))
    add("special", given([[1.0, INF], [0.0, NAN], [2.0, 3.0]]), given([[1.0, 0.0], [0.0, 2.0]]))
    add("long", ruled(5, 19), ruled(19, 7))
    add("long and turned", ruled(19, 5, views=TURNED), ruled(7, 19, views=TURNED))
    whole = [sampled(2, 3, low=-9, high=9, dtype="i64"), sampled(3, 2, low=-9, high=9, dtype="i64")]
    add("i64", *whole)
    fails("matmul", "x.matmul(y)", sampled(2, 3), sampled(2, 3))
    fails("matmul", "x.matmul(y)", sampled(), sampled(3), label="number")
    square = given([[2.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.0, 1.0, 4.0]])
    solve = "torch.linalg.solve(x, y)"
    case("solve", "x.solve(y)", square, sampled(3, 2), torch=solve, label="table", grad=False)
    case("solve", "x.solve(y)", square, sampled(3), torch=solve, label="vector", grad=False)
    pivots = given([[0.0, 1.0], [1.0, 0.0]])
    case("solve", "x.solve(y)", pivots, sampled(2), torch=solve, label="pivots", grad=False)
    turned = given([[2.0, 1.0], [5.0, 3.0]], views=TURNED)
    case("solve", "x.solve(y)", turned, sampled(2, 2), torch=solve, label="turned", grad=False)
    fails("solve", "x.solve(y)", given([[1.0, 2.0], [2.0, 4.0]]), sampled(2), torch=solve)
    least = "torch.linalg.lstsq(x, y).solution"
    tall = given([[1.0, 0.5], [1.0, 1.5], [1.0, 2.5], [1.0, 4.0]])
    case("lstsq", "x.lstsq(y)", tall, sampled(4, 2), torch=least, label="table", grad=False)
    python = "torch.linalg.lstsq(x, y[:, None]).solution[:, 0]"
    case("lstsq", "x.lstsq(y)", tall, sampled(4), torch=python, label="vector", grad=False)
    case("lstsq", "x.lstsq(y)", square, sampled(3, 1), torch=least, label="square", grad=False)


KINDS = {
    "bool": [True, False],
    "i64": [3, -2],
    "f32": [1.5, -2.0],
    "f64": [0.25, 2.0],
}
SIGNS = [("add", "+"), ("sub", "-"), ("mul", "*"), ("div", "/")]
COMPARISONS = [("eq", "=="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")]


def types():
    for a, left in KINDS.items():
        for b, right in KINDS.items():
            for shape, y in [("", given(right, b)), (" number", given(right[0], b))]:
                for op, sign in SIGNS:
                    # PyTorch subtracts no bools; we count them as 0 and 1.
                    if op != "sub" or "bool" not in (a, b):
                        case(op, f"x {sign} y", given(left, a), y, label=f"{a} and {b}{shape}")
            y = given(right, b)
            if (a, b) != ("bool", "bool"):
                bases, powers = ([1, 2] if kind == "i64" else values for kind, values in [(a, left), (b, right)])
                case("pow", "x.pow(y)", given(bases, a), given(powers, b), label=f"{a} and {b}", grad=False)
            for op, _ in COMPARISONS[::2]:
                case(op, f"x.{op}(y)", given(left, a), y, label=f"{a} and {b}")
        for op, sign in SIGNS:
            for value in ["2", "2.5"] if (a, op) != ("bool", "sub") else []:
                case(op, f"x {sign} {value}", given(left, a), label=f"{a} and a number")
                case(op, f"{value} {sign} x", given(left, a), label=f"{a} and a number")
        for op, _ in COMPARISONS:
            for value in ["1", "1.5"]:
                case(op, f"x.{op}({value})", given(left, a), label=f"{a} and a number")
        for to, python in [("Bool", "bool"), ("I64", "int64"), ("F32", "float32"), ("F64", "float64")]:
            values = given([0.0, -0.0, 1.75, -1.75, 1e9, 0.3] if a[0] == "f" else left, a)
            case("to_dtype", f"x.to_dtype(DType::{to})", values, torch=f"x.to(torch.{python})", label=a)
        case("to_dtype", "x.float()", given(left, a), label=a)
        case("to_dtype", "x.double()", given(left, a), label=a)
        case("to_dtype", "x.long()", given(left, a), label=a)
        if a in ("bool", "i64"):
            for op in ["exp", "sqrt", "sigmoid", "tanh", "sin", "cos", "log"]:
                case(op, f"x.{op}()", given(left, a), label=a)
    for op in ["abs", "neg", "square", "relu"]:
        case(op, f"x.{op}()", given(KINDS["i64"], "i64"), label="i64")
    large = given([2**53 + 1, 2**60 + 2**36 + 1, -(2**24) - 1, 2**63 - 1], "i64")
    case("to_dtype", "x.float()", large, label="large")
    case("to_dtype", "x.double()", large, label="large")
    case("add", "x + y", large, given([1, 1, 1, -1], "i64"), label="large")
    case("eq", "x.eq(y)", large, given([2**53, 2**60, -(2**24) - 1, 2**63 - 1], "i64"), label="large")
    case("to_dtype", "x.float()", given([1e300, 1e-50, -0.0, INF, NAN, 0.1], "f64"), label="narrowing")
    case("to_dtype", "x.to_dtype(DType::Bool)", given([NAN, INF, 1e-40, 0.0], "f64"),
         torch="x.to(torch.bool)", label="special")
    for op, _ in COMPARISONS:
        a, b = pairs([0.0, -0.0, 1.0, INF, -INF, NAN])
        case(op, f"x.{op}(y)", given(a), given(b), label="special")
        case(op, f"x.{op}(y)", sampled(2, 1), sampled(3, 2, views=TURNED), label="broadcast")
        case(op, f"x.{op}(y)", sampled(0, 3), sampled(3), label="nothing")


def in_place():
    """Calls without gradients: our in-place forms work where nothing is recorded."""
    for name in ["add_", "sub_", "mul_", "div_"]:
        rust = f"{{ let a = x.copy(); a.{name}(y); a }}"
        python = f"x.clone().{name}(y)"
        case(name, rust, sampled(2, 3), sampled(3), torch=python, label="row", grad=False)
        case(name, rust, sampled(2, 3), sampled(3, 2, views=TURNED), torch=python, label="turned", grad=False)
        case(name, rust, sampled(2, 3), sampled(), torch=python, label="number", grad=False)
        case(name, rust, sampled(0, 3), sampled(3), torch=python, label="nothing", grad=False)
        case(name, rust, given([1.5, 2.5], "f32"), given([0.1, 3.0], "f64"), torch=python, label="f64 into f32", grad=False)
        case(name, rust, given([1.5, 2.5], "f64"), given([0.1, 3.0], "f32"), torch=python, label="f32 into f64", grad=False)
        case(name, rust, given([1.5, 2.5], "f32"), given([2, 3], "i64"), torch=python, label="i64 into f32", grad=False)
        fails(name, rust, given([1, 2], "i64"), given([0.5, 3.0], "f32"), torch=python, label="f32 into i64")
        fails(name, rust, sampled(3), sampled(2, 3), torch=python, label="larger")
        if name == "div_":
            fails(name, rust, given([4, 2], "i64"), given([2, 3], "i64"), torch=python, label="i64")
        else:
            case(name, rust, given([4, 2], "i64"), given([2, 3], "i64"), torch=python, label="i64", grad=False)
        part = f"{{ let a = x.copy(); a.t().select(0, 1).{name}(y); a }}"
        python = f"a = x.clone(); a.t().select(0, 1).{name}(y); out = a"
        case(name, part, sampled(2, 3), sampled(2), torch=python, label="view", grad=False)
    copy = "{ let a = x.copy(); a.copy_(y); a }"
    case("copy_", copy, sampled(2, 3), sampled(3), torch="x.clone().copy_(y)", label="row", grad=False)
    case("copy_", copy, sampled(2, dtype="i64"), given([1.75, -1.75], "f32"), torch="x.clone().copy_(y)", label="cast", grad=False)
    fails("copy_", copy, sampled(3), sampled(2, 3), torch="x.clone().copy_(y)")
    case("fill_", "{ let a = x.copy(); a.t().select(0, 1).fill_(7.5); a }", sampled(2, 3),
         torch="a = x.clone(); a.t().select(0, 1).fill_(7.5); out = a", grad=False)
    case("zero_", "{ let a = x.copy(); a.narrow(1, 1, 1).zero_(); a }", sampled(2, 3),
         torch="a = x.clone(); a.narrow(1, 1, 1).zero_(); out = a", grad=False)


arithmetic()
elementwise()
reductions()
softmaxes()
shapes()
products()
types()
in_place()
write()
