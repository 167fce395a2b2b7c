"""Writes tests/golden/conv.json: what PyTorch computes for convolutions, pooling and resizing.

Run with PyTorch 2.9.0 and NumPy 2.4.6 on Python 3.11, on a CPU: python tests/golden/conv.py
"""

import record
from record import INF, case, fails, given, ruled, sampled

# Two images turned on their side, and sequences cut out of longer ones.
TURNED = [["transpose", 2, 3]]
EVERY_SECOND = [["slice", 2, 0, 14, 2]]


def options(**given):
    """The same options in Rust and in Python."""
    rust = "".join(
        f".{name}({'true' if value is True else 'false' if value is False else repr(value)})"
        for name, value in given.items()
    )
    return rust.replace("'", '"'), "".join(f", {name}={value!r}" for name, value in given.items())


def convolution(op, x, weight, outputs=None, bias=True, label="", views=(), **given):
    """One convolution; `outputs` is how many there are where the weight does not say it.

    `views` are those of the weight.
    """
    rust, python = options(**given)
    if bias:
        count = outputs or weight[0]
        case(
            op,
            f"x.{op}_with(y, &ConvOptions::new().bias(z){rust})",
            x if not isinstance(x, tuple) else ruled(*x),
            sampled(*weight, views=views),
            sampled(count),
            torch=f"F.{op}(x, y, z{python})",
            label=label,
        )
        return
    case(
        op,
        f"x.{op}_with(y, &ConvOptions::new(){rust})" if given else f"x.{op}(y)",
        x if not isinstance(x, tuple) else ruled(*x),
        sampled(*weight, views=views),
        torch=f"F.{op}(x, y{python})",
        label=label,
    )


def plain():
    def add(x, weight, **more):
        convolution("conv2d", x, weight, **more)

    add((2, 2, 4, 5), (3, 2, 2, 3), bias=False, label="plain")
    add((2, 4, 5), (3, 2, 2, 3), bias=False, label="one image")
    add((2, 1, 4, 5), (3, 1, 3, 3), label="bias")
    add(ruled(2, 1, 4, 5, views=TURNED), (3, 1, 3, 3), label="turned")
    turned = ruled(2, 2, 5, 4, views=TURNED)
    add(turned, (3, 2, 2, 3), bias=False, views=TURNED, label="both turned")
    add((1, 3, 4, 4), (5, 3, 1, 1), label="window of 1")
    add((2, 2, 4, 3), (2, 2, 3, 3), padding=1)
    add((1, 2, 3, 4), (2, 2, 3, 2), padding=[2, 1])
    add((1, 2, 3, 4), (2, 2, 3, 3), padding="same", label="odd")
    add((1, 1, 5, 4), (2, 1, 4, 2), padding="same", label="even")
    add((1, 1, 6, 5), (2, 1, 3, 2), padding="same", dilation=[2, 3])
    add((1, 1, 5, 4), (2, 1, 4, 2), padding="valid")
    add((2, 2, 6, 7), (2, 2, 3, 3), stride=2)
    add((2, 2, 6, 7), (2, 2, 3, 3), stride=2, padding=1)
    add((1, 1, 7, 9), (2, 1, 2, 3), stride=[3, 2], padding=[0, 2])
    add((1, 1, 7, 9), (2, 1, 2, 2), stride=[4, 3])
    add((1, 2, 7, 6), (2, 2, 3, 2), dilation=2)
    add((1, 2, 8, 7), (2, 2, 3, 2), dilation=[1, 3], stride=2, padding=2)
    add((1, 1, 9, 9), (1, 1, 3, 3), dilation=3, stride=3, padding=3)
    add((2, 4, 4, 3), (6, 2, 2, 2), groups=2)
    add((1, 3, 4, 5), (3, 1, 3, 3), groups=3, padding=1, label="depthwise")
    add((1, 3, 4, 5), (6, 1, 3, 3), groups=3, padding=1, stride=2)
    add((1, 2, 8, 9), (3, 2, 5, 5), padding=2)
    add((1, 3, 11, 13), (2, 3, 7, 7), stride=2, padding=3)
    add((1, 2, 3, 7), (2, 2, 1, 5), padding=[0, 2])
    add((1, 2, 7, 3), (2, 2, 5, 1), padding=[2, 0])
    add((1, 1, 12, 13), (2, 1, 11, 11), stride=4, padding=2)
    special = given([[[[1.0, 2.0, INF], [0.0, -1.0, 3.0]]]])
    case("conv2d", "x.conv2d(y)", special, given([[[[2.0]]]]), torch="F.conv2d(x, y)", label="inf")
    for x, weight, label in [
        ((1, 3, 4, 4), (2, 1, 3, 3), "channels"),
        ((4, 4), (2, 1, 3, 3), "dims"),
        ((1, 1, 2, 4), (2, 1, 3, 3), "too small"),
    ]:
        python = "F.conv2d(x, y)"
        fails("conv2d", "x.conv2d(y)", ruled(*x), ruled(*weight), torch=python, label=label)
    for given_options, label in [
        ({"groups": 2}, "groups"),
        ({"padding": "same", "stride": 2}, "same with stride"),
        ({"stride": 0}, "no stride"),
    ]:
        rust, python = options(**given_options)
        call = f"x.conv2d_with(y, &ConvOptions::new(){rust})"
        inputs = ruled(1, 3, 4, 4), ruled(2, 3, 3, 3)
        fails("conv2d", call, *inputs, torch=f"F.conv2d(x, y{python})", label=label)
    convolution("conv1d", (2, 2, 7), (3, 2, 3), bias=False, label="plain")
    convolution("conv1d", (2, 7), (3, 2, 3), bias=False, label="one sequence")
    parts = ruled(2, 2, 14, views=EVERY_SECOND)
    convolution("conv1d", parts, (3, 3, 2), bias=False, views=[["transpose", 1, 2]], label="parts")
    convolution("conv1d", (2, 2, 7), (3, 2, 3), padding="same", dilation=2)
    convolution("conv1d", (2, 4, 9), (2, 2, 4), stride=2, padding=3, groups=2)
    fails("conv1d", "x.conv1d(y)", ruled(1, 2, 4), ruled(2, 3, 2), torch="F.conv1d(x, y)")


