"""Functions along dims: sums, extremes, softmax."""

from record import INF, NAN, STEPPED, TURNED, case, fails, given, ruled, sampled


def reduction(op, name=None, torch=None, dims=True, grad=True):
    """A function along one dim or several (where `dims` says so), or of everything."""
    torch = torch or name or op
    name = name or op

    def add(arguments, python, *inputs, label=""):
        call, same = f"x.{name}{arguments}", f"x.{torch}({python})"
        case(op, call, *inputs, torch=same, label=label, grad=grad)

    add("()", "", sampled(2, 3), label="table")
    add("()", "", sampled(3, 2, views=TURNED), label="turned")
    add("()", "", sampled(2, 5, views=STEPPED), label="stepped")
    add("_dim(1)", "dim=1", sampled(2, 5, views=STEPPED), label="stepped")
    add("()", "", sampled(), label="one number")
    add("()", "", given([1.0, INF, -2.0]), label="infinite")
    add("()", "", given([1.0, NAN, -2.0]), label="nan")
    for dim in [0, 1, -1]:
        add(f"_dim({dim})", f"dim={dim}", sampled(2, 3, 2), label="three dims")
        add(f"_dim({dim})", f"dim={dim}", sampled(4, 3, views=TURNED), label="turned")
        add(f"_keepdim({dim})", f"dim={dim}, keepdim=True", sampled(2, 3), label="table")
    add("_dim(0)", "dim=0", sampled(3, 1, views=[["expand", [3, 4]]]), label="repeated")
    add("_dim(1)", "dim=1", sampled(0, 3), label="nothing")
    add("_dim(1)", "dim=1", given([[1.0, NAN], [0.5, 2.0]]), label="nan")
    add("_dim(1)", "dim=1", given([[1.0, 2.0], [INF, 2.0], [-INF, 3.0]]), label="infinite")
    add("_dim(0)", "dim=0", given([[1.0, 1.0], [1.0, 2.0], [0.0, 2.0]]), label="ties")
    if dims:
        add("_dim([0, 2])", "dim=[0, 2]", sampled(2, 3, 2), label="outer and inner")
        add("_keepdim([0, 1])", "dim=[0, 1], keepdim=True", sampled(2, 3, 2), label="two")


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
    """Ties share the gradient of the largest of all; along a dim the first one has it."""
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


