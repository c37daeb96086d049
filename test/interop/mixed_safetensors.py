"""Safetensors files with tensors of every dtype that torch can write, large and small, in any order."""

import numpy as np
import torch
from safetensors.torch import save_file

FLOATS = [torch.bfloat16, torch.float16, torch.float32, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2]
INTEGERS = [torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool]
SHAPES = [(), (0,), (1,), (7,), (3, 5), (64, 64), (1000, 3), (257, 129), (2, 3, 4, 5), (0, 4)]
# Above 1 MiB in most dtypes, so that the tensor begins a frame of its own; the last in several frames.
LARGE_SHAPES = [(1024, 700), (513, 1025), (1100, 1501)]


def _tensor(rng, dtype, shape):
    if dtype in FLOATS:
        return torch.tensor(rng.standard_normal(shape) * 0.02).to(dtype)
    return torch.tensor(rng.integers(0, 2 if dtype == torch.bool else 100, shape)).to(dtype)


def _tensors(seed):
    rng = np.random.default_rng(seed)
    tensors = {}
    for index in range(60):
        dtype = (FLOATS + INTEGERS)[int(rng.integers(0, 12))]
        tensors[f"layer.{index}.{dtype}"] = _tensor(rng, dtype, SHAPES[int(rng.integers(0, len(SHAPES)))])
    for index in range(5):
        dtype = (FLOATS + INTEGERS)[int(rng.integers(0, 12))]
        shape = LARGE_SHAPES[int(rng.integers(0, len(LARGE_SHAPES)))]
        tensors[f"layer.{index}.large.ünicode"] = _tensor(rng, dtype, shape)
    return tensors


def write_mixed_files(folder, seed):
    """Writes the files and returns their names."""
    names = []
    for index in range(6):
        name = f"mixed-{index}.safetensors"
        metadata = {"format": "pt"} if index % 2 else None
        save_file(_tensors((seed, index)), folder / name, metadata=metadata)
        names.append(name)
    save_file({}, folder / "mixed-no-tensors.safetensors")
    return [*names, "mixed-no-tensors.safetensors"]
