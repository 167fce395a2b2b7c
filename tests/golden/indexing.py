"""Indices, slices, padding, sorting, and elements moved around."""

from record import INF, NAN, SECONDS, STEPPED, TURNED, case, fails, given, sampled


def indexing():
    for rust, python in [
        ("0", "0"),
        ("-1", "-1"),
        ("1..", "1:"),
        ("..-1", ":-1"),
        ("..=1", ":2"),
        ("5..", "5:"),
        ("-9..2", "-9:2"),
        ("3..", "3:"),
        ("(.., 1)", ":, 1"),
        ("(1, 2)", "1, 2"),
        ("(.., 1..3)", ":, 1:3"),
        ("(1.., ..-1)", "1:, :-1"),
        ("step(.., 2)", "::2"),
        ("(.., step(1.., 2))", ":, 1::2"),
        ("NewAxis", "None"),
        ("(.., NewAxis, 1)", ":, None, 1"),
        ("(Ellipsis, 0)", "..., 0"),
        ("(0, Ellipsis)", "0, ..."),
    ]:
        case("i", f"x.i({rust})", sampled(3, 4), torch=f"x[{python}]", label="table")
    turned = sampled(4, 3, views=TURNED)
    case("i", "x.i((1.., step(.., 2)))", turned, torch="x[1:, ::2]", label="turned")
    case("i", "x.i((Ellipsis, 1))", sampled(2, 3, 2), torch="x[..., 1]", label="three dims")
    case("i", "x.i((0, NewAxis, .., 1))", sampled(2, 3, 2), torch="x[0, None, :, 1]")
    index = given([2, 0, 0, -1], "i64")
    case("i", "x.i(y)", sampled(3, 2), index, torch="x[y]", label="whole numbers")
    case("i", "x.i((.., y))", sampled(2, 3), index, torch="x[:, y]", label="whole numbers")
    case("i", "x.i((1, y))", sampled(2, 3), index, torch="x[1, y]", label="whole numbers")
    rows = given([[0, 1], [2, 0]], "i64")
    case("i", "x.i(y)", sampled(3, 2), rows, torch="x[y]", label="table of indices")
    mask = given([True, False, True], "bool")
    case("i", "x.i(y)", sampled(3, 2), mask, torch="x[y]", label="mask of rows")
    case("i", "x.i((.., y))", sampled(2, 3), mask, torch="x[:, y]", label="mask of columns")
    table = sampled(3, 2, dtype="bool", views=TURNED)
    case("i", "x.i(y)", sampled(2, 3), table, torch="x[y]", label="mask")
    none = given([False, False], "bool")
    case("i", "x.i(y)", sampled(2, 3), none, torch="x[y]", label="nothing")
    for rust, python in [("3", "3"), ("(.., 4)", ":, 4"), ("(0, 0, 0)", "0, 0, 0")]:
        fails("i", f"x.i({rust})", sampled(3, 4), torch=f"x[{python}]")
    fails("i", "x.i(y)", sampled(2, 3), index, torch="x[y]")
    fails("i", "x.i(y)", sampled(2, 3), mask, torch="x[y]", label="mask too long")
    assignment()


def assignment():
    def assign(index, python, value, *inputs, label):
        call = f"{{ let a = x.copy(); a.set_({index}, {value}); a }}"
        same = f"a = x.clone(); a[{python}] = {value}; out = a"
        case("set_", call, *inputs, torch=same, label=label, grad=False)

    assign("(0, 1..)", "0, 1:", "5.0", sampled(2, 3), label="number")
    assign("(.., 1)", ":, 1", "y", sampled(2, 3), sampled(2), label="column")
    assign("step(.., 2)", "::2", "y", sampled(3, 2), sampled(2), label="steps")
    assign("(.., step(.., 2))", ":, ::2", "y", sampled(2, 3), sampled(2, 1), label="column")
    assign("y", "y", "0.0", sampled(2, 3), sampled(2, 3, dtype="bool"), label="mask")
    assign("y", "y", "z", sampled(3, 2), given([2, 0], "i64"), sampled(2, 2), label="rows")
    assign("y", "y", "z", sampled(3, 2), given([2, 0], "i64"), sampled(2), label="one row")
    rows = given([True, False, True], "bool")
    assign("y", "y", "z", sampled(3, 2), rows, sampled(2, 2), label="masked rows")
    # Of a view, and of a view with what lies around it.
    inside = "{ let a = x.copy(); a.slice(1, 0, 5, 2).set_(y, 7.5); a }"
    same = "a = x.clone(); a[:, 0:5:2][y] = 7.5; out = a"
    mask = sampled(3, 2, dtype="bool", views=TURNED)
    case("set_", inside, sampled(2, 5), mask, torch=same, label="inside", grad=False)
    for label, x in [
        ("turned", sampled(3, 2, views=TURNED)),
        ("stepped", sampled(2, 5, views=STEPPED)),
    ]:
        for index, python, value, *others in [
            ("(0, 1..)", "0, 1:", "5.0"),
            ("(.., 1)", ":, 1", "y", sampled(2, 3, views=[["select", 1, 0]])),
            ("y", "y", "0.0", mask),
            ("y", "y", "z", given([1, 0], "i64"), sampled(3, 2, views=TURNED)),
        ]:
            call = f"{{ x.set_({index}, {value}); x.clone() }}"
            same = f"x[{python}] = {value}; out = x"
            case("set_", call, x, *others, torch=same, label=label, grad=False)


