"""Draws the pictures of the guide that explain formats, rounding, overflow, subnormal numbers and blocks.

    pip install matplotlib
    python3 docs/pictures.py docs/pictures

The script computes every number that it draws. It uses nothing of `ulp`. Each picture has its own background, so that it can be
read on a light and on a dark page. The same version of matplotlib draws the same bytes.
"""

import io
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot
from matplotlib.patches import Rectangle

# Colour-blind people can tell these colours apart.
SIGN, EXPONENT, FRACTION = "#d55e00", "#0072b2", "#009e73"
ACCENT, QUIET, TEXT = "#d55e00", "#9a9a9a", "#222222"
MONOSPACE = {"family": "monospace"}


def values(exponent_bits, fraction_bits, bias=None, codes=None):
    """Returns the numbers of a format from zero upwards, by code."""
    bias = 2 ** (exponent_bits - 1) - 1 if bias is None else bias
    numbers = []
    for code in range(codes or 1 << (exponent_bits + fraction_bits)):
        exponent, fraction = code >> fraction_bits, code & ((1 << fraction_bits) - 1)
        implicit = 1 << fraction_bits if exponent else 0
        numbers.append((implicit + fraction) * 2.0 ** (max(exponent, 1) - bias - fraction_bits))
    return numbers


def bare(width, height):
    """Returns a figure with one drawing and without axes."""
    figure, axes = pyplot.subplots(figsize=(width, height))
    axes.axis("off")
    figure.subplots_adjust(0.01, 0.01, 0.99, 0.99)
    return figure, axes


def save(figure, folder, name, title):
    text = io.StringIO()
    figure.savefig(text, facecolor="white", metadata={"Date": None, "Title": title})
    pyplot.close(figure)
    lines = text.getvalue().splitlines()
    (folder / f"{name}.svg").write_text("".join(f"{line.rstrip()}\n" for line in lines))


def formats(folder):
    """The fields of formats, a box for each bit."""
    rows = [
        ("f32", "fp32", 1, 8, 23),
        ("Tf32", "tf32", 1, 8, 10),
        ("F16", "fp16", 1, 5, 10),
        ("Bf16", "bf16", 1, 8, 7),
        ("F8E5M2", "fp8 E5M2", 1, 5, 2),
        ("F8E4M3Fn", "fp8 E4M3", 1, 4, 3),
        ("F6E3M2Fn", "fp6 E3M2", 1, 3, 2),
        ("F6E2M3Fn", "fp6 E2M3", 1, 2, 3),
        ("F4E2M1Fn", "fp4 E2M1", 1, 2, 1),
        ("F8E8M0Fnu", "E8M0, a scale", 0, 8, 0),
    ]
    figure, axes = bare(8.6, 3.5)
    for row, (type_, name, *fields) in enumerate(rows):
        y = -row
        axes.text(-9.6, y + 0.35, name, ha="left", va="center")
        axes.text(-0.4, y + 0.35, type_, ha="right", va="center", color="#666666", fontsize=8, **MONOSPACE)
        x = 0
        for bits, colour in zip(fields, (SIGN, EXPONENT, FRACTION)):
            for _ in range(bits):
                axes.add_patch(Rectangle((x, y), 0.9, 0.72, color=colour, lw=0))
                x += 1
    for x, (word, colour) in zip((13.4, 17, 23.2), (("sign", SIGN), ("exponent", EXPONENT), ("fraction", FRACTION))):
        axes.add_patch(Rectangle((x, -9), 0.9, 0.72, color=colour, lw=0))
        axes.text(x + 1.3, -8.65, word, va="center")
    axes.set(xlim=(-9.8, 32.2), ylim=(-9.3, 1))
    save(figure, folder, "formats", "The bits of formats: sign, exponent and fraction")


def ruler(axes, numbers, y=0.0, height=0.16, labels=None, size=9):
    """Draws numbers as the marks of a ruler."""
    axes.plot([numbers[0], numbers[-1]], [y, y], color=TEXT, lw=1)
    for number in numbers:
        axes.plot([number, number], [y, y + height], color=TEXT, lw=1.4)
    for number in numbers if labels is None else labels:
        axes.text(number, y - 0.07, f"{number:g}", ha="center", va="top", fontsize=size)


def arrow(axes, start, end, colour, **style):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.5, "shrinkA": 0, "shrinkB": 1, **style})


