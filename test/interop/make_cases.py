"""make_cases.py FOLDER SEED RANDOM_COUNT: writes what is to be compressed, with what the stock package makes of it.

FOLDER/originals/*.bin and *.safetensors, FOLDER/stock/*.znn, and FOLDER/cases.json:
{"originals": [{"name", "dtype"}], "stock": [{"name", "original", "error"?}]}; dtype is what `znn --dtype` gets.
"""

import json
import sys
from pathlib import Path

import numpy as np

import stock
from isolated import run_isolated
from mixed_safetensors import write_mixed_files
from sample_data import anything, weights_like

KIB = 1024
MIB = 1024 * KIB

# What `znn --dtype` gets for each kind of data.
ZNN_DTYPES = {
    "bf16": "bf16",
    "f16": "f16",
    "f32": "f32",
    "fp8_e4m3": "bytes",
    "fp8_e5m2": "bytes",
    "i8": "bytes",
    "i32": "i32",
    "i64": "auto",
    "f64": "auto",
}

SMALL_SIZES = [*range(0, 14), *range(254, 259), *range(1021, 1028)]
EDGES = [-3, -2, -1, 0, 1, 2, 3]
MIDDLE_SIZES = [base + edge for base in (64 * KIB, 128 * KIB, 256 * KIB, 512 * KIB) for edge in EDGES]
LARGE_SIZES = [base + edge for base in (1 * MIB, 4 * MIB) for edge in (-3, -1, 0, 2, 3)]
LARGE_KINDS = ["bf16", "f16", "f32", "fp8_e4m3", "i64"]

# log2 of the streaming chunk (0: one frame) and of the chunk. The first two are what the package's own script writes.
USUAL_LAYOUTS = [(0, 18), (20, 18)]
ODD_LAYOUTS = [(0, 10), (13, 12), (16, 24), (0, 24)]


def boundary_cases():
    for kind in ZNN_DTYPES:
        sizes = SMALL_SIZES + MIDDLE_SIZES + (LARGE_SIZES if kind in LARGE_KINDS else [])
        for size in sizes:
            layouts = USUAL_LAYOUTS + (ODD_LAYOUTS if size in SMALL_SIZES else ODD_LAYOUTS[size % 4 :][:1])
            yield f"edge-{kind}-{size}", kind, ZNN_DTYPES[kind], weights_like(size, kind, size), layouts


def random_cases(seed, count):
    rng = np.random.default_rng(seed)
    for index in range(count):
        kind = str(rng.choice(list(ZNN_DTYPES)))
        size = int(2 ** rng.uniform(0, 17.5)) if rng.random() < 0.97 else int(rng.integers(0, 3 * MIB))
        if rng.random() < 0.6:
            size -= size % 4
        dtype = ZNN_DTYPES[kind] if rng.random() < 0.5 else str(rng.choice(["auto", *ZNN_DTYPES.values()]))
        layout = (int(rng.choice([0, 0, 12, 13, 16, 20])), int(rng.choice([10, 12, 16, 17, 18, 18, 19, 24])))
        yield f"random-{index}", kind, dtype, anything(rng, kind, size), [layout]


def encode_job(job):
    original, target, kind, streaming_log2, chunk_log2, threads = job
    encoded = stock.encode(Path(original).read_bytes(), kind, streaming_log2, chunk_log2, threads)
    Path(target).write_bytes(encoded)
    return {}


def main():
    folder, seed, random_count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    originals_folder, stock_folder = folder / "originals", folder / "stock"
    originals_folder.mkdir(parents=True)
    stock_folder.mkdir()
    originals, jobs, stock_files = [], [], []
    for name, kind, dtype, data, layouts in [*boundary_cases(), *random_cases(seed, random_count)]:
        original = originals_folder / f"{name}.bin"
        original.write_bytes(data)
        originals.append({"name": original.name, "dtype": dtype})
        if not stock.can_encode(kind, len(data)):
            continue
        for streaming_log2, chunk_log2 in layouts:
            if streaming_log2 and not data:
                continue  # 0 bytes, which nothing can tell from a file that was cut
            target = stock_folder / f"{name}.{streaming_log2}.{chunk_log2}.znn"
            threads = 1 + len(jobs) % 4
            jobs.append((str(original), str(target), kind, streaming_log2, chunk_log2, threads))
            stock_files.append({"name": target.name, "original": original.name})
    originals += [{"name": name, "dtype": "auto"} for name in write_mixed_files(originals_folder, seed)]
    bytes_of = lambda job: 3 * Path(job[0]).stat().st_size
    for entry, answer in zip(stock_files, run_isolated(jobs, encode_job, bytes_of), strict=True):
        entry.update(answer)
    (folder / "cases.json").write_text(json.dumps({"originals": originals, "stock": stock_files}))


if __name__ == "__main__":
    main()