def transposed():
    def add(x, weight, outputs, **more):
        convolution("conv_transpose2d", x, weight, outputs, **more)

    add((2, 3, 2, 3), (3, 2, 2, 3), 2, bias=False, label="plain")
    add((3, 2, 3), (3, 2, 2, 3), 2, bias=False, label="one image")
    turned = ruled(2, 3, 3, 2, views=TURNED)
    add(turned, (3, 2, 2, 3), 2, bias=False, views=TURNED, label="both turned")
    add((2, 3, 3, 2), (3, 2, 3, 3), 2, padding=1)
    add((2, 2, 3, 2), (2, 2, 3, 3), 2, stride=2, padding=1, output_padding=1)
    add((1, 2, 3, 4), (2, 1, 2, 2), 1, stride=2)
    add((1, 2, 3, 4), (2, 1, 4, 4), 1, stride=2, padding=1, label="twice as large")
    add((1, 2, 3, 2), (2, 2, 2, 3), 2, stride=[3, 2], padding=[0, 1], output_padding=[2, 0])
    add((1, 2, 3, 2), (2, 2, 2, 3), 2, dilation=[3, 2], padding=1)
    add((1, 2, 3, 2), (2, 1, 3, 3), 1, dilation=2, stride=3, padding=2, output_padding=2)
    add((1, 4, 3, 2), (4, 3, 2, 2), 6, groups=2, stride=2)
    call, python = "x.conv_transpose2d(y)", "F.conv_transpose2d(x, y)"
    fails("conv_transpose2d", call, ruled(1, 3, 4, 4), ruled(2, 3, 2, 2), torch=python)
    convolution("conv_transpose1d", (2, 3, 4), (3, 2, 3), 2, bias=False, label="plain")
    parts = ruled(2, 3, 14, views=EVERY_SECOND)
    turned = [["transpose", 1, 2]]
    convolution("conv_transpose1d", parts, (3, 3, 2), 2, bias=False, views=turned, label="parts")
    convolution("conv_transpose1d", (2, 2, 4), (2, 2, 3), 4, groups=2, stride=2, output_padding=1)