def moving():
    def add(op, call, entry, torch=None, label=""):
        case(op, call, entry, torch=torch, label=label)

    add("slice", "x.slice(1, 0, 5, 2)", sampled(2, 5), "x[:, 0:5:2]")
    add("slice", "x.slice(0, -3, -1, 1)", sampled(4, 2), "x[-3:-1]")
    add("slice", "x.slice(1, 1, 99, 3)", sampled(6, 2, views=TURNED), "x[:, 1:99:3]")
    add("slice", "x.slice(0, 2, 1, 1)", sampled(3, 2), "x[2:1]", "nothing")
    add("reshape", "x.view([3, 2])", sampled(2, 3))
    fails("reshape", "x.view([6])", sampled(2, 3, views=TURNED), label="turned")
    add("reshape", "x.flatten_dims(1, 2)", sampled(2, 3, 2), "x.flatten(1, 2)")
    add("reshape", "x.flatten_dims(0, -1)", sampled(2, 3, views=TURNED), "x.flatten(0, -1)")
    case("expand", "x.expand_as(y)", sampled(3), sampled(2, 3))
    add("permute", "x.movedim(0, 2)", sampled(2, 3, 2))
    add("permute", "x.movedim(-1, 0)", sampled(2, 3, 2))
    add("split", "x.split(2, 0)", sampled(5, 2))
    add("split", "x.split(2, 1)", sampled(5, 2, views=TURNED), label="turned")
    add("split", "x.split_sizes([1, 3], 1)", sampled(2, 4), "x.split([1, 3], 1)")
    add("split", "x.chunk(3, 0)", sampled(7, 2))
    add("split", "x.chunk(4, 0)", sampled(5), label="fewer than asked")
    add("split", "x.unbind(1)", sampled(2, 3))
    fails("split", "x.split_sizes([1, 2], 1)", sampled(2, 4), torch="x.split([1, 2], 1)")
    padding()
    add("flip", "x.flip([0])", sampled(3, 2))
    add("flip", "x.flip([0, -1])", sampled(3, 2, views=TURNED))
    add("flip", "x.flip([1])", sampled(0, 3), label="nothing")
    for shift in ["1", "-1", "4", "-5"]:
        add("roll", f"x.roll({shift}, 1)", sampled(2, 3))
    add("roll", "x.roll(1, 0)", sampled(2, 3, views=TURNED), label="turned")
    add("roll", "x.roll(1, 0)", sampled(0, 3), label="nothing")
    add("repeat", "x.repeat([2, 2])", sampled(2, 3))
    add("repeat", "x.repeat([2, 1, 2])", sampled(3, 2, views=TURNED), label="new dim")
    add("repeat", "x.repeat([3])", sampled(), label="one number")
    add("repeat", "x.repeat([0, 2])", sampled(2, 3), label="nothing")
    fails("repeat", "x.repeat([2])", sampled(2, 3))
    add("repeat_interleave", "x.repeat_interleave(2, 0)", sampled(2, 3))
    add("repeat_interleave", "x.repeat_interleave(3, 1)", sampled(3, 2, views=TURNED))
    for op in ["tril", "triu"]:
        for diagonal in ["0", "1", "-1", "5"]:
            add(op, f"x.{op}({diagonal})", sampled(3, 4))
        add(op, f"x.{op}(0)", sampled(2, 3, 3, views=[["transpose", 1, 2]]), label="batch")
        add(op, f"x.{op}(0)", given([[INF, NAN], [NAN, INF]]), label="special")
        case(op, f"x.{op}(0)", sampled(3, 3, low=1, high=9, dtype="i64"), label="i64")
    add("diag", "x.diag()", sampled(3))
    add("diag", "x.diag()", sampled(3, 4), label="table")
    add("diag", "x.diag()", sampled(3, 2, views=TURNED), label="turned")
    add("diag", "x.diag()", sampled(0), label="nothing")
    case(
        "meshgrid",
        "meshgrid(&[x, y])",
        sampled(2),
        sampled(3),
        torch='torch.meshgrid(x, y, indexing="ij")',
    )
    case(
        "meshgrid",
        "meshgrid(&[x, y])",
        sampled(5, views=SECONDS),
        sampled(2, 3, views=[["select", 1, 1]]),
        torch='torch.meshgrid(x, y, indexing="ij")',
        label="stepped",
    )


