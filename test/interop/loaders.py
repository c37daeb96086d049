"""Models as transformers loads them, through ZipNN's plugins.

loaders.py make FOLDER: writes FOLDER/{bf16,f32}-{single,sharded}/, tiny models with seeded random weights, and beside each
folder NAME.logits.pt, what the model says to a fixed input.

loaders.py check JOBS: loads models and compares what they say, bit for bit. JOBS is a JSON file:
[{"plugin": "zipnn_hf" | "zipnn_safetensors" | null, "model": folder or repository, "cache": folder or null, "variant": ... or null,
"logits": path} or {"open": path, "original": path}]. One JSON line a job comes out, {} or {"error": ...}. A job runs in a process of its
own, since the plugins change the libraries that they plug into.
"""

import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import huggingface_hub
import torch
import transformers
from safetensors import safe_open

from isolated import BATCH_BYTES, run_isolated

transformers.utils.logging.disable_progress_bar()

DTYPES = {"bf16": torch.bfloat16, "f32": torch.float32}
SHARD_SIZES = {"single": "1GB", "sharded": "700KB"}


def config():
    return transformers.LlamaConfig(
        vocab_size=700,
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
    )


def logits_of(model):
    tokens = torch.arange(40).reshape(2, 20) * 17 % 700
    with torch.no_grad():
        return model.eval()(tokens).logits


def load(path, **options):
    return transformers.AutoModelForCausalLM.from_pretrained(str(path), torch_dtype="auto", **options)


def make(folder):
    for dtype_name, dtype in DTYPES.items():
        torch.manual_seed(11)
        model = transformers.LlamaForCausalLM(config()).to(dtype)
        for layout, shard_size in SHARD_SIZES.items():
            target = folder / f"{dtype_name}-{layout}"
            model.save_pretrained(target, max_shard_size=shard_size)
            torch.save(logits_of(load(target)), f"{target}.logits.pt")


def same_bits(one, other):
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    flat = [each.contiguous().reshape(-1).view(torch.uint8) for each in (one, other)]
    return torch.equal(*flat)


def open_with_safetensors(path, original):
    """Every tensor can be had; those that are not compressed are the original's."""
    with safe_open(path, "pt") as packed, safe_open(original, "pt") as plain:
        compressed = json.loads(packed.metadata()["znn_compressed_vectors"])
        if sorted(packed.keys()) != sorted(plain.keys()):
            return {"error": "has other tensors"}
        for name in plain.keys():
            tensor = packed.get_tensor(name)
            if name not in compressed and not same_bits(tensor, plain.get_tensor(name)):
                return {"error": f"{name} is not the original's"}
    return {} if compressed else {"error": "nothing is compressed"}


def check(job):
    if "open" in job:
        return open_with_safetensors(job["open"], job["original"])
    if job["plugin"] is None:
        warnings = huggingface_hub.scan_cache_dir(job["cache"]).warnings
        if warnings:
            return {"error": f"the cache is not in order: {warnings}"}
    else:
        import zipnn

        getattr(zipnn, job["plugin"])()
    options = {"cache_dir": job["cache"], "variant": job["variant"]}
    model = load(job["model"], **{key: value for key, value in options.items() if value is not None})
    found = logits_of(model)
    expected = torch.load(job["logits"])
    return {} if same_bits(found, expected) else {"error": "the logits differ"}


def main():
    task, argument = sys.argv[1], Path(sys.argv[2])
    if task == "make":
        return make(argument)
    for answer in run_isolated(json.loads(argument.read_text()), check, lambda _: BATCH_BYTES):
        print("ANSWER", json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
