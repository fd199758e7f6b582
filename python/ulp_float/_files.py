"""Checkpoints: files of safetensors, and directories of them."""

import json
import os
import sys

from . import _native


def convert(
    src,
    dst,
    *,
    to,
    rounding="ties_to_even",
    saturate=False,
    seed=None,
    keep=(),
    only=(),
    scale=None,
    scale_format=None,
    part=None,
    finish=False,
    threads=None,
    sync=True,
    progress=None,
):
    """Converts the float tensors of a safetensors file, or of a directory of shards, rounding once.

    The output is written under a temporary name and appears when it is whole; it must not exist. Weights that are stored with scales
    are multiplied with them. `ulp convert --help` says more.

    Args:
        src: the file to read, or the directory
        dst: the file or directory to write
        to: a format ("bf16", "f8_e4m3", ...) or a scheme ("mxfp8", "mxfp4", "nvfp4", ...)
        rounding, saturate, seed: as for `cast`
        keep: regular expressions; tensors whose names one of them matches stay as they are
        only: regular expressions; tensors whose names none of them matches stay as they are
        scale: write f8_e4m3 with scales: "tensor", "row" or "block:128x128"
        scale_format: the format of the scales of blocks: "f32" or "e8m0"
        part: (k, n): convert the k-th of n shares of a directory's shards alone, k from 1 on
        finish: check that all parts are there, and give the directory its name
        threads: how many threads work; if None, as many as there are CPUs
        sync: wait until the disk has all
        progress: a function of (bytes done, all bytes, "reading" or "writing"), called on this thread; what it raises ends the call.
            If None, a bar of tqdm, if that is installed and standard error is a terminal; False for none

    Returns:
        dict: what was done: counts of tensors, elements, bytes, and what overflowed

    Raises:
        Error: with what it is about; nothing new stands under the name dst then, unless its kind is "after_publish"

    Warns:
        UserWarning: if something is left over that an earlier run made
        KeyboardInterrupt: on Ctrl-C; what was half written is gone
    """
    return _call(
        ["convert", *_options(to, rounding, saturate, seed, keep, only, scale, scale_format, threads)]
        + ([f"--part={part[0]}/{part[1]}"] if part is not None else [])
        + (["--finish"] if finish else [])
        + ([] if sync else ["--no-sync"]),
        [src, dst],
        progress,
    )


def check(
    src,
    *,
    to,
    rounding="ties_to_even",
    saturate=False,
    seed=None,
    keep=(),
    only=(),
    scale=None,
    scale_format=None,
    threads=None,
    progress=None,
):
    """Tells what a conversion would do to each tensor of floats, without writing anything. `ulp check --help` says more.

    Args:
        src: the file to read, or the directory
        to: as for `convert`, or "all" for a row for each format
        others: as for `convert`

    Returns:
        dict or list: what `ulp check --json` prints

    Raises:
        Error: with what it is about
        KeyboardInterrupt: on Ctrl-C
    """
    options = _options(to, rounding, saturate, seed, keep, only, scale, scale_format, threads)
    return _call(["check", *options], [src], progress)


def inspect(src, *, to="bf16", scale=None, largest=10):
    """Tells what a checkpoint is, from its headers and configuration: schemes, elements and bytes by format, the largest tensors.

    Args:
        src: the file to read, or the directory
        to, scale: what `convert` would be asked for
        largest: how many of the largest tensors are listed

    Returns:
        dict: what `ulp inspect --json` prints

    Raises:
        Error: with what it is about
    """
    options = [f"--to={to}", f"--largest={largest}"]
    if scale is not None:
        options.append(f"--scale={scale}")
    return _call(["inspect", *options], [src], False)


def main():
    """The command `ulp`."""
    import signal

    # Python's handler only takes a note, which nothing would read.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_native.run(["ulp", *sys.argv[1:]]))


def _options(to, rounding, saturate, seed, keep, only, scale, scale_format, threads):
    if isinstance(keep, str) or isinstance(only, str):
        raise TypeError("keep and only are lists of regular expressions, not one")
    options = [f"--to={to}"]
    if seed is None or rounding != "ties_to_even":
        options.append(f"--rounding={rounding.replace('_', '-')}")
    if saturate:
        options.append("--saturate")
    if seed is not None:
        options.append(f"--stochastic={seed}")
    options += [f"--keep={pattern}" for pattern in keep]
    options += [f"--only={pattern}" for pattern in only]
    if scale is not None:
        options.append(f"--scale={scale}")
    if scale_format is not None:
        options.append(f"--scale-format={scale_format}")
    if threads is not None:
        options.append(f"--threads={threads}")
    return options


def _call(options, paths, progress):
    arguments = [*options, "--json", "--", *map(os.fspath, paths)]
    if progress is None:
        progress = _bar()
    with progress if isinstance(progress, _Bar) else _Nothing():
        return json.loads(_native.call(arguments, progress or None))


class _Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class _Bar:
    """A bar of tqdm, on a terminal."""

    def __init__(self, tqdm):
        self.tqdm, self.bar, self.activity = tqdm, None, None

    def __call__(self, done, total, activity):
        if activity != self.activity or total != self.bar.total:
            self.close()
            self.activity = activity
            self.bar = self.tqdm(total=total, desc=activity, unit="B", unit_scale=True, disable=None)
        self.bar.update(done - self.bar.n)

    def close(self):
        if self.bar is not None:
            self.bar.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _bar():
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return _Bar(tqdm)
