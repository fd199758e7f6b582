"""Checkpoints: safetensors files, and directories of safetensors files."""

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
    """Converts the float tensors of a safetensors file, or of a directory of shards. Each number is rounded once.

    The output is written under a temporary name, and gets the name `dst` when it is complete. `dst` must not exist before. Weights
    that are stored with scales are multiplied with their scales. `ulp convert --help` says more.

    Args:
        src: the file to read, or the directory
        dst: the file or directory to write
        to: a format ("bf16", "f8_e4m3", ...) or a scheme ("mxfp8", "mxfp4", "nvfp4", ...)
        rounding, saturate, seed: as for `cast`
        keep: regular expressions. A tensor stays unchanged if one of the expressions matches its name
        only: regular expressions. If there are any, a tensor stays unchanged if none of the expressions matches its name
        scale: the part of a tensor that shares a scale, to write f8_e4m3 with scales: "tensor", "row" or "block:128x128"
        scale_format: the format of the scales of blocks: "f32" or "e8m0"
        part: (k, n), to convert only the k-th of n shares of a directory's shards. k begins at 1
        finish: whether to check that all parts are there, and to give the directory its name
        threads: the number of threads that work. If None, there are as many threads as CPUs
        sync: whether to wait until all data is on the disk
        progress: a function that is called on this thread with (bytes done, all bytes, "reading" or "writing"). An exception that the
            function raises ends the call. If None, a tqdm bar shows the progress, if tqdm is installed and standard error is a
            terminal. If False, nothing shows the progress

    Returns:
        dict: a summary: the numbers of tensors, elements and bytes, and the number of elements that overflowed

    Raises:
        Error: if the conversion fails. Its attributes say which file and which tensor the error is about. Nothing new exists under the
            name `dst` after an error, unless the kind of the error is "after_publish"
        KeyboardInterrupt: on Ctrl-C. Output that was only partly written is removed

    Warns:
        UserWarning: if an earlier run left something behind
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
    """Reports how a conversion would change each float tensor, without writing anything. `ulp check --help` says more.

    Args:
        src: the file to read, or the directory
        to: as for `convert`, or "all" for one row for each format
        others: as for `convert`

    Returns:
        dict or list: the report that `ulp check --json` prints

    Raises:
        Error: if the check fails. Its attributes say which file and which tensor the error is about
        KeyboardInterrupt: on Ctrl-C
    """
    options = _options(to, rounding, saturate, seed, keep, only, scale, scale_format, threads)
    return _call(["check", *options], [src], progress)


def inspect(src, *, to="bf16", scale=None, largest=10):
    """Describes a checkpoint from its headers and configuration: schemes, elements and bytes of each format, the largest tensors.

    Args:
        src: the file to read, or the directory
        to, scale: the arguments that `convert` would get
        largest: the number of largest tensors in the list

    Returns:
        dict: the report that `ulp inspect --json` prints

    Raises:
        Error: if the checkpoint cannot be read. Its attributes say which file and which tensor the error is about
    """
    options = [f"--to={to}", f"--largest={largest}"]
    if scale is not None:
        options.append(f"--scale={scale}")
    return _call(["inspect", *options], [src], False)


def main():
    """Runs the command `ulp`."""
    import signal

    # Python's handler only sets a flag. Nothing would read the flag while the command runs.
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
    """A tqdm bar, on a terminal."""

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
