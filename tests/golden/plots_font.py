"""The letters of PNG files: outlines of DejaVu Sans, as runtime/src/plot/font/letters.bin.

    python tests/golden/plots_font.py DejaVuSans.ttf runtime/src/plot/font/letters.bin

matplotlib brings the font: its folder mpl-data/fonts/ttf. Written with DejaVu 2.37 and fontTools
4.68. The file holds for each letter: its code (u32), how far it moves on (u16, 1024 is the size of
the font), how many outlines it has (u8), and for each of them its number of points (u16) and the
points: x and y (i16 each, y upward) and 1 (u8) if the point is on the outline, 0 if it bends it (a
quadratic Bézier curve). All numbers have their low byte first.
"""

import struct
import sys

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

CODES = [
    *range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x391, 0x3CA), 0x3D5,
    *[ord(c) for c in "⁰ⁱ⁴⁵⁶⁷⁸⁹⁻⁺ⁿ₀₁₂₃₄₅₆₇₈₉−–—‘’“”…•′∇∂∑∏∫√∞≤≥≠≈∼∈⊙ℓᵀ→←↑↓↔∀∃∅∝∥‖⟨⟩✓✗"],
    0x302, 0x303, 0x304, 0x307, 0x20D7,
]


def contours(glyph_set, name):
    """Lists of (x, y, on the outline)."""
    pen = DecomposingRecordingPen(glyph_set)
    glyph_set[name].draw(pen)
    done = []
    for verb, points in pen.value:
        if verb == "moveTo":
            done.append([(*points[0], 1)])
        elif verb == "lineTo":
            done[-1].append((*points[0], 1))
        elif verb == "qCurveTo":
            if points[-1] is None:  # An outline without a point on it.
                points = points[:-1]
                start = [(a + b) / 2 for a, b in zip(points[-1], points[0])]
                done.append([(*start, 1)] + [(*p, 0) for p in points])
                continue
            done[-1] += [(*p, 0) for p in points[:-1]] + [(*points[-1], 1)]
    return done


def main(source, target):
    font = TTFont(source)
    names, glyphs = font.getBestCmap(), font.getGlyphSet()
    scale = 1024 / font["head"].unitsPerEm
    out = bytearray()
    for code in CODES:
        if code not in names:
            continue
        name = names[code]
        lines = contours(glyphs, name)
        out += struct.pack("<IHB", code, round(glyphs[name].width * scale), len(lines))
        for line in lines:
            out += struct.pack("<H", len(line))
            for x, y, on in line:
                out += struct.pack("<hhB", round(x * scale), round(y * scale), on)
    open(target, "wb").write(out)
    print(len(out), "bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