def rounding(folder):
    """Where each rounding takes 2.1 and 2.5 on the ruler of fp4."""
    numbers = [x for x in values(2, 1) if 1 <= x <= 4]
    cases = [
        ("TiesToEven", 2, 2),
        ("TiesToAway", 2, 3),
        ("TowardZero", 2, 2),
        ("TowardPositive", 3, 3),
        ("TowardNegative", 2, 2),
        ("ToOdd", 3, 3),
    ]
    figure, axes = bare(8.6, 4.3)
    for row, (name, *results) in enumerate(cases):
        y = -row * 0.95
        ruler(axes, numbers, y, labels=numbers if row == len(cases) - 1 else [])
        axes.text(0.9, y + 0.05, name, ha="right", va="center", fontsize=9, **MONOSPACE)
        for x, result, height, colour in ((2.1, results[0], 0.3, EXPONENT), (2.5, results[1], 0.5, ACCENT)):
            axes.plot(x, y + height, "o", color=colour, ms=4)
            arrow(axes, (x, y + height), (result, y + 0.18), colour)
    axes.text(2.12, 0.36, "2.1", ha="left", va="bottom", color=EXPONENT, fontsize=9)
    axes.text(2.53, 0.55, "2.5", ha="left", va="bottom", color=ACCENT, fontsize=9)
    for code, number in enumerate(values(2, 1)):
        if number in numbers:
            axes.text(number, -5.25, f"code {code}", ha="center", fontsize=7, color="#666666")
    axes.set(xlim=(0.1, 4.1), ylim=(-5.4, 0.95))
    save(figure, folder, "rounding", "Six roundings of 2.1 and 2.5 to fp4 E2M1")


def twice(folder):
    """The second rounding goes to the wrong side."""
    figure, axes = bare(8.6, 2.5)
    marks = [65472, 65504, 65536]
    for y in (0, -1.5):
        axes.plot([65466, 65548], [y, y], color=TEXT, lw=1)
        for mark in marks:
            axes.plot([mark, mark], [y, y + 0.22], color=TEXT, lw=1.4)
        axes.plot([65520, 65520], [y, y + 0.12], color=QUIET, lw=1.2)
        axes.plot(65518.6, y + 0.75, "o", color=EXPONENT, ms=4)
    for mark, text in zip(marks, ("65472", "65504, the largest", "65536 becomes ∞")):
        axes.text(mark, -1.6, text, ha="center", va="top", fontsize=9)
    axes.text(65520, -1.6, "65520", ha="center", va="top", fontsize=9, color=QUIET)
    axes.text(65518, 0.85, "65519.999999", ha="right", fontsize=9, color=EXPONENT)
    arrow(axes, (65518.6, 0.75), (65504.2, 0.25), FRACTION)
    arrow(axes, (65518.6, -0.75), (65520, -1.3), QUIET)
    arrow(axes, (65520, -1.3), (65535.6, -1.23), ACCENT, connectionstyle="arc3,rad=-0.35")
    axes.text(65445, 0.35, "one rounding", fontsize=9, va="center", color=FRACTION)
    axes.text(65445, -1.0, "through f32", fontsize=9, va="center", color=ACCENT)
    axes.text(65521, -0.85, "f32", ha="left", fontsize=8, color=QUIET)
    axes.set(xlim=(65444, 65550), ylim=(-2.0, 1.15))
    save(figure, folder, "twice", "65519.999999 to fp16, by one rounding and through f32")


def overflow(folder):
    """The end of the ruler of E4M3."""
    numbers = [x for x in values(4, 3, codes=0x7F) if x >= 320]
    figure, axes = bare(8.6, 2.6)
    ruler(axes, numbers, height=0.14)
    axes.plot([448, 545], [0, 0], color=QUIET, lw=1, ls=":")
    for ghost in (480, 512):
        axes.plot([ghost, ghost], [0, 0.14], color=QUIET, lw=1.2, ls=":")
        axes.text(ghost, -0.07, f"{ghost}", ha="center", va="top", fontsize=9, color=QUIET)
    axes.text(448, -0.24, "largest, code 7e", ha="center", va="top", fontsize=8, color="#666666")
    axes.text(496, -0.24, "no such number", ha="center", va="top", fontsize=8, color=QUIET)
    for x, y in ((440, 0.32), (464, 0.32)):
        axes.plot(x, y, "o", color=EXPONENT, ms=4)
        arrow(axes, (x, y), (448.4 if x > 448 else 447.6, 0.16), EXPONENT)
    axes.text(439, 0.34, "440", ha="right", va="bottom", fontsize=9, color=EXPONENT)
    axes.text(466, 0.34, "464, the tie", ha="left", va="bottom", fontsize=9, color=EXPONENT)
    axes.plot(525, 0.5, "o", color=ACCENT, ms=4)
    axes.text(527, 0.52, "525", va="bottom", fontsize=9, color=ACCENT)
    arrow(axes, (525, 0.5), (525, 0.82), ACCENT)
    axes.text(525, 0.84, "NaN with Overflow::Ieee", ha="center", va="bottom", fontsize=9, color=ACCENT)
    arrow(axes, (525, 0.5), (449, 0.19), FRACTION, connectionstyle="arc3,rad=0.25")
    axes.text(462, 0.62, "448 with Overflow::Saturate", ha="center", va="bottom", fontsize=9, color=FRACTION)
    axes.set(xlim=(312, 556), ylim=(-0.42, 1.02))
    save(figure, folder, "overflow", "The largest numbers of fp8 E4M3, and what lies beyond")


