"""`.znn.safetensors` files and the stock package.

containers.py pack JOBS: writes them as ZipNN's script does. containers.py compare JOBS: compares files tensor by tensor, as
ZipNN's reader gives them. JOBS is a JSON file: [{"original": path, "packed": path}], for compare with "packed" either a compressed file
or a restored one. One JSON line a job comes out, {} or {"error": ...}.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from zipnn import ZipNN
from zipnn.util_safetensors import METADATA_KEY, build_compressed_tensor_info, set_compressed_tensors_metadata
from zipnn.util_torch import zipnn_is_floating_point
from zipnn.zipnn import SafeOpen

from isolated import BATCH_BYTES, run_isolated

TORCH_INPUT = 2
# What the package takes for floating point and then refuses.
UNSUPPORTED = (torch.float64,)


def packed_or_same(tensor):
    """The frame if it is shorter. The script has the package work on the tensor itself, which changes it; not so here."""
    is_float = zipnn_is_floating_point(TORCH_INPUT, tensor, tensor.dtype)
    if not is_float or tensor.dtype in UNSUPPORTED or tensor.numel() == 0:
        return tensor
    encoder = ZipNN(input_format="torch", bytearray_dtype=tensor.dtype, method="HUFFMAN", threads=2)
    packed = encoder.compress(tensor.clone())
    if len(packed) >= tensor.numel() * tensor.element_size():
        return tensor
    return torch.frombuffer(bytearray(packed), dtype=torch.uint8)


def pack(job):
    stored, infos = {}, {}
    with safe_open(job["original"], "pt") as original:
        metadata = original.metadata() or {"format": "pt"}
        for name in original.keys():
            tensor = original.get_tensor(name)
            stored[name] = packed_or_same(tensor)
            if stored[name] is not tensor:
                infos[name] = build_compressed_tensor_info(tensor)
    set_compressed_tensors_metadata(infos, metadata)
    save_file(stored, job["packed"], metadata)
    return {}


def same_bits(one, other):
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    if one.numel() == 0:
        return True
    return torch.equal(*[each.contiguous().reshape(-1).view(torch.uint8) for each in (one, other)])


def open_packed(path):
    """ZipNN's reader fails on metadata without its key, as a restored file's is."""
    plain = safe_open(path, "pt")
    return SafeOpen(path, "pt") if METADATA_KEY in (plain.metadata() or {}) else plain


def compare(job):
    packed = open_packed(job["packed"])
    with safe_open(job["original"], "pt") as original:
        if sorted(packed.keys()) != sorted(original.keys()):
            return {"error": "has other tensors"}
        wrong = [name for name in original.keys() if not same_bits(packed.get_tensor(name), original.get_tensor(name))]
    return {"error": f"differs in {wrong[:3]}"} if wrong else {}


def main():
    work = {"pack": pack, "compare": compare}[sys.argv[1]]
    jobs = json.loads(Path(sys.argv[2]).read_text())
    for answer in run_isolated(jobs, work, lambda _: BATCH_BYTES // 4):
        print("ANSWER", json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
