"""Other shapes and parts of the same elements, and several tensors made one."""

from record import INF, NAN, TURNED, case, fails, given, ruled, sampled


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
    add(
        "expand",
        "x.expand([2, 3])",
        sampled(3, 2, views=[["narrow", 1, 1, 1], *TURNED]),
        label="view",
    )
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
    turned = sampled(3, 2, dtype="bool", views=TURNED)
    choose(turned, sampled(3, 2, views=TURNED), sampled(2, 3), "turned")
    choose(given([True, False, True], "bool"), sampled(2, 1), sampled(), "small condition")
    choose(given(True, "bool"), sampled(2), sampled(2), "one condition")
    choose(sampled(0, 3, dtype="bool"), sampled(3), sampled(), "nothing")
    choose(given([True, False], "bool"), given([INF, NAN]), given([NAN, 1.0]), "special")
    choose(given([True, False], "bool"), sampled(2, dtype="i64"), sampled(2), "types")
    case("where", "where_(x, y, 0.5)", condition, sampled(2, 3), torch="torch.where(x, y, 0.5)")
