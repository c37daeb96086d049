"""Writes test/golden/containers/stock.znn.safetensors, as ZipNN's script for safetensors files makes it, and its original.

    .venv-interop/bin/python test/golden/make_containers.py

Frozen like the other golden files: what is there stays. What the script does: tensors of floating dtypes become frames
if that is shorter, all others stay; metadata gets the list of frames.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from zipnn import ZipNN
from zipnn.util_safetensors import build_compressed_tensor_info, set_compressed_tensors_metadata

FOLDER = Path(__file__).resolve().parent / "containers"


def tensors():
    torch.manual_seed(5)
    normal = torch.randn(60, 50) * 0.02
    return {
        "a.bf16": normal.to(torch.bfloat16),
        "b.f32": normal[:20].contiguous(),
        "c.f16": normal[:40].to(torch.float16),
        "d.f8": (normal * 40).to(torch.float8_e4m3fn),
        "e.f8": (normal * 40).to(torch.float8_e5m2),
        "f.ids": torch.arange(9),
        "g.few": torch.tensor([1.5, -2.5]),
        "h.ünicode": torch.ones(33, dtype=torch.bool),
    }


def pack(tensor):
    packed = ZipNN(input_format="torch", bytearray_dtype=tensor.dtype, method="HUFFMAN", threads=1).compress(tensor.clone())
    return torch.frombuffer(bytearray(packed), dtype=torch.uint8)


def main():
    target = FOLDER / "stock.znn.safetensors"
    if target.exists():
        return
    FOLDER.mkdir(exist_ok=True)
    metadata = {"format": "pt"}
    originals, stored, infos = tensors(), {}, {}
    for name, tensor in originals.items():
        packed = pack(tensor) if tensor.is_floating_point() else None
        shrinks = packed is not None and len(packed) < tensor.numel() * tensor.element_size()
        stored[name] = packed if shrinks else tensor
        if shrinks:
            infos[name] = build_compressed_tensor_info(tensor)
    save_file(originals, FOLDER / "stock-original.safetensors", metadata)
    set_compressed_tensors_metadata(infos, metadata)
    save_file(stored, target, metadata)


if __name__ == "__main__":
    main()