def more_reductions():
    reduction("prod", dims=False)
    for label, values in [
        ("a zero", [[2.0, 0.0, 3.0], [1.5, 2.0, -1.0]]),
        ("two zeros", [[2.0, 0.0, 0.0], [0.0, 2.0, -1.0]]),
    ]:
        case("prod", "x.prod()", given(values), label=label)
        case("prod", "x.prod_dim(1)", given(values), torch="x.prod(1)", label=label)
        case("prod", "x.prod_dim(0)", given(values), torch="x.prod(0)", label=label)
    case("prod", "x.prod()", sampled(0), label="nothing")
    for dtype in ["bool", "i64"]:
        case("prod", "x.prod()", sampled(2, 3, low=1, high=9, dtype=dtype), label=dtype)
    norms()
    for dim in [0, 1, -1]:
        same = f"torch.logsumexp(x, {dim})"
        case("logsumexp", f"x.logsumexp({dim})", sampled(2, 3, 2), torch=same, label="three dims")
        case("logsumexp", f"x.logsumexp({dim})", sampled(3, 2, views=TURNED), torch=same)
    large = given([[1000.0, 1001.0], [-1000.0, 1000.0], [-1000.0, -1001.0]])
    special = given([[INF, 1.0], [-INF, 1.0], [NAN, 1.0]])
    none = given([[-INF, -INF]])
    for label, entry in [("large", large), ("special", special), ("all -inf", none)]:
        case("logsumexp", "x.logsumexp(1)", entry, label=label)
    case("logsumexp", "x.logsumexp(1)", sampled(0, 3), label="nothing")
    case("logsumexp", "x.logsumexp(0)", sampled(0, 3), label="empty dim")
    same = "x.logsumexp(1, keepdim=True)"
    case("logsumexp", "x.logsumexp_keepdim(1)", sampled(2, 3), torch=same)
    for name in ["any", "all"]:
        mixed = given([[True, False, True], [False, False, True]], "bool")
        numbers = given([[0.0, 1.0, NAN], [0.0, -0.0, 2.0]])
        for label, entry in [
            ("bool", mixed),
            ("numbers", numbers),
            ("i64", given([[0, 3]], "i64")),
            ("turned", given([[0.0, 1.0], [0.0, -0.0], [2.0, NAN]], views=TURNED)),
            ("turned bool", given([[True, True], [False, True]], "bool", TURNED)),
            ("stepped", given([[0, 1, 0, 1, 0], [2, 0, 3, 0, 4]], "i64", STEPPED)),
        ]:
            case(name, f"x.{name}()", entry, label=label)
            case(name, f"x.{name}_dim(0)", entry, torch=f"x.{name}(0)", label=label)
            same = f"x.{name}(1, keepdim=True)"
            case(name, f"x.{name}_keepdim(1)", entry, torch=same, label=label)
        case(name, f"x.{name}()", sampled(0, dtype="bool"), label="nothing")
        case(name, f"x.{name}_dim(1)", sampled(2, 0, dtype="bool"), torch=f"x.{name}(1)")
    case("count_nonzero", "x.count_nonzero()", given([[0.0, 1.0], [NAN, -0.0]]))
    case("count_nonzero", "x.count_nonzero()", given([True, False, True], "bool"), label="bool")
    turned = given([[0.0, 1.0], [NAN, -0.0], [2.0, 0.0]], views=TURNED)
    stepped = given([[0, 1, 2, 1, 0], [2, 0, 0, 0, 4]], "i64", STEPPED)
    for label, entry in [("turned", turned), ("stepped", stepped)]:
        case("count_nonzero", "x.count_nonzero()", entry, label=label)
    for label, entry in [
        ("table", given([[0.0, 1.0, NAN], [0.0, -0.0, 2.0]])),
        ("bool", given([[True, False], [True, True]], "bool")),
        ("nothing", sampled(0, 3)),
        ("turned", turned),
        ("stepped", stepped),
    ]:
        for dim in [0, 1, -1]:
            call, same = f"x.count_nonzero_dim({dim})", f"x.count_nonzero({dim})"
            case("count_nonzero", call, entry, torch=same, label=label)
    three = sampled(2, 3, 2, low=-2, high=2, dtype="i64")
    call, same = "x.count_nonzero_dim([0, 2])", "x.count_nonzero((0, 2))"
    case("count_nonzero", call, three, torch=same, label="two")
    for name in ["var", "std"]:
        call, same = f"x.{name}_correction([0], 0.0)", f"x.{name}([0], correction=0)"
        case("var_correction", call, given([3.0, 3.0, 3.0]), torch=same, label="all equal")
        for correction in [0, 1, 2]:
            call = f"x.{name}_correction([1], {correction}.0)"
            same = f"x.{name}([1], correction={correction})"
            case("var_correction", call, sampled(2, 3), torch=same, label="table")
            case("var_correction", call, sampled(5, 2, views=TURNED), torch=same, label="turned")
            call = f"x.{name}_correction_keepdim([1], {correction}.0)"
            same = f"x.{name}([1], correction={correction}, keepdim=True)"
            case("var_correction", call, sampled(2, 3), torch=same, label="table")
            case("var_correction", call, sampled(5, 2, views=TURNED), torch=same, label="turned")
            case("var_correction", call, sampled(2, 5, views=STEPPED), torch=same, label="stepped")
        call, same = f"x.{name}_correction([0, 1], 0.0)", f"x.{name}([0, 1], correction=0)"
        case("var_correction", call, sampled(2, 3), torch=same, label="all")
        call = f"x.{name}_correction_keepdim([0, -1], 0.5)"
        same = f"x.{name}([0, -1], correction=0.5, keepdim=True)"
        case("var_correction", call, sampled(2, 3, 2), torch=same, label="two")
    near = given([1.0, 100.0, INF]), given([1.000001, 100.0005, INF])
    for name in ["allclose", "equal"]:
        case(name, f"x.{name}(y)", *near, label="near")
        case(name, f"x.{name}(y)", given([1.0, 2.0]), given([1.0, 2.0]), label="same")
        case(name, f"x.{name}(y)", given([1.0, 2.0]), given([1.0, 2.1]), label="far")
        case(name, f"x.{name}(y)", given([NAN]), given([NAN]), label="nan")
        turned = given([[1.0, 2.0], [3.0, 4.0]], views=TURNED)
        case(name, f"x.{name}(y)", turned, given([[1.0, 3.0], [2.0, 4.0]]), label="turned")
        case(name, f"x.{name}(y)", turned, given([[1.0, 2.0], [3.0, 4.0]]), label="turned, far")
    case("equal", "x.equal(y)", sampled(2), sampled(2, 1), label="shapes")
    case("allclose", "x.allclose(y)", given([1e-9, 0.0]), given([0.0, 1e-9]), label="tiny")


