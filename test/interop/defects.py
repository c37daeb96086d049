"""Files that ZipNN's own script gets wrong, made as it makes them, and what ZipNN's reader makes of repaired ones.

defects.py make FOLDER: plain originals, and `.znn.safetensors` files without metadata, and compressed twice, all with small tensors
left in rotated form. defects.py compare FOLDER: one JSON line for each file in FOLDER/repaired, {} or {"error": ...}.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from zipnn import ZipNN
from zipnn.util_safetensors import build_compressed_tensor_info, set_compressed_tensors_metadata
from zipnn.zipnn import SafeOpen

LARGE = ["large.bf16", "large.f32", "large.f16"]


def tensors():
    torch.manual_seed(11)
    normal = torch.randn(200, 300) * 0.02
    return {
        "large.bf16": normal.to(torch.bfloat16),
        "large.f32": normal.clone(),
        "large.f16": normal.to(torch.float16),
        "small.bf16": normal[0, :60].to(torch.bfloat16),
        "small.f32": normal[1, :33].clone(),
        "norm": torch.ones(40, dtype=torch.bfloat16),
        "ids": torch.arange(20),
    }


def pack(source, target):
    """The package works on the tensor itself, which is then stored if its frame is no shorter."""
    stored, infos = {}, {}
    with safe_open(source, "pt") as original:
        metadata = original.metadata()
        for name in original.keys():
            tensor = original.get_tensor(name)
            stored[name] = tensor
            if not tensor.is_floating_point():
                continue
            info = build_compressed_tensor_info(tensor)
            plain_bytes = tensor.numel() * tensor.element_size()
            packed = ZipNN(input_format="torch", bytearray_dtype=tensor.dtype, method="HUFFMAN", threads=1).compress(tensor)
            if len(packed) < plain_bytes:
                stored[name] = torch.frombuffer(bytearray(packed), dtype=torch.uint8)
                infos[name] = info
    set_compressed_tensors_metadata(infos, metadata)
    save_file(stored, target, metadata)


def make(folder):
    save_file(tensors(), folder / "with.safetensors", {"format": "pt"})
    save_file(tensors(), folder / "without.safetensors")
    (folder / "stock").mkdir()
    pack(folder / "without.safetensors", folder / "stock" / "without.znn.safetensors")
    pack(folder / "with.safetensors", folder / "once.znn.safetensors")
    pack(folder / "once.znn.safetensors", folder / "stock" / "twice.znn.znn.safetensors")


def compare(path):
    originals, packed = tensors(), SafeOpen(path, "pt")
    if sorted(packed.keys()) != sorted(originals):
        return {"error": "has other tensors"}
    wrong = [name for name in LARGE if not torch.equal(packed.get_tensor(name), originals[name])]
    return {"error": f"differs in {wrong}"} if wrong else {}


def main():
    folder = Path(sys.argv[2])
    if sys.argv[1] == "make":
        make(folder)
        return
    for name in ("without.znn.safetensors", "twice.znn.safetensors"):
        try:
            answer = compare(folder / "repaired" / name)
        except Exception as error:  # whatever the reader says is the finding
            answer = {"error": f"{type(error).__name__}: {error}"}
        print("ANSWER", json.dumps({"name": name, **answer}))


if __name__ == "__main__":
    main()
