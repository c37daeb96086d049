"""Delta files, both ways.

delta.py make FOLDER: writes FOLDER/{base,tuned}-*.safetensors and what the stock package makes of each pair, streaming and not:
FOLDER/stock-{0,1}-*.znn. delta.py restore JOBS: has the stock package restore files. JOBS is a JSON file:
[{"encoded": path, "base": path, "original": path}]. One JSON line a job comes out, {} or {"error": ...}.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from zipnn import ZipNN

from isolated import BATCH_BYTES, run_isolated

DTYPES = {"bf16": (torch.bfloat16, "bfloat16"), "f16": (torch.float16, "float16"), "f32": (torch.float32, "float32")}


def tensors(dtype):
    torch.manual_seed(3)
    sizes = {"embed": (700, 900), "small": (33,), "odd": (401, 1003), "large": (1300, 2100)}
    return {name: (torch.randn(size) * 0.02).to(dtype) for name, size in sizes.items()}


def tuned(weights):
    changed = {name: t.float() * (1 + 1e-3 * torch.randn(t.shape)) for name, t in weights.items()}
    return {name: t.to(weights[name].dtype) for name, t in changed.items()}


def make_one(job):
    folder, name = Path(job["folder"]), job["name"]
    dtype, stock_name = DTYPES[name]
    base = folder / f"base-{name}.safetensors"
    weights = tensors(dtype)
    save_file(weights, base)
    save_file(tuned(weights), folder / f"tuned-{name}.safetensors")
    original = (folder / f"tuned-{name}.safetensors").read_bytes()
    for streaming in (0, 1):
        options = {"is_streaming": True, "streaming_chunk": 1 << 20} if streaming else {}
        encoder = ZipNN(bytearray_dtype=stock_name, delta_compressed_type="file", method="HUFFMAN", threads=2, **options)
        # The package overruns its buffers where the length is no multiple of the element.
        assert len(original) % 4 == 0
        encoded = encoder.compress(bytearray(original), delta_second_data=str(base))
        (folder / f"stock-{streaming}-{name}.znn").write_bytes(bytes(encoded))
    return {}


def restore(job):
    decoder = ZipNN(is_streaming=True, delta_compressed_type="file", threads=2)
    found = decoder.decompress(Path(job["encoded"]).read_bytes(), delta_second_data=job["base"])
    return {} if bytes(found) == Path(job["original"]).read_bytes() else {"error": "other bytes"}


def main():
    task, argument = sys.argv[1], Path(sys.argv[2])
    if task == "make":
        work, jobs = make_one, [{"folder": str(argument), "name": name} for name in DTYPES]
    else:
        work, jobs = restore, json.loads(argument.read_text())
    for answer in run_isolated(jobs, work, lambda _: BATCH_BYTES):
        print("ANSWER", json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
