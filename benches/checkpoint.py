"""Wall time and peak resident memory of `ulp convert`, of the script that people write, and of `cp`, over 1 GiB of fp32.

    python3 benches/checkpoint.py target/release/ulp /dev/shm

needs torch, numpy and safetensors, and 2 GiB in that directory. The script doesn't wait for a disk, and so `ulp` doesn't either. `write` is
the floor: what the file system takes for the bytes of the output alone. All take turns. The script's time begins after its imports; that of
the others is their processes' whole. No peak is less than that of this program, some 13 MiB, which each begins as.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
# In a process of its own: one that a large process starts is as large for a moment, and that would be its peak.
WRITE = """
import numpy as np
from safetensors.numpy import save_file
random = np.random.default_rng(1)
save_file({f"{i}.weight": random.standard_normal((2048, 2048), np.float32) for i in range(64)}, "in")
"""
SCRIPT = """
import time, torch
from safetensors.torch import load_file, save_file
start = time.perf_counter()
tensors = load_file("in")
save_file({name: tensor.to(torch.bfloat16) for name, tensor in tensors.items()}, "out")
print(time.perf_counter() - start)
"""


def run(command):
    """Seconds, what it printed, and MiB of peak resident memory."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed")
    return seconds, printed, usage.ru_maxrss / 1024


def main(ulp, directory):
    ulp = os.path.abspath(ulp)
    commands = {
        "ulp": [ulp, "convert", "in", "out", "--to", "bf16", "--no-sync", "--quiet"],
        "script": [sys.executable, "-c", SCRIPT],
        "cp": ["cp", "in", "out"],
        "write": ["dd", "if=/dev/zero", "of=out", "bs=128K", "count=4096", "status=none"],
    }
    with tempfile.TemporaryDirectory(dir=directory) as here:
        os.chdir(here)
        subprocess.run([sys.executable, "-c", WRITE], check=True)
        size = os.path.getsize("in")
        seconds, memory = {name: [] for name in commands}, {}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                wall, printed, memory[name] = run(command)
                seconds[name].append(float(printed) if name == "script" else wall)
                os.remove("out")
        os.chdir("/")
    print(f"{size / 2**30:.2f} GiB, {len(os.sched_getaffinity(0))} CPUs, medians of {ROUNDS} rounds\n")
    print("| | seconds | of the script's | GB/s read and written | peak MiB |\n|---|---|---|---|---|")
    script = statistics.median(seconds["script"])
    moved = {"ulp": 1.5, "script": 1.5, "cp": 2, "write": 0.5}
    for name in commands:
        median = statistics.median(seconds[name])
        rate = moved[name] * size / median / 1e9
        print(f"| {name} | {median:.2f} | {median / script:.2f} | {rate:.1f} | {memory[name]:.0f} |")
    print("\n" + "\n".join(f"{name}: {' '.join(f'{s:.2f}' for s in seconds[name])}" for name in commands))


if __name__ == "__main__":
    main(*sys.argv[1:])