def padding():
    for pads in ["[1, 2]", "[0, 1, 2, 0]", "[-1, 1]", "[1, 0, -1, -1]"]:
        case("pad", f"x.pad({pads})", sampled(3, 4), torch=f"F.pad(x, {pads})", label="table")
    case(
        "pad",
        "x.pad([1, 2])",
        sampled(3, 2, views=TURNED),
        torch="F.pad(x, [1, 2])",
        label="turned",
    )
    case("pad", "x.pad([1, 1])", sampled(0), torch="F.pad(x, [1, 1])", label="nothing")
    same = "F.pad(x, [1, 1], value=7.5)"
    case("pad", "x.pad_value([1, 1], 7.5)", sampled(2, 3), torch=same)
    for mode in ["reflect", "replicate", "circular"]:
        for pads, entry, label in [
            ("[1, 2]", sampled(2, 4), "one dim"),
            ("[1, 2]", sampled(1, 2, 3), "three dims"),
            ("[2, 1, 0, 1]", sampled(1, 2, 3), "two dims"),
            ("[1, 1, 1, 1]", sampled(1, 1, 3, 2, views=[["transpose", 2, 3]]), "turned"),
        ]:
            call, same = f'x.pad_mode({pads}, "{mode}")', f'F.pad(x, {pads}, mode="{mode}")'
            case("pad", call, entry, torch=same, label=label)
    for mode, pads in [("reflect", "[3, 0]"), ("circular", "[4, 0]")]:
        call, same = f'x.pad_mode({pads}, "{mode}")', f'F.pad(x, {pads}, mode="{mode}")'
        fails("pad", call, sampled(1, 3), torch=same)


def gathering():
    def add(op, call, *inputs, torch=None, label=""):
        case(op, call, *inputs, torch=torch, label=label)

    index = given([[0, 2], [1, 1]], "i64")
    add("gather", "x.gather(1, y)", sampled(2, 3), index)
    add("gather", "x.gather(0, y)", sampled(3, 2), index)
    add("gather", "x.gather(1, y)", sampled(3, 2, views=TURNED), index, label="turned")
    add("gather", "x.gather(0, y)", sampled(3), given([2, 2, 0, 1], "i64"), label="vector")
    add("gather", "x.gather(0, y)", sampled(3, 2), sampled(0, 2, dtype="i64"), label="nothing")
    fails("gather", "x.gather(1, y)", sampled(2, 2), index)
    add("scatter_add", "x.scatter_add(1, y, z)", sampled(2, 3), index, sampled(2, 2))
    add("scatter_add", "x.scatter_add(0, y, z)", sampled(3, 2), index, sampled(2, 2))
    add(
        "scatter_add",
        "x.scatter_add(0, y, z)",
        sampled(3),
        given([0, 0, 2, 0], "i64"),
        sampled(4),
        label="repeated",
    )
    turned = [sampled(3, 2, views=TURNED), index, sampled(2, 2, views=TURNED)]
    add("scatter_add", "x.scatter_add(1, y, z)", *turned, label="turned")
    none = [sampled(2, 3), sampled(0, 3, dtype="i64"), sampled(0, 3)]
    add("scatter_add", "x.scatter_add(0, y, z)", *none, label="nothing")
    # PyTorch's backward refuses this one.
    larger = [sampled(2, 3), index, sampled(3, 3)]
    case("scatter_add", "x.scatter_add(1, y, z)", *larger, label="larger source", grad=False)
    mask = given([[True, False, True], [False, True, True]], "bool")
    add("masked_select", "x.masked_select(y)", sampled(2, 3), mask)
    add("masked_select", "x.masked_select(y)", sampled(3, 2, views=TURNED), mask, label="turned")
    add("masked_select", "x.masked_select(y)", sampled(3), mask, label="broadcast")
    add("masked_fill", "x.masked_fill(y, 7.5)", sampled(2, 3), mask)
    turned = sampled(3, 2, views=TURNED), sampled(3, 2, dtype="bool", views=TURNED)
    add("masked_fill", "x.masked_fill(y, 7.5)", *turned, label="turned")
    add("masked_fill", "x.masked_fill(y, 7.5)", sampled(2, 5, views=STEPPED), mask, label="stepped")
    add(
        "masked_fill",
        "x.masked_fill(y, f64::NEG_INFINITY)",
        sampled(2, 3),
        mask,
        torch="x.masked_fill(y, -math.inf)",
    )
    add("masked_fill", "x.masked_fill(y, 0.0)", sampled(2, 2, 3), mask, label="broadcast")
    add(
        "masked_fill",
        "x.masked_fill(y, 0.0)",
        given([NAN, INF]),
        given([True, False], "bool"),
        label="special",
    )
    for label, entry in [
        ("table", given([[0.0, 1.0], [NAN, -0.0]])),
        ("bool", given([True, False, True], "bool")),
        ("turned", given([[1.0, 0.0], [2.0, 3.0]], views=TURNED)),
        ("nothing", given([0, 0], "i64")),
    ]:
        add("nonzero", "x.nonzero()", entry, label=label)
    labels = given([2, 0, 1, 2], "i64")
    add("one_hot", "x.one_hot(3)", labels, torch="F.one_hot(x, 3)")
    add(
        "one_hot",
        "x.one_hot(4)",
        given([[2, 0], [1, 3]], "i64"),
        torch="F.one_hot(x, 4)",
        label="table",
    )
    turned = given([[2, 0], [1, 3], [0, 1]], "i64", TURNED)
    add("one_hot", "x.one_hot(4)", turned, torch="F.one_hot(x, 4)", label="turned")
    stepped = given([2, 9, 0, 9, 2], "i64", SECONDS)
    add("one_hot", "x.one_hot(3)", stepped, torch="F.one_hot(x, 3)", label="stepped")
    fails("one_hot", "x.one_hot(2)", labels, torch="F.one_hot(x, 2)")
    fails("one_hot", "x.one_hot(3)", given([-1], "i64"), torch="F.one_hot(x, 3)", label="negative")
    add("bincount", "x.bincount(0)", labels, torch="x.bincount()")
    add("bincount", "x.bincount(5)", labels, torch="x.bincount(minlength=5)")
    add("bincount", "x.bincount(0)", stepped, torch="x.bincount()", label="stepped")


