"""Checks that `ulp convert` loses nothing while system calls fail, signals arrive, and file systems are full.

    python3 verify/faults/main.py ULP                 runs every case
    python3 verify/faults/main.py ULP --seconds 100   runs as many cases as fit in the time, in an order that --seed decides

Needs strace. Only root can mount small file systems; other users skip these cases. The last line is `N passed, N failed`. The exit
code is 1 if a case failed.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

# The system calls that can fail, and their errors. Each call of a command fails once with each of these errors.
ERRORS = {
    "openat": ["EIO", "EACCES", "EMFILE"],
    "pread64": ["EIO"],
    "read": ["EIO"],
    "pwrite64": ["EIO", "ENOSPC"],
    "write": ["EIO", "ENOSPC"],
    "copy_file_range": ["EIO", "EXDEV"],
    "ftruncate": ["ENOSPC", "EIO"],
    "fsync": ["EIO"],
    "flock": ["EIO", "ENOLCK", "EBADF"],
    "rename": ["EIO", "ENOSPC"],
    "renameat2": ["EIO", "EINVAL", "EACCES"],
    "mkdir": ["ENOSPC", "EACCES"],
    "rmdir": ["EIO", "EBUSY"],
    "unlink": ["EIO", "EACCES"],
    "getdents64": ["EIO"],
    "statx": ["EIO", "EACCES"],
    "close": ["EIO"],
    "clone3": ["EAGAIN"],
}
# If one of these calls fails, a temporary file or folder may be left.
REMOVES = {"unlink", "rmdir", "getdents64", "openat", "statx"}
# Each call of a command that STOPS names is followed once by each of these signals.
SIGNALS = ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"]
STOPS = ["pwrite64", "fsync", "rename", "renameat2", "mkdir", "unlink"]

TO = ["--to", "bf16"]
COMMANDS = {
    "file": ["convert", "file", "out", *TO],
    "scaled": ["convert", "file", "out", "--to", "f8_e4m3", "--scale", "block:128x128"],
    "directory": ["convert", "in", "out", *TO],
    "part": ["convert", "in", "out", *TO, "--part", "1/1"],
    "finish": ["convert", "in", "out", *TO, "--finish"],
}


def tensor_file(path, tensors):
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    header = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


def make_inputs(root, rows):
    numbers = lambda first: b"".join(struct.pack("<f", first + i) for i in range(256)) * rows
    tensor_file(root / "file", {"w": ([rows, 256], numbers(1))})
    (root / "in/below").mkdir(parents=True)
    for i, name in enumerate(["a", "b", "below/c"]):
        tensor_file(root / "in" / name, {f"{i}.w": ([rows, 256], numbers(i))})
    index = {"metadata": {}, "weight_map": {"0.w": "a", "1.w": "b", "2.w": "below/c"}}
    (root / "in/model.safetensors.index.json").write_text(json.dumps(index))
    (root / "in/config.json").write_text('{"torch_dtype": "float32"}')
    (root / "in/below/notes").write_text("notes")


def tree(path):
    """Returns everything at a path: names, modes and contents."""
    if not path.exists():
        return {}
    paths = [path, *sorted(path.rglob("*"))]
    return {str(p.relative_to(path.parent)): (p.stat().st_mode, p.is_file() and p.read_bytes()) for p in paths}


class World:
    def __init__(self, ulp, name, rows, root=None):
        self.ulp, self.name, self.command = ulp, name, COMMANDS[name]
        self.root = pathlib.Path(root or tempfile.mkdtemp(prefix="faults-"))
        make_inputs(self.root, rows)
        self.inputs = self.input()
        self.staged = None
        if name == "finish":
            self.clean(["convert", "in", "out", *TO, "--part", "1/1"])
            self.staged = self.root / "staged"
            shutil.move(self.root / "out.parts", self.staged)
            self.reset()
        self.clean(self.command)
        self.expected = self.output()
        self.reset()

    def input(self):
        return tree(self.root / "file") | tree(self.root / "in")

    def output(self):
        """Returns the files under final names. A record of parts has the times of the inputs, so all runs write equal records."""
        return tree(self.root / "out") | tree(self.root / "out.parts")

    def temporary(self):
        return [p for p in self.root.rglob(".ulp-*") if "staged" not in p.parts]

    def reset(self):
        for path in [self.root / "out", self.root / "out.parts", *self.root.glob(".ulp-*")]:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if self.staged:
            shutil.copytree(self.staged, self.root / "out.parts")

    def run(self, arguments, prefix=()):
        return subprocess.run(
            [*prefix, self.ulp, *arguments], cwd=self.root, capture_output=True, text=True, errors="replace", timeout=60
        )

    def clean(self, arguments):
        done = self.run(arguments)
        assert done.returncode == 0, done.stderr

    def calls(self):
        """Returns how often the command makes each system call."""
        self.reset()
        trace = self.root / "trace"
        self.run(self.command, ["strace", "-f", "-qq", "-o", trace])
        counts = collections.Counter(re.findall(r"^\d+ +(\w+)\(", trace.read_text(errors="replace"), re.M))
        trace.unlink()
        return counts

    def inject(self, what):
        call = what.split(":")[0]
        return self.run(
            self.command, ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={what}"]
        )

    def judge(self, code, errors, killed, may_leave):
        """Returns in words what is wrong after a run, or None if nothing is wrong."""
        if "error while loading shared libraries" in errors:
            return None
        if "panicked" in errors:
            return f"a panic: {errors}"
        if self.input() != self.inputs:
            return "the input was changed"
        allowed = {0, 2, 3} if not killed else {0, 2, 3, -killed, 128 + killed}
        if code not in allowed:
            return f"exit code {code}: {errors}"
        out, whole = tree(self.root / "out"), {k: v for k, v in self.expected.items() if not k.startswith("out.parts")}
        if self.name == "part":
            if out:
                return "a part made the output"
            for name, file in tree(self.root / "out.parts/whole").items():
                if self.expected[f"out.parts/{name}"] != file:
                    return f"{name} is not whole"
        elif out and out != whole:
            return "the output is not whole"
        elif code in (0, 3) and not out:
            return f"exit code {code}, and no output: {errors}"
        elif code == 2 and out:
            return f"exit code 2, and an output: {errors}"
        elif killed and code == 128 + killed and out:
            return f"exit code {code}, and an output"
        if code == 0 and self.output() != self.expected:
            return f"exit code 0, and not all is done: {sorted(self.output().keys() ^ self.expected.keys())}"
        if self.temporary() and killed != signal.SIGKILL and not may_leave:
            return f"left: {self.temporary()}"
        # Another run does the missing work, and removes the files that were left.
        again = self.run(self.command)
        if again.returncode not in ({3} if out else {0}):
            return f"the next run: exit code {again.returncode}: {again.stderr}"
        if tree(self.root / "out") != whole or (self.name == "part" and self.output() != self.expected):
            return "the next run's output is not whole"
        if self.temporary() and not out and not may_leave:
            return f"left by the next run: {self.temporary()}"
        return None


def injections(world):
    """Yields the cases of a world: a name, and a function that runs the case and returns what is wrong."""
    counts = world.calls()

    def case(what, killed=0):
        def run():
            world.reset()
            done = world.inject(what)
            errors = done.stderr
            return world.judge(done.returncode, errors, killed, what.split(":")[0] in REMOVES)

        return f"{world.name}: {what}", run

    for call, errors in ERRORS.items():
        for error in errors:
            for when in range(1, counts[call] + 1):
                yield case(f"{call}:error={error}:when={when}")
    for call in STOPS:
        for name in SIGNALS:
            for when in range(1, counts[call] + 1):
                yield case(f"{call}:signal={name}:when={when}", getattr(signal, name))


def kills(world, count, chance):
    """Yields cases in which a signal arrives at a random moment of a run."""
    world.reset()
    start = time.monotonic()
    world.run(world.command)
    length = time.monotonic() - start
    for name in SIGNALS:
        number = getattr(signal, name)
        for _ in range(count):
            moment = chance.uniform(0, length * 1.1)

            def run(number=number, moment=moment):
                world.reset()
                child = subprocess.Popen([world.ulp, *world.command], cwd=world.root, stdout=-3, stderr=-1, text=True)
                time.sleep(moment)
                child.send_signal(number)
                _, errors = child.communicate(timeout=60)
                return world.judge(child.returncode, errors, number, False)

            yield f"{world.name}: {name} after {moment:.4f} s", run


def small_disks(world, ulp):
    """Yields cases on small file systems of many sizes."""
    for size in range(16, 1024, 24):

        def run(size=size):
            world.reset()
            disk = world.root / "disk"
            disk.mkdir(exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", disk], check=True)
            try:
                command = ["disk/out" if word == "out" else word for word in world.command]
                done = world.run(command)
                out = disk / "out"
                whole = {k: v for k, v in world.expected.items() if not k.startswith("out.parts")}
                if world.input() != world.inputs:
                    return "the input was changed"
                if done.returncode == 0:
                    return None if tree(out) == whole else "the output is not whole"
                left = [p.name for p in disk.iterdir()]
                right = done.returncode == 2 and not left and "panicked" not in done.stderr
                return None if right else f"exit code {done.returncode}, left {left}: {done.stderr}"
            finally:
                subprocess.run(["umount", disk], check=True)

        yield f"{world.name}: a file system of {size} KiB", run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ulp", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    ulp, chance = asked.ulp.resolve(), random.Random(asked.seed)
    start = time.monotonic()
    worlds, cases = [], []
    for name in COMMANDS:
        worlds.append(World(ulp, name, 1))
        cases += injections(worlds[-1])
        worlds.append(World(ulp, name, 1 << 13))
        cases += kills(worlds[-1], 40, chance)
    if os.geteuid() == 0:
        for name in ["file", "directory"]:
            worlds.append(World(ulp, name, 1 << 10))
            cases += small_disks(worlds[-1], ulp)
    if asked.seconds != float("inf"):
        chance.shuffle(cases)
    passed = failed = 0
    for name, run in cases:
        if time.monotonic() - start > asked.seconds:
            break
        try:
            wrong = run()
        except Exception as error:  # An error in one case must not end the other cases.
            wrong = repr(error)
        if wrong:
            failed += 1
            print(f"{name}: {wrong.strip()}", flush=True)
        else:
            passed += 1
    for world in worlds:
        shutil.rmtree(world.root)
    print(f"{len(cases)} cases, {time.monotonic() - start:.0f} s")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
