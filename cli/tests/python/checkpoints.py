"""Writes, reads and compares checkpoints."""

import json
import os
import pathlib

import numpy as np
import safetensors
import safetensors.numpy
from reference import FLOATS, TARGETS, codes

OTHERS = {"I64": np.int64, "I32": np.int32, "U8": np.uint8, "BOOL": np.bool_}
DTYPES = FLOATS | {name: np.dtype(dtype) for name, dtype in OTHERS.items()}
INDEX = "model.safetensors.index.json"


def write(path, tensors):
    pathlib.Path(path).write_bytes(safetensors.numpy.save(tensors, {"format": "pt"}))


def read(path):
    data = pathlib.Path(path).read_bytes()
    return {
        name: np.frombuffer(tensor["data"], DTYPES[tensor["dtype"]]).reshape(tensor["shape"])
        for name, tensor in safetensors.deserialize(data)
    }


def write_shards(directory, shards, config):
    """Writes a directory as Hugging Face's libraries do. Each dictionary of tensors becomes a shard."""
    os.mkdir(directory)
    directory = pathlib.Path(directory)
    weight_map, size = {}, 0
    for number, tensors in enumerate(shards, 1):
        name = f"model-{number:05}-of-{len(shards):05}.safetensors"
        write(directory / name, tensors)
        weight_map |= dict.fromkeys(tensors, name)
        size += sum(tensor.nbytes for tensor in tensors.values())
    index = {"metadata": {"total_size": size}, "weight_map": weight_map}
    (directory / INDEX).write_text(json.dumps(index))
    (directory / "config.json").write_text(json.dumps(config))
    (directory / "tokenizer.json").write_text("{}")


def read_shards(directory):
    """Returns the tensors, read from the shards that the index names. Checks that the index names every tensor."""
    directory = pathlib.Path(directory)
    index = json.loads((directory / INDEX).read_text())
    shards = {name: read(directory / name) for name in set(index["weight_map"].values())}
    tensors = {name: shards[shard][name] for name, shard in index["weight_map"].items()}
    assert sum(map(len, shards.values())) == len(tensors), "a tensor that the index doesn't name"
    assert index["metadata"]["total_size"] == sum(tensor.nbytes for tensor in tensors.values())
    return tensors


def assert_same(found, expected, about):
    """Checks that two arrays have the same bits. Two NaNs may differ, because the payload of a NaN is the converter's choice."""
    assert found.dtype == expected.dtype, (about, found.dtype, expected.dtype)
    assert found.shape == expected.shape, (about, found.shape, expected.shape)
    both_nan = is_nan(found) & is_nan(expected)
    wrong = np.flatnonzero(~both_nan & (codes(found) != codes(expected)))
    if wrong.size:
        first = wrong[0]
        raise AssertionError(
            f"{about}: {wrong.size} of {found.size} differ; element {first} is {found.flat[first]}, not {expected.flat[first]}"
        )


def is_nan(array):
    if array.dtype in FLOATS.values():
        return np.isnan(array.astype(np.float64))
    return np.zeros(array.shape, bool)


def hard(random):
    """Returns tensors of every dtype, with elements that are hard to round and shapes that are hard to handle."""
    tensors = {}
    for name, dtype in FLOATS.items():
        if name in ("F64", "F32"):
            tensors[f"random.{name}"] = np.frombuffer(random.bytes(100_003 * dtype.itemsize), dtype)
            usual = random.standard_normal(50_001) * 2.0 ** random.integers(-30, 20, 50_001)
            tensors[f"usual.{name}"] = usual.astype(dtype)
            tensors[f"ties.{name}"] = ties(dtype)
        else:
            every = np.arange(1 << (8 * dtype.itemsize), dtype=f"u{dtype.itemsize}")
            tensors[f"every.{name}"] = every.view(dtype)
        tensors[f"scalar.{name}"] = np.array(1.7).astype(dtype)
        tensors[f"empty.{name}"] = np.zeros((0,), dtype)
        tensors[f"no_rows.{name}"] = np.zeros((0, 7), dtype)
        tensors[f"no_columns.{name}"] = np.zeros((3, 0, 2), dtype)
        tensors[f"deep.{name}"] = np.arange(1, 25).reshape(1, 2, 3, 1, 4).astype(dtype)
    for name, dtype in OTHERS.items():
        tensors[f"other.{name}"] = random.integers(0, 2, (3, 5)).astype(dtype)
    return tensors


def ties(dtype):
    """Returns the numbers of each narrow format, the midpoints between neighbours, and the numbers next to all these points."""
    points = []
    for name in TARGETS:
        narrow = FLOATS[name]
        if narrow.itemsize > 2:
            continue
        every = np.arange(1 << (8 * narrow.itemsize), dtype=f"u{narrow.itemsize}").view(narrow).astype(np.float64)
        finite = np.unique(every[np.isfinite(every)])
        step = finite[-1] - finite[-2]
        points += [finite, (finite[1:] + finite[:-1]) / 2, [finite[-1] + step / 2, finite[-1] + step]]
    points = np.concatenate(points).astype(dtype)
    points = np.concatenate([points, -points])
    up, down = np.nextafter(points, dtype.type(np.inf)), np.nextafter(points, dtype.type(-np.inf))
    specials = np.array([0.0, -0.0, np.inf, -np.inf, np.nan], dtype)
    return np.concatenate([points, up, down, specials])
