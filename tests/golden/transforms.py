"""Writes tests/golden/transforms.json: what torchvision's transforms make of small pictures.

Run with torchvision 0.24.0 (PyTorch 2.9.0) on Python 3.11: python tests/golden/transforms.py
runtime/tests/transforms.rs does the same by the text of each case, and compares.

Pictures are float tensors, as for torchvision's tensor code; their values are multiples of 1/255.
Random transforms are compared by the functions that they call with what they draw.
"""

import json
import platform
from pathlib import Path

import numpy as np
import torch
import torchvision
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

random = np.random.default_rng(19)
NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR


def picture(*shape):
    return torch.tensor(random.integers(0, 256, shape) / 255, dtype=torch.float32)


PICTURES = {
    "color": picture(3, 6, 9),
    "grey": picture(1, 8, 5),
    "batch": picture(2, 3, 4, 4),
    # Hues on the borders of the circle's parts, greys, black and white.
    "corners": torch.tensor(
        [
            [[1, 0, 0, 1, 1, 0, 0, 1], [0.5, 0.2, 0.2, 0.7, 0.1, 0.9, 0.3, 0.6]],
            [[0, 1, 0, 1, 0, 1, 0, 1], [0.5, 0.7, 0.2, 0.2, 0.1, 0.3, 0.3, 0.6]],
            [[0, 0, 1, 0, 1, 1, 0, 1], [0.5, 0.2, 0.7, 0.7, 0.9, 0.3, 0.1, 0.6]],
        ],
        dtype=torch.float32,
    ),
}
CASES = []


def case(text, run, *names):
    for name in names:
        y = run(PICTURES[name])
        values = [float(str(np.float32(v))) for v in y.reshape(-1).tolist()]
        CASES.append({"call": text, "picture": name, "shape": list(y.shape), "values": values})


T = torchvision.transforms
ALL = ["color", "grey", "batch"]

for size in (4, 7, 12):
    case(f"Resize {size}", T.Resize(size), *ALL)
for size in ([3, 5], [11, 4], [6, 9], [1, 1], [2, 13]):
    text = f"{size[0]} {size[1]}"
    case(f"Resize {text}", T.Resize(size), *ALL)
    case(f"Resize nearest {text}", T.Resize(size, NEAREST), "color", "grey")
    case(f"Resize plain {text}", T.Resize(size, antialias=False), "color", "grey")
for size in ([4, 4], [3, 6], [5, 5], [8, 7], [9, 12]):
    case(f"CenterCrop {size[0]} {size[1]}", T.CenterCrop(size), *ALL)
for box in ([0, 0, 4, 4], [1, 2, 3, 2]):
    case("crop {} {} {} {}".format(*box), lambda x: F.crop(x, *box), *ALL)
for box in ([0, 0, 4, 4], [1, 2, 3, 2]):
    for size in ([2, 2], [5, 7]):
        text = " ".join(map(str, box + size))
        case(f"resized_crop {text}", lambda x: F.resized_crop(x, *box, size, BILINEAR), *ALL)
case("hflip", F.hflip, *ALL)
case("vflip", F.vflip, *ALL)
for angle in (0, 30, -45, 90, 180, 271.5):
    case(f"rotate nearest {angle}", lambda x: F.rotate(x, angle), *ALL)
    case(f"rotate bilinear {angle}", lambda x: F.rotate(x, angle, BILINEAR), *ALL)
for factor in (0, 0.4, 1, 1.7):
    case(f"brightness {factor}", lambda x: F.adjust_brightness(x, factor), *ALL)
    case(f"contrast {factor}", lambda x: F.adjust_contrast(x, factor), *ALL)
    case(f"saturation {factor}", lambda x: F.adjust_saturation(x, factor), *ALL, "corners")
for shift in (-0.5, -0.2, 0, 0.1, 0.4):
    case(f"hue {shift}", lambda x: F.adjust_hue(x, shift), *ALL, "corners")
case("Grayscale 1", T.Grayscale(), *ALL)
# To 3 channels torchvision takes a grey tensor no further, but a grey PIL picture, as we do.
case("Grayscale 3", T.Grayscale(3), "color", "batch")
case("Grayscale 3", lambda x: x.expand(3, -1, -1), "grey")
IMAGENET = T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
case("Normalize", IMAGENET, "color", "batch", "corners")
PREPARE = T.Compose([T.Resize(5), T.CenterCrop(4), T.Grayscale(3), IMAGENET])
case("Compose", PREPARE, "color", "batch")


def bytes_of(x):
    """The picture as the bytes that a file has, [height, width, channels]."""
    return np.round(x.permute(1, 2, 0).numpy() * 255).astype(np.uint8)


case("ToTensor", lambda x: T.ToTensor()(bytes_of(x)), "color", "grey")


def entry(x):
    return {"shape": list(x.shape), "values": [float(str(np.float32(v))) for v in x.reshape(-1).tolist()]}


content = {
    "head": {
        "made_by": "tests/golden/transforms.py",
        "torchvision": torchvision.__version__.split("+")[0],
        "torch": torch.__version__.split("+")[0],
        "python": platform.python_version(),
    },
    "pictures": {name: entry(x) for name, x in PICTURES.items()},
}
path = Path(__file__).with_name("transforms.json")
head = json.dumps(content, separators=(",", ":"))[:-1]
rows = ",\n ".join(json.dumps(row, separators=(",", ":")) for row in CASES)
path.write_text(f'{head},\n"cases":[\n {rows}]}}\n')
print(path, len(CASES), "cases,", path.stat().st_size // 1024, "KB")
