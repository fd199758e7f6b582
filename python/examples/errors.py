"""Draws the error of each block-scaled scheme, and of plain formats, over the weights of a real model.

python python/examples/errors.py data/silero-vad-8k.safetensors errors.svg
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
import ulp_float
from safetensors.numpy import load_file

FORMATS = ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float6_e2m3fn", "float4_e2m1fn"]
SCHEMES = ["fp8_tensor", "fp8_row", "fp8_block", "mxfp8", "mxfp8_e5m2", "mxfp6_e2m3", "mxfp6_e3m2", "mxfp4", "nvfp4"]


def matrices(path):
    """Returns the weights that are matrices, and whose rows are whole blocks."""
    tensors = load_file(path).values()
    matrices = [x.reshape(len(x), -1) for x in tensors if x.dtype == np.float32 and x.ndim >= 2]
    return [x for x in matrices if x.shape[1] % 32 == 0]


def in_format(x, format):
    y = ulp_float.cast(x, format, saturate=True)
    return ulp_float.cast(y, "float32"), ulp_float.finfo(format).bits * x.size


def in_scheme(x, scheme):
    elements, scales, tensor_scale, _ = ulp_float.quantize(x, scheme)
    back = ulp_float.dequantize(elements, scales, scheme, tensor_scale=tensor_scale)
    return back, 8 * (elements.nbytes + scales.nbytes)


def main(path, picture):
    weights = matrices(path)
    numbers = sum(x.size for x in weights)
    power = sum((x.astype("f8") ** 2).sum() for x in weights)
    bars = []
    for names, there_and_back, color in ((FORMATS, in_format, "tab:gray"), (SCHEMES, in_scheme, "tab:blue")):
        for name in names:
            noise = bits = 0
            for x in weights:
                back, size = there_and_back(x, name)
                noise += ((back.astype("f8") - x) ** 2).sum()
                bits += size
            bars.append((bits / numbers, 100 * (noise / power) ** 0.5, name, color))
    bars.sort(key=lambda bar: (round(bar[0]), bar[1]), reverse=True)
    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    labels = [f"{name}  {bits:.2f}" for bits, _, name, _ in bars]
    drawn = axes.barh(labels, [error for _, error, _, _ in bars], color=[color for *_, color in bars])
    axes.bar_label(drawn, fmt="%.2g %%", padding=3, fontsize=8)
    axes.set(xscale="log", xlim=(0.01, 200), xlabel="root mean square of the errors, % of that of the weights")
    axes.set_title(f"{numbers:,} weights of Silero VAD; bits a number, scales included")
    figure.savefig(picture)


main(*sys.argv[1:])
