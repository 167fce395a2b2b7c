"""Writes JPEG pictures to tests/golden/images, and what Pillow reads from them as PNG beside them.

Run with Pillow 13.0.0: python tests/golden/images.py
runtime/tests/images.rs reads both and compares. The decoders round differently, and smooth colours
that are stored at half the size differently, so a few levels of 255 may differ.
"""

from pathlib import Path

import PIL
from PIL import Image

FOLDER = Path(__file__).parent / "images"
assert PIL.__version__ == "13.0.0", PIL.__version__

WIDTH, HEIGHT = 37, 21


def color(x, y):
    """Slow changes of colour with an edge in the middle."""
    edge = 60 if x > WIDTH // 2 else 0
    return (5 * x + edge) % 256, (8 * y) % 256, (200 - 3 * x + 2 * y) % 256


photo = Image.new("RGB", (WIDTH, HEIGHT))
photo.putdata([color(x, y) for y in range(HEIGHT) for x in range(WIDTH)])
kinds = {
    "full": (photo, {"subsampling": 0}),
    "half": (photo, {"subsampling": 2}),
    "progressive": (photo, {"subsampling": 0, "progressive": True}),
    "grey": (photo.convert("L"), {}),
    "restarts": (photo, {"subsampling": 1, "restart_marker_blocks": 2}),
}
FOLDER.mkdir(exist_ok=True)
for name, (picture, options) in kinds.items():
    path = FOLDER / f"{name}.jpg"
    picture.save(path, quality=90, **options)
    Image.open(path).save(FOLDER / f"{name}.png", optimize=True)
    print(path, path.stat().st_size)