def pooling():
    def add(op, shape, size, label="", views=(), **more):
        x = ruled(*shape, views=views)
        rust, python = options(**more)
        call = f"x.{op}_with(&PoolOptions::new({size}){rust})" if more else f"x.{op}({size})"
        case(op, call, x, torch=f"F.{op}(x, {size}{python})", label=label)

    for op in ["max_pool2d", "avg_pool2d"]:
        add(op, (2, 2, 4, 6), 2, label="even")
        add(op, (1, 2, 5, 7), 2, label="a rest")
        add(op, (2, 4, 5), "[2, 3]", label="without a batch")
        add(op, (1, 2, 6, 4), 2, label="turned", views=TURNED)
        add(op, (1, 2, 5, 7), 3, stride=2, padding=1)
        add(op, (1, 2, 5, 7), 3, stride=1, padding=1)
        add(op, (1, 2, 5, 7), "[3, 2]", stride=[1, 2], padding=[1, 0])
        add(op, (1, 1, 6, 8), 3, stride=2, ceil_mode=True)
        add(op, (1, 1, 5, 8), 3, stride=3, padding=1, ceil_mode=True)
        add(op, (1, 1, 4, 5), 2, stride=4, ceil_mode=True)
        fails(op, f"x.{op}(3)", ruled(1, 1, 2, 5), torch=f"F.{op}(x, 3)", label="too small")
        call = f"x.{op}_with(&PoolOptions::new(2).padding(2))"
        fails(op, call, ruled(1, 1, 4, 4), torch=f"F.{op}(x, 2, padding=2)", label="padding")
    add("max_pool2d", (1, 1, 6, 7), 2, stride=1, dilation=[2, 3])
    add("max_pool2d", (1, 1, 7, 7), 3, stride=2, padding=1, dilation=2)
    call = "x.max_pool2d_with(&PoolOptions::new(3).padding(2).dilation(2))"
    python = "F.max_pool2d(x, 3, padding=2, dilation=2)"
    fails("max_pool2d", call, ruled(1, 1, 7, 7), torch=python, label="padding and dilation")
    add("avg_pool2d", (1, 2, 5, 7), 3, stride=2, padding=1, count_include_pad=False)
    add("avg_pool2d", (1, 1, 6, 8), 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)
    equal = given([[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 0.0, 2.0]]]])
    case("max_pool2d", "x.max_pool2d(2)", equal, torch="F.max_pool2d(x, 2)", label="equal")
    for op in ["max_pool1d", "avg_pool1d"]:
        add(op, (2, 2, 7), 2, label="a rest")
        add(op, (2, 9), 3, stride=2, padding=1, ceil_mode=True)
        add(op, (2, 2, 14), 2, label="parts", views=EVERY_SECOND)
    add("max_pool1d", (1, 2, 9), 3, stride=2, padding=1, dilation=2)
    for op in ["adaptive_avg_pool2d", "adaptive_max_pool2d"]:
        add(op, (2, 2, 4, 6), 2, label="even")
        add(op, (2, 5, 7), "[2, 3]", label="uneven")
        add(op, (1, 1, 2, 3), "[3, 5]", label="more windows than elements")
        add(op, (2, 3, 4, 5), 1, label="one window")
        add(op, (1, 2, 5, 4), "[2, 3]", label="turned", views=TURNED)
    for op in ["adaptive_avg_pool1d", "adaptive_max_pool1d"]:
        add(op, (2, 2, 7), 3, label="uneven")
        add(op, (2, 2, 14), 3, label="parts", views=EVERY_SECOND)
    for size, more, label in [
        ("[2, 3]", {}, "plain"),
        ("2", {"padding": [1, 2], "stride": 2, "dilation": [2, 1]}, "all options"),
    ]:
        rust, python = options(**more)
        call = f"x.unfold({size}, &ConvOptions::new(){rust})"
        python = f"F.unfold(x, {size}{python})"
        case("unfold", call, ruled(2, 2, 5, 4), torch=python, label=label)
        turned = ruled(2, 2, 4, 5, views=TURNED)
        case("unfold", call, turned, torch=python, label=f"{label}, turned")


def resizing():
    def add(shape, how, python, label="", views=()):
        torch = f"F.interpolate(x, {python})"
        x = ruled(*shape, views=views)
        case("interpolate", f"x.interpolate(&Interpolation::{how})", x, torch=torch, label=label)

    add((1, 2, 2, 3), "scale(2)", "scale_factor=2")
    add((1, 2, 4, 5), "scale(0.5)", "scale_factor=0.5")
    add((1, 1, 3, 5), "scale(1.7)", "scale_factor=1.7")
    add((1, 1, 3, 5), "size([7, 3])", "size=[7, 3]")
    add((1, 2, 5), "size(8)", "size=8")
    add((1, 2, 3, 2), "scale(2)", "scale_factor=2", "turned", TURNED)
    for corners, flag in [("false", "False"), ("true", "True")]:
        rust = f'.mode("bilinear").align_corners({corners})'
        python = f", mode='bilinear', align_corners={flag}"
        add((1, 2, 2, 3), f"scale(2){rust}", f"scale_factor=2{python}")
        add((1, 2, 3, 2), f"scale(2){rust}", f"scale_factor=2{python}", "turned", TURNED)
        add((1, 1, 3, 5), f"scale(1.7){rust}", f"scale_factor=1.7{python}")
        add((1, 1, 5, 4), f"size([3, 7]){rust}", f"size=[3, 7]{python}")
        add((1, 1, 3, 1), f"size([1, 2]){rust}", f"size=[1, 2]{python}")
        rust, python = rust.replace("bilinear", "linear"), python.replace("bilinear", "linear")
        add((1, 2, 5), f"size(8){rust}", f"size=8{python}")


plain()
transposed()
pooling()
resizing()
record.write("conv")
