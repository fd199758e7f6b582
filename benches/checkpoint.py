"""Measures wall time and peak resident memory of `ulp convert`, of the script that people write, and of `cp`: 1 GiB to bf16.

    python3 benches/checkpoint.py target/release/ulp /dev/shm [fp32 deepseek gpt-oss nvfp4] [--gib 0.25]

Needs torch, numpy and safetensors. The directory needs space for 1.5 times the input of fp32, 3 times the input of fp8, and 5 times
the input of fp4. The script doesn't wait for a disk, so `ulp` doesn't wait for a disk either. `write` is the lower bound: the time
that the file system takes to write the bytes of the output. All programs take turns. The time of the script begins after its
imports. The time of the other programs is the time of the whole process. Every process begins as large as this program, so no peak
is less than about 13 MiB.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
# Writes the weights of a scheme. A separate process writes them, so that this program stays small: a process begins as large as the
# program that starts it, and this size would count as its peak.
WRITE = """
import sys
import numpy as np
import torch
from safetensors.torch import save_file
kind, gib = sys.argv[1], float(sys.argv[2])
random = np.random.default_rng(1)
def scales(*shape):
    return torch.from_numpy((random.random(shape) + 1).astype(np.float32) / 256)
def codes(*shape):
    # No NaN of E4M3, and no scale of E8M0 that is far from 1.
    return torch.from_numpy(random.integers(0, 0x7e, shape, np.uint8))
def weight(name):
    n = 2048
    if kind == "fp32":
        return {name + ".weight": torch.from_numpy(random.standard_normal((n, n), np.float32))}
    if kind == "deepseek":
        return {name + ".weight": codes(2 * n, 2 * n).view(torch.float8_e4m3fn), name + ".weight_scale_inv": scales(n // 64, n // 64)}
    if kind == "gpt-oss":
        shape = (4, n, n // 16, 16)
        return {name + ".mlp.experts.up_proj_blocks": codes(*shape), name + ".mlp.experts.up_proj_scales": codes(*shape[:3])}
    return {
        name + ".weight_packed": codes(2 * n, 2 * n),
        name + ".weight_scale": codes(2 * n, n // 4).view(torch.float8_e4m3fn),
        name + ".weight_global_scale": torch.tensor([256.0]),
    }
tensors, size = {}, 0
while size < gib * 2**30:
    new = weight(str(len(tensors)))
    tensors |= new
    size += sum(tensor.nbytes for tensor in new.values())
save_file(tensors, "in")
"""
CHECK = """
import torch
from safetensors import safe_open
with safe_open("ulp", "pt") as ulp, safe_open("out", "pt") as script:
    assert set(ulp.keys()) == set(script.keys())
    for name in ulp.keys():
        assert torch.equal(ulp.get_tensor(name), script.get_tensor(name)), name
"""
SCRIPT = """
import sys, time, torch
from safetensors.torch import load_file, save_file
FP4 = torch.tensor([0, .5, 1, 1.5, 2, 3, 4, 6, -0., -.5, -1, -1.5, -2, -3, -4, -6])
def fp4(packed):
    return FP4[torch.stack([packed & 15, packed >> 4], -1).int()].flatten(-2)
def fp32(tensors):
    return {name: tensor.to(torch.bfloat16) for name, tensor in tensors.items()}
def deepseek(tensors):
    out = {}
    for name, tensor in tensors.items():
        if name.endswith(".weight"):
            scale = tensors[name + "_scale_inv"].repeat_interleave(128, 0).repeat_interleave(128, 1)
            out[name] = (tensor.float() * scale[: tensor.shape[0], : tensor.shape[1]]).bfloat16()
    return out
def gpt_oss(tensors):
    out = {}
    for name, blocks in tensors.items():
        if name.endswith("_blocks"):
            name = name.removesuffix("_blocks")
            exponents = tensors[name + "_scales"].int().unsqueeze(-1) - 127
            numbers = torch.ldexp(fp4(blocks), exponents).bfloat16()
            out[name] = numbers.flatten(-2).transpose(1, 2).contiguous()
    return out
def nvfp4(tensors):
    out = {}
    for name, packed in tensors.items():
        if name.endswith("_packed"):
            name = name.removesuffix("_packed")
            scale = tensors[name + "_scale"].float() / tensors[name + "_global_scale"]
            numbers = fp4(packed).unflatten(-1, (-1, 16)) * scale.unsqueeze(-1)
            out[name] = numbers.flatten(-2).bfloat16()
    return out
start = time.perf_counter()
save_file(globals()[sys.argv[1].replace("-", "_")](load_file("in")), "out")
print(time.perf_counter() - start)
"""


def run(command):
    """Runs a command. Returns the seconds, the printed text, and the peak resident memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed")
    return seconds, printed, usage.ru_maxrss / 1024


def measure(ulp, kind, gib):
    """Measures one kind of weights in the current directory, and prints a table."""
    subprocess.run([sys.executable, "-c", WRITE, kind, str(gib)], check=True)
    convert = [ulp, "convert", "in", "out", "--to", "bf16", "--no-sync", "--quiet"]
    script = [sys.executable, "-c", SCRIPT, kind]
    subprocess.run([*convert[:3], "ulp", *convert[4:]], check=True, stdout=subprocess.DEVNULL)
    run(script)
    check = [sys.executable, "-c", CHECK]
    subprocess.run(check, check=True)
    size = os.path.getsize("ulp")
    os.remove("ulp")
    os.remove("out")
    blocks = size // (128 << 10)
    commands = {
        "ulp": convert,
        "script": script,
        "cp": ["cp", "in", "out"],
        "write": ["dd", "if=/dev/zero", "of=out", "bs=128K", f"count={blocks}", "status=none"],
    }
    read, written = os.path.getsize("in"), size
    seconds, memory = {name: [] for name in commands}, {}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            wall, printed, memory[name] = run(command)
            seconds[name].append(float(printed) if name == "script" else wall)
            os.remove("out")
    os.remove("in")
    print(f"\n{kind}: {read / 2**30:.2f} GiB to {written / 2**30:.2f}, {len(os.sched_getaffinity(0))} CPUs, medians of {ROUNDS} rounds\n")
    print("| | seconds | of the script's | of writing alone | GB/s read and written | peak MiB |\n|---|---|---|---|---|---|")
    medians = {name: statistics.median(all_seconds) for name, all_seconds in seconds.items()}
    moved = {"ulp": read + written, "script": read + written, "cp": 2 * read, "write": written}
    for name, median in medians.items():
        ratios = f"{median / medians['script']:.2f} | {median / medians['write']:.2f}"
        print(f"| {name} | {median:.2f} | {ratios} | {moved[name] / median / 1e9:.1f} | {memory[name]:.0f} |")
    print("\n" + "\n".join(f"{name}: {' '.join(f'{s:.2f}' for s in seconds[name])}" for name in commands), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ulp")
    parser.add_argument("directory")
    parser.add_argument("kinds", nargs="*", default=["fp32", "deepseek", "gpt-oss", "nvfp4"])
    parser.add_argument("--gib", type=float, default=1)
    asked = parser.parse_args()
    ulp = os.path.abspath(asked.ulp)
    with tempfile.TemporaryDirectory(dir=asked.directory) as here:
        os.chdir(here)
        for kind in asked.kinds:
            measure(ulp, kind, asked.gib)
        os.chdir("/")


if __name__ == "__main__":
    main()
