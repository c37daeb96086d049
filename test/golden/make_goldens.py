"""Writes test/golden/files/*.znn and their manifest.json with the stock zipnn package.

    python3.11 -m venv /some/place && /some/place/bin/pip install -r test/interop/requirements.txt
    /some/place/bin/python test/golden/make_goldens.py

(The virtual environment that `npm run test:interop` makes, .venv-interop, will do.)

The files are frozen: a file of this list that is already there is left as it is, since what the package once wrote must
decode for ever. A new case is added by adding a line. The package's encoder changes its input in place and overruns
its buffers on odd lengths of 16- and 32-bit types: it gets copies, in whole elements only.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from zipnn import ZipNN

HERE = Path(__file__).resolve().parent
FILES = HERE / "files"


def bf16_bytes(values):
    return (values.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()


def normal(seed, count):
    return np.random.default_rng(seed).standard_normal(count) * 0.02


def skewed(seed, count, rate):
    """Small numbers, mostly 0: a tree with few, low symbols, which is written directly."""
    return (np.random.default_rng(seed).geometric(rate, count) - 1).clip(0, 20).astype(np.uint8)


def rare(seed, element, byte_count, element_bytes):
    """One element over and over with a few others: long data, short file."""
    rng = np.random.default_rng(seed)
    elements = np.tile(np.frombuffer(element, dtype=np.uint8), (byte_count // element_bytes, 1)).copy()
    places = rng.choice(len(elements), 40, replace=False)
    elements[places] = rng.integers(0, 256, (40, element_bytes), dtype=np.uint8)
    return elements.tobytes()


def as_bytes(data, dtype, **options):
    """What ZipNN writes for plain bytes."""
    options = {"method": "HUFFMAN", "threads": 2, **options}
    encoder = ZipNN(input_format="byte", bytearray_dtype=dtype, **options)
    return bytes(encoder.compress(bytearray(data))), data


def as_tensor(tensor):
    raw = tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    return bytes(ZipNN(input_format="torch", method="HUFFMAN", threads=1).compress(tensor.clone())), raw


def as_array(array):
    return bytes(ZipNN(input_format="numpy", method="HUFFMAN", threads=1).compress(array.copy())), array.tobytes()


def as_delta(kind, data, base):
    encoder = ZipNN(input_format="byte", bytearray_dtype="bfloat16", method="HUFFMAN", delta_compressed_type=kind)
    return bytes(encoder.compress(bytearray(data), delta_second_data=base)), data


def delta_file(data, base):
    base_path = FILES / "base.tmp"
    base_path.write_bytes(base)
    try:
        return as_delta("file", data, str(base_path))
    finally:
        base_path.unlink()


BF16 = bf16_bytes(normal(1, 6000))
F16 = normal(2, 6000).astype("<f2").tobytes()
F32 = normal(3, 3000).astype("<f4").tobytes()
FP8 = (np.random.default_rng(4).standard_normal(12345) * 6 + 56).clip(0, 255).astype(np.uint8).tobytes()
CLEAN_F32 = (normal(5, 4000).astype("<f4").view("<u4") & 0xFFFF0000).astype("<u4").tobytes()
RANDOM = np.random.default_rng(6).bytes(4096)
STREAM = {"is_streaming": True, "streaming_chunk": 8192}

CASES = {
    "bf16-whole": ("bfloat16 in one frame", lambda: as_bytes(BF16, "bfloat16")),
    "bf16-streaming": ("bfloat16, frames of 8 KiB", lambda: as_bytes(BF16, "bfloat16", **STREAM)),
    "bf16-odd-elements": ("4,095 bfloat16: the last one is not rotated", lambda: as_bytes(BF16[: 4095 * 2], "bfloat16")),
    "bf16-odd-elements-streaming": (
        "bfloat16 frames of 8 KiB, the last of one element",
        lambda: as_bytes(BF16[: 8192 + 2], "bfloat16", **STREAM),
    ),
    "bf16-one-element": ("2 bytes", lambda: as_bytes(BF16[:2], "bfloat16")),
    "bf16-empty": ("0 bytes without streaming: a header and nothing else", lambda: as_bytes(b"", "bfloat16")),
    "bf16-method-auto": ("method byte 0", lambda: as_bytes(BF16[:3000], "bfloat16", method="AUTO")),
    "bf16-negative": ("only negative numbers", lambda: as_bytes(
        bf16_bytes(-np.abs(normal(7, 2000)) - 1e-3), "bfloat16")),
    "bf16-chunk-1k": ("chunks of 1 KiB", lambda: as_bytes(BF16[:5000], "bfloat16", compression_chunk=1 << 10)),
    "bf16-chunk-16m": ("chunk byte 24", lambda: as_bytes(BF16[:5000], "bfloat16", compression_chunk=1 << 24)),
    "bf16-chunks": (
        "three chunks of 256 KiB, the last one short",
        lambda: as_bytes(rare(8, b"\x10\x3c", 600_002, 2), "bfloat16"),
    ),
    "bf16-every-value": ("all 65,536 values, streaming", lambda: as_bytes(
        np.arange(65536, dtype="<u2").tobytes(), "bfloat16", is_streaming=True, streaming_chunk=1 << 15)),
    "f16-whole": ("float16 in one frame", lambda: as_bytes(F16, "float16")),
    "f16-streaming": ("float16, frames of 8 KiB", lambda: as_bytes(F16, "float16", **STREAM)),
    "f16-chunk-1k": ("chunks of 1 KiB", lambda: as_bytes(F16[:5002], "float16", compression_chunk=1 << 10)),
    "f32-whole": ("float32 in one frame", lambda: as_bytes(F32, "float32")),
    "f32-streaming": ("float32, frames of 8 KiB", lambda: as_bytes(F32, "float32", **STREAM)),
    "f32-clean": ("bfloat16 values as float32: two constant planes", lambda: as_bytes(CLEAN_F32, "float32")),
    "f32-zeros": ("nothing but zeros", lambda: as_bytes(bytes(40_000), "float32")),
    "f32-chunk-1k": ("chunks of 1 KiB", lambda: as_bytes(F32[:5000], "float32", compression_chunk=1 << 10)),
    "f32-chunk-16m": ("chunk byte 24", lambda: as_bytes(F32[:5000], "float32", compression_chunk=1 << 24)),
    "f32-chunks": (
        "two chunks of 256 KiB, the last one short",
        lambda: as_bytes(rare(9, b"\x00\x00\x80\x3f", 300_004, 4), "float32"),
    ),
    "fp8-e4m3-whole": ("float8_e4m3fn, 12,345 bytes", lambda: as_bytes(FP8, "float8_e4m3fn")),
    "fp8-e4m3-streaming": ("float8_e4m3fn, frames of 8 KiB", lambda: as_bytes(FP8, "float8_e4m3fn", **STREAM)),
    "fp8-e5m2-whole": ("float8_e5m2, 12,345 bytes", lambda: as_bytes(FP8, "float8_e5m2")),
    "fp8-e5m2-streaming": ("float8_e5m2, frames of 8 KiB", lambda: as_bytes(FP8, "float8_e5m2", **STREAM)),
    "fp8-chunk-clamped": (
        "two chunks of 128 KiB, though the chunk byte says 256 KiB",
        lambda: as_bytes(rare(10, b"\x38", 200_001, 1), "float8_e4m3fn"),
    ),
    "fp8-one-byte": ("1 byte", lambda: as_bytes(b"\x7f", "float8_e4m3fn")),
    "fp8-constant": ("one byte 5,000 times", lambda: as_bytes(b"\x38" * 5000, "float8_e4m3fn")),
    "tree-direct": ("few low symbols: weights written directly", lambda: as_bytes(
        skewed(11, 5000, 0.4).tobytes(), "float8_e4m3fn")),
    "tree-two-symbols": ("two symbols of 1 bit each", lambda: as_bytes(
        (skewed(12, 5000, 0.5) & 1).tobytes(), "float8_e4m3fn")),
    "tree-fse": ("many symbols: weights coded with FSE", lambda: as_bytes(
        (np.abs(normal(13, 5000)) * 2000).clip(0, 255).astype(np.uint8).tobytes(), "float8_e4m3fn")),
    "random-bf16": ("random bytes: raw streams", lambda: as_bytes(RANDOM, "bfloat16")),
    "random-f32": ("random bytes: raw streams", lambda: as_bytes(RANDOM, "float32")),
    "random-fp8": ("random bytes: raw streams", lambda: as_bytes(RANDOM, "float8_e5m2")),
    "torch-bf16": ("a tensor of shape 3 x 70 x 11", lambda: as_tensor(
        torch.frombuffer(bytearray(BF16[: 2310 * 2]), dtype=torch.bfloat16).reshape(3, 70, 11))),
    "torch-f16": ("a tensor of shape 300 x 10: a dimension in 2 bytes", lambda: as_tensor(
        torch.frombuffer(bytearray(F16[:6000]), dtype=torch.float16).reshape(300, 10))),
    "torch-f32": ("a tensor of shape 1 x 1 x 1 x 2500", lambda: as_tensor(
        torch.frombuffer(bytearray(F32[:10000]), dtype=torch.float32).reshape(1, 1, 1, 2500))),
    "torch-f32-scalar": ("a tensor of rank 0", lambda: as_tensor(torch.tensor(1.5))),
    "torch-fp8": ("a float8_e5m2 tensor of shape 35 x 70", lambda: as_tensor(
        torch.frombuffer(bytearray(FP8[:2450]), dtype=torch.uint8).reshape(35, 70).view(torch.float8_e5m2))),
    "numpy-f32": ("an array of shape 50 x 50", lambda: as_array(
        np.frombuffer(F32[:10000], dtype="<f4").reshape(50, 50))),
    "numpy-f16": ("an array of shape 3000", lambda: as_array(np.frombuffer(F16[:6000], dtype="<f2"))),
    "delta-byte": ("a delta against bytes: needs its base", lambda: as_delta("byte", BF16[:4000], BF16[4000:8000])),
    "delta-file": ("a delta against a file: needs its base", lambda: delta_file(BF16[:4000], BF16[4000:8000])),
}

# Well formed, but what they need is not given: to be refused with this code.
REFUSED = {"delta-byte": "unsupported", "delta-file": "unsupported"}


def entry(name, how, encoded, raw):
    return {
        "file": f"{name}.znn",
        "how": how,
        **({"refused": REFUSED[name]} if name in REFUSED else {}),
        "bytes": len(encoded),
        "originalBytes": len(raw),
        "originalSha256": hashlib.sha256(raw).hexdigest(),
    }


def main():
    FILES.mkdir(exist_ok=True)
    manifest_path = FILES / "manifest.json"
    known = {e["file"]: e for e in json.loads(manifest_path.read_text())} if manifest_path.exists() else {}
    entries = []
    for name, (how, make) in CASES.items():
        path = FILES / f"{name}.znn"
        if path.exists() and path.name in known:
            entries.append(known[path.name])
            continue
        encoded, raw = make()
        path.write_bytes(encoded)
        entries.append(entry(name, how, encoded, raw))
        print(f"{path.name}: {len(raw)} -> {len(encoded)} bytes")
    manifest_path.write_text(json.dumps(entries, indent=2) + "\n")


if __name__ == "__main__":
    main()