def subnormals(folder):
    """The beginning of the ruler of E4M3, with and without subnormal numbers."""
    step = 2.0**-9
    numbers = [x / step for x in values(4, 3) if x <= 32 * step]
    figure, axes = bare(8.6, 2.4)
    for y, marks in ((0, numbers), (-1.15, [x for x in numbers if x == 0 or x >= 8])):
        axes.plot([0, 32.6], [y, y], color=TEXT, lw=1)
        for mark in marks:
            subnormal = 0 < mark < 8
            axes.plot([mark, mark], [y, y + 0.3], color=ACCENT if subnormal else TEXT, lw=1.4)
    axes.text(4, 0.36, "subnormal", ha="center", fontsize=9, color=ACCENT)
    axes.text(20, 0.36, "normal", ha="center", fontsize=9)
    for mark, text in ((0, "0"), (1, "2⁻⁹"), (8, "2⁻⁶"), (16, "2⁻⁵"), (32, "2⁻⁴")):
        axes.text(mark, -0.08, text, ha="center", va="top", fontsize=9)
    axes.text(4, -0.8, "a hole, if there were none", ha="center", va="bottom", fontsize=9, color="#666666")
    axes.set(xlim=(-0.6, 33), ylim=(-1.3, 0.62))
    save(figure, folder, "subnormals", "The smallest numbers of fp8 E4M3")


def reach(folder):
    """The precision of formats by magnitude."""
    rows = [
        ("fp32", 8, 23, 0, "#000000", 3.0),
        ("bf16", 8, 7, 0, EXPONENT, 2.5),
        ("fp16", 5, 10, 0, ACCENT, 2.5),
        ("fp8 E5M2", 5, 2, 0, "#56b4e9", 2.0),
        ("fp8 E4M3", 4, 3, 1, FRACTION, 2.0),
        ("fp4 E2M1", 2, 1, 1, "#cc79a7", 2.0),
    ]
    figure, axes = pyplot.subplots(figsize=(8.6, 3.9))
    for name, exponent_bits, fraction_bits, top, colour, width in rows:
        bias = 2 ** (exponent_bits - 1) - 1
        least, largest = 1 - bias, 2**exponent_bits - 2 + top - bias
        x, y = [], []
        for exponent in range(least - fraction_bits, largest + 1):
            x += [exponent, exponent + 1]
            y += [min(fraction_bits, exponent - least + fraction_bits) + 1] * 2
        # The line falls to zero where the format ends.
        axes.plot([x[0], *x, x[-1]], [0, *y, 0], color=colour, lw=width, label=name)
    axes.set(xlabel="magnitude, as a power of two", ylabel="bits of precision", ylim=(0, 25), xlim=(-152, 131))
    axes.set_yticks([2, 3, 4, 8, 11, 24])
    axes.tick_params(axis="y", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left", ncols=1, bbox_to_anchor=(0.86, 0.98), fontsize=8)
    figure.tight_layout()
    save(figure, folder, "reach", "Bits of precision by magnitude, format by format")


def blocks(folder):
    """The elements that share a scale, scheme by scheme."""
    schemes = [
        ("fp8, a tensor", 1, 1, False),
        ("fp8, a row", 8, 1, False),
        ("fp8, tiles", 2, 2, False),
        ("MXFP8, 6, 4", 8, 2, False),
        ("NVFP4", 8, 4, True),
    ]
    palette = ["#cfe3f1", "#9cc7e2"]
    figure, axes = bare(8.6, 2.35)
    for place, (name, rows, columns, has_tensor_scale) in enumerate(schemes):
        left = place * 10.5
        height, width = 8 / rows, 8 / columns
        points = []
        for row in range(rows):
            for column in range(columns):
                x, y = left + column * width, 1 - row * height
                colour = palette[(row + column) % 2]
                axes.add_patch(Rectangle((x, y - height), width, height, color=colour, lw=0))
                points.append((x + width / 2, y - height / 2))
        for line in range(9):
            axes.plot([left + line] * 2, [-7, 1], color="white", lw=0.8)
            axes.plot([left, left + 8], [1 - line] * 2, color="white", lw=0.8)
        axes.plot(*zip(*points), "o", color=ACCENT, ms=3.4)
        axes.text(left + 4, 1.75, name, ha="center", fontsize=9)
        if has_tensor_scale:
            axes.plot(left + 8.6, -3.0, "s", color=FRACTION, ms=5)
    axes.plot(0.3, -8.6, "o", color=ACCENT, ms=3.4)
    axes.text(0.9, -8.6, "a scale of a block", va="center", fontsize=9)
    axes.plot(15.3, -8.6, "s", color=FRACTION, ms=5)
    axes.text(16.0, -8.6, "a scale of the tensor", va="center", fontsize=9)
    axes.text(31.0, -8.6, "colours alternate from block to block", va="center", fontsize=9, color="#666666")
    axes.set(xlim=(-0.3, 51.6), ylim=(-9.2, 2.7))
    save(figure, folder, "blocks", "Which elements of a matrix share a scale")


def main(folder):
    folder = pathlib.Path(folder)
    matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "ulp", "font.family": "sans-serif", "font.size": 10}
    for draw in (formats, rounding, twice, overflow, subnormals, reach, blocks):
        draw(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
