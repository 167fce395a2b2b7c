"""Products of matrices, and systems of equations."""

from record import INF, MIDDLE, NAN, SECONDS, STEPPED, TURNED, case, fails, given, ruled, sampled


def products():
    def add(label, x, y):
        case("matmul", "x.matmul(y)", x, y, label=label)

    add("tables", sampled(2, 3), sampled(3, 4))
    add("turned left", sampled(3, 2, views=TURNED), sampled(3, 4))
    add("turned right", sampled(2, 3), sampled(4, 3, views=TURNED))
    add("both turned", sampled(3, 2, views=TURNED), sampled(4, 3, views=TURNED))
    add("part", sampled(2, 5, views=MIDDLE), sampled(3, 5, views=MIDDLE))
    add("stepped", sampled(2, 5, views=STEPPED), sampled(3, 5, views=STEPPED))
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

    def layer(label, x, y, z):
        case("linear", "x.linear(y, z)", x, y, z, torch="F.linear(x, y, z)", label=label)

    layer("table", sampled(4, 3), sampled(2, 3), sampled(2))
    layer("one row", sampled(3), sampled(2, 3), sampled(2))
    layer("three dims", sampled(2, 4, 3), sampled(5, 3), sampled(5))
    layer("turned", sampled(3, 4, views=TURNED), sampled(3, 2, views=TURNED), sampled(2))
    layer("part", sampled(2, 5, views=MIDDLE), sampled(3, 5, views=MIDDLE), sampled(3))
    layer("one output", sampled(4, 3), sampled(1, 3), sampled(1))
    layer("long", ruled(7, 19), ruled(37, 19), ruled(37))
    layer("nothing out", sampled(0, 3), sampled(2, 3), sampled(2))
    layer("nothing inside", sampled(2, 0), sampled(3, 0), sampled(3))
    norms()
    square = given([[2.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.0, 1.0, 4.0]])
    least = "torch.linalg.lstsq(x, y).solution"
    tall = given([[1.0, 0.5], [1.0, 1.5], [1.0, 2.5], [1.0, 4.0]])
    case("lstsq", "x.lstsq(y)", tall, sampled(4, 2), torch=least, label="table", grad=False)
    python = "torch.linalg.lstsq(x, y[:, None]).solution[:, 0]"
    case("lstsq", "x.lstsq(y)", tall, sampled(4), torch=python, label="vector", grad=False)
    case("lstsq", "x.lstsq(y)", square, sampled(3, 1), torch=least, label="square", grad=False)
    turned = given([[1.0, 1.0, 1.0, 1.0], [0.5, 1.5, 2.5, 4.0]], views=TURNED)
    y = sampled(2, 4, views=TURNED)
    case("lstsq", "x.lstsq(y)", turned, y, torch=least, label="turned", grad=False)
    rows = [[0.5, 2.0], [1.5, 0.0], [2.5, 1.0], [4.0, -1.0]]
    stepped = given([[1.0, 9.0, a, 9.0, b] for a, b in rows], views=STEPPED)
    y = sampled(4, 2, views=[["select", 1, 1]])
    case("lstsq", "x.lstsq(y)", stepped, y, torch=python, label="stepped", grad=False)


def norms():
    """Normalising layers and tables of vectors, on views too; `layers.py` has their options."""

    def rows(label, x, shape):
        y, z = sampled(*shape, low=0.5), sampled(*shape)
        python = "F.layer_norm(x, y.shape, y, z, 1e-5)"
        case("layer_norm", "x.layer_norm(y, z, 1e-5)", x, y, z, torch=python, label=label)

    rows("table", sampled(3, 4), [4])
    rows("two dims", sampled(2, 3, 4), [3, 4])
    rows("turned", sampled(4, 3, views=TURNED), [4])
    rows("stepped", sampled(2, 5, views=STEPPED), [3])
    rows("long", ruled(3, 37), [37])
    rows("vector", sampled(5), [5])
    rows("nothing", sampled(0, 4), [4])
    wrong = sampled(2, 3), sampled(2), sampled(2)
    python = "F.layer_norm(x, y.shape, y, z, 1e-5)"
    fails("layer_norm", "x.layer_norm(y, z, 1e-5)", *wrong, torch=python)

    def channels(label, x, count):
        y, z = sampled(count, low=0.5), sampled(count)
        python = "F.batch_norm(x, None, None, y, z, training=True, eps=1e-5)"
        case("batch_norm", "x.batch_norm(y, z, 1e-5)", x, y, z, torch=python, label=label)

    channels("table", sampled(5, 3), 3)
    channels("pictures", sampled(2, 3, 2, 4), 3)
    channels("turned", sampled(3, 5, views=TURNED), 3)
    channels("stepped", sampled(4, 5, views=STEPPED), 3)
    channels("turned pictures", sampled(2, 3, 2, 4, views=[["transpose", 2, 3]]), 3)
    channels("long", ruled(41, 2), 2)

    python = "F.embedding(y, x)"
    for label, table, index in [
        ("rows", sampled(3, 2), given([2, 0, 2, 2], "i64")),
        ("table of indices", sampled(4, 3), given([[0, 3], [3, 1]], "i64")),
        ("turned", sampled(2, 3, views=TURNED), given([1, 1, 0], "i64")),
        ("nothing", sampled(3, 2), sampled(0, dtype="i64")),
    ]:
        case("embedding", "x.embedding(y)", table, index, torch=python, label=label)
    wrong = sampled(3, 2), given([3], "i64")
    fails("embedding", "x.embedding(y)", *wrong, torch=python)