def sorting():
    def add(op, call, entry, torch=None, label=""):
        case(op, call, entry, torch=torch, label=label)

    ties = given([[2.0, 1.0, 2.0, 1.0], [0.0, -0.0, 3.0, 3.0]])
    special = given([[1.0, NAN, -INF, INF, NAN, 0.5]])
    for dim in [0, 1, -1]:
        for label, entry in [
            ("table", sampled(3, 4)),
            ("turned", sampled(4, 3, views=TURNED)),
            ("three dims", sampled(2, 3, 2)),
            ("ties", ties),
            ("special", special),
        ]:
            add("sort", f"x.sort({dim})", entry, f"x.sort(dim={dim}, stable=True)", label)
            same = f"x.sort(dim={dim}, descending=True, stable=True)"
            add("sort", f"x.sort_descending({dim})", entry, same, label)
            same = f"x.argsort(dim={dim}, stable=True)"
            add("argsort", f"x.argsort({dim})", entry, same, label)
    whole = sampled(2, 4, low=-9, high=9, dtype="i64")
    add("sort", "x.sort(1)", whole, "x.sort(dim=1, stable=True)", "i64")
    add("sort", "x.sort(0)", sampled(0), "x.sort(dim=0, stable=True)", "nothing")
    add("topk", "x.topk(2, 1)", sampled(3, 4))
    add("topk", "x.topk(2, 0)", sampled(4, 3, views=TURNED), label="turned")
    add("topk", "x.topk(4, -1)", sampled(2, 4), label="all")
    add("topk", "x.topk(0, 0)", sampled(3), label="nothing")
    add("topk", "x.topk(2, 0)", given([1.0, NAN, 3.0, INF]), label="special")
    fails("topk", "x.topk(4, 0)", sampled(3))
    repeated = given([[2, 1], [2, 7]], "i64")
    add("unique", "x.unique()", repeated)
    case("unique", "x.unique()", given([2.5, -1.0, 2.5]), label="floats", grad=False)
    add("unique", "x.unique_counts()", repeated, "x.unique(return_counts=True)")
    stepped = given([[2.5, 9.0, -1.0, 9.0, 2.5], [0.5, 9.0, 2.5, 9.0, 0.5]], views=STEPPED)
    case("unique", "x.unique()", stepped, label="stepped", grad=False)
    turned = given([[2, 7], [2, 1], [7, 7]], "i64", TURNED)
    add("unique", "x.unique_counts()", turned, "x.unique(return_counts=True)", "turned")
    for label, entry in [
        ("odd", sampled(5)),
        ("even", sampled(3, 2, views=TURNED)),
        ("nan", given([1.0, NAN, 2.0])),
        ("ties", given([1.0, 2.0, 1.0, 2.0])),
        ("one number", sampled()),
    ]:
        add("median", "x.median()", entry, label=label)
    for dim in [0, 1]:
        same = f"x.median({dim}).values"
        add("median", f"x.median_dim({dim})", sampled(3, 4), same, "table")
        add("median", f"x.median_dim({dim})", sampled(4, 3, views=TURNED), same, "turned")