def norms():
    for name, p in [
        ("norm()", "2"),
        ("norm_p(1.0)", "1"),
        ("norm_p(2.0)", "2"),
        ("norm_p(3.0)", "3"),
        ("norm_p(0.5)", "0.5"),
    ]:
        norm(name, p)
    norm("norm_p(f64::INFINITY)", "float('inf')")
    for dim in [0, 1]:
        same = f"torch.linalg.vector_norm(x, dim={dim})"
        case("norm", f"x.norm_dim({dim})", sampled(2, 3), torch=same, label="table")
        case("norm", f"x.norm_dim({dim})", sampled(3, 2, views=TURNED), torch=same, label="turned")
    same = "torch.linalg.vector_norm(x, dim=1, keepdim=True)"
    case("norm", "x.norm_keepdim(1)", sampled(2, 3), torch=same, label="table")
    case("norm", "x.norm_keepdim(1)", given([[0.0, 0.0], [3.0, 4.0]]), torch=same, label="zeros")
    orders = [("1.0", "1"), ("3.0", "3"), ("0.5", "0.5"), ("f64::INFINITY", "float('inf')")]
    for rust, p in orders:
        for dim, label, entry in [
            ("0", "table", sampled(2, 3)),
            ("1", "turned", sampled(3, 2, views=TURNED)),
            ("1", "stepped", sampled(2, 5, views=STEPPED)),
            ("1", "zeros", given([[0.0, 0.0], [3.0, -3.0]])),
            ("[0, 2]", "two", sampled(2, 3, 2)),
        ]:
            for name, keep in [("norm_p_dim", ""), ("norm_p_keepdim", ", keepdim=True")]:
                same = f"torch.linalg.vector_norm(x, {p}, dim={dim}{keep})"
                case("norm", f"x.{name}({rust}, {dim})", entry, torch=same, label=label)


def norm(name, p):
    same = f"torch.linalg.vector_norm(x, {p})"
    case("norm", f"x.{name}", sampled(2, 3), torch=same, label="table")
    case("norm", f"x.{name}", sampled(3, 2, views=TURNED), torch=same, label="turned")
    case("norm", f"x.{name}", given([0.0, 0.0]), torch=same, label="zeros")
    case("norm", f"x.{name}", given([3.0, -3.0, 0.0]), torch=same, label="ties")
    case("norm", f"x.{name}", given([1.0, NAN]), torch=same, label="nan")
    case("norm", f"x.{name}", given([1.0, -INF]), torch=same, label="infinite")


def places():
    for name in ["argmax", "argmin"]:
        for label, entry in [
            ("table", sampled(2, 3)),
            ("turned", sampled(3, 2, views=TURNED)),
            ("ties", given([2.0, 1.0, 2.0, 1.0])),
            ("nan", given([2.0, NAN, 3.0, NAN])),
        ]:
            case(name, f"x.{name}_all()", entry, torch=f"x.{name}()", label=label)


def running():
    case("cumsum", "x.cumsum(0)", sampled(0, 3), label="nothing")
    for name in ["cumsum", "cumprod"]:
        for dim in [0, 1, -1]:
            case(name, f"x.{name}({dim})", sampled(2, 3, 2), label="three dims")
            case(name, f"x.{name}({dim})", sampled(3, 2, views=TURNED), label="turned")
        case(name, f"x.{name}(0)", given([1.0, NAN, 2.0]), label="nan")
        case(name, f"x.{name}(0)", given([1.0, 2.0, INF, 3.0]), label="infinite")
        case(name, f"x.{name}(0)", given([2.0, 0.0, 3.0, 0.0, 4.0]), label="zeros")
        case(name, f"x.{name}(0)", given([2, 3, 4], "i64"), label="i64")
        case(name, f"x.{name}(0)", given([True, True, False], "bool"), label="bool")