def systems():
    square = given([[2.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.0, 1.0, 4.0]])
    turned = given([[2.0, 1.0], [5.0, 3.0]], views=TURNED)
    pivots = given([[0.0, 2.0], [1.0, 3.0]])
    batch = given([[[2.0, 1.0], [0.5, 3.0]], [[1.0, -1.0], [2.0, 2.0]]])
    solve = "torch.linalg.solve(x, y)"
    for label, x, y in [
        ("table", square, sampled(3, 2)),
        ("vector", square, sampled(3)),
        ("pivots", pivots, sampled(2)),
        ("turned", turned, sampled(2, 2)),
        ("batch", batch, sampled(2, 2, 1)),
    ]:
        case("solve", "x.solve(y)", x, y, torch=solve, label=label)
    fails("solve", "x.solve(y)", given([[1.0, 2.0], [2.0, 4.0]]), sampled(2), torch=solve)
    for op, python in [("inverse", "torch.linalg.inv(x)"), ("det", "torch.linalg.det(x)")]:
        for label, x in [
            ("table", square),
            ("pivots", pivots),
            ("turned", turned),
            ("batch", batch),
            ("one", given([[4.0]])),
        ]:
            case(op, f"x.{op}()", x, torch=python, label=label)
        fails(op, f"x.{op}()", sampled(2, 3), torch=python)
    singular = given([[1.0, 2.0], [2.0, 4.0]])
    fails("inverse", "x.inverse()", singular, torch="torch.linalg.inv(x)", label="singular")
    case("det", "x.det()", singular, torch="torch.linalg.det(x)", label="singular", grad=False)


def contractions():
    case("dot", "x.dot(y)", sampled(3), sampled(3))
    case("dot", "x.dot(y)", sampled(2, 3, views=[["select", 0, 1]]), sampled(3), label="part")
    stepped = sampled(5, views=SECONDS), sampled(3, 2, views=[["select", 1, 1]])
    case("dot", "x.dot(y)", *stepped, label="stepped")
    case("dot", "x.dot(y)", sampled(0), sampled(0), label="nothing")
    case("dot", "x.dot(y)", given([1, 2], "i64"), given([3, 4], "i64"), label="i64")
    fails("dot", "x.dot(y)", sampled(2), sampled(3))
    case("outer", "x.outer(y)", sampled(2), sampled(3))
    case("outer", "x.outer(y)", *stepped, label="stepped")
    case("outer", "x.outer(y)", sampled(0), sampled(3), label="nothing")
    fails("outer", "x.outer(y)", sampled(2, 2), sampled(3))
    case("trace", "x.trace()", sampled(2, 3))
    case("trace", "x.trace()", sampled(3, 2, views=TURNED), label="turned")
    case("trace", "x.trace()", sampled(0, 0), label="nothing")
    fails("trace", "x.trace()", sampled(3))
    for call in ["0, 0, 1", "1, 0, 1", "-1, -2, -1", "0, 0, 2"]:
        case("diagonal", f"x.diagonal({call})", sampled(2, 3, 4))
    case("diagonal", "x.diagonal(1, 1, 0)", sampled(3, 2, views=TURNED), label="turned")
    case("diagonal", "x.diagonal(5, 0, 1)", sampled(2, 3), label="nothing")
    for equation, *inputs in [
        ("ij,jk->ik", sampled(2, 3), sampled(3, 2)),
        ("ij,kj->ik", sampled(3, 2, views=TURNED), sampled(2, 3)),
        ("ij,jk", sampled(2, 3), sampled(3, 2)),
        ("ba", sampled(2, 3)),
        ("bij,bjk->bik", sampled(2, 2, 3), sampled(2, 3, 2)),
        ("bij,bkj->bik", sampled(2, 2, 3), sampled(2, 2, 3)),
        ("i,j->ij", sampled(2), sampled(3)),
        ("i,i->", sampled(3), sampled(3)),
        ("ij->", sampled(2, 3)),
        ("ij->j", sampled(2, 3)),
        ("ij->ji", sampled(2, 3)),
        ("ii->i", sampled(3, 3)),
        ("ii", sampled(3, 3)),
        ("...ij,...jk->...ik", sampled(2, 1, 2, 3), sampled(2, 3, 2)),
        ("...i->...", sampled(2, 2, 3)),
        ("...i->i", sampled(2, 2, 3)),
        ("...i,...j->ij", sampled(2, 3), sampled(2, 3)),
        ("bhqd,bhkd->bhqk", sampled(1, 2, 2, 3), sampled(1, 2, 3, 3)),
        ("bqk,bkd->bdq", sampled(2, 2, 3), sampled(2, 3, 2)),
        ("i,ij,j->", sampled(2), sampled(2, 3), sampled(3)),
        ("bi,oij,bj->bo", sampled(2, 2), sampled(2, 2, 3), sampled(2, 3)),
        ("ij,ij->ij", sampled(2, 3), sampled(2, 3)),
        ("ij,jk->ik", sampled(0, 3), sampled(3, 2)),
    ]:
        names = ", ".join("xyz"[: len(inputs)])
        label = "nothing" if inputs[0].shape[0] == 0 else ""
        python = f'torch.einsum("{equation}", {names})'
        case("einsum", f'einsum("{equation}", &[{names}])', *inputs, torch=python, label=label)
    for equation, *inputs in [
        ("ij,jk->ik", sampled(2, 3), sampled(2, 3)),
        ("ij->ik", sampled(2, 3)),
        ("ij,jk->ik", sampled(2, 3)),
        ("ijk->i", sampled(2, 3)),
    ]:
        names = ", ".join("xyz"[: len(inputs)])
        python = f'torch.einsum("{equation}", {names})'
        label = f"refused with {len(inputs)}"
        call = f'einsum("{equation}", &[{names}])'
        fails("einsum", call, *inputs, torch=python, label=label)
