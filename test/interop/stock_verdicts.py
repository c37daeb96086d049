"""stock_verdicts.py JOBS: what the stock package makes of files that may be damaged.

JOBS is a JSON file: a list of paths. One JSON line a file comes out: {"sha256", "bytes"}, or {"error": ...} where it raised,
crashed or did not end.
"""

import hashlib
import json
import sys
from pathlib import Path

import isolated
import numpy
import torch
from zipnn import ZipNN

# Damaged sizes make it run for long; nothing good of a few KiB takes a second.
isolated.JOB_SECONDS = 5


def as_bytes(decoded):
    """A header's input format says what the package gives back."""
    if isinstance(decoded, torch.Tensor):
        return decoded.reshape(-1).view(torch.uint8).numpy().tobytes()
    return decoded.tobytes() if isinstance(decoded, numpy.ndarray) else bytes(decoded)


def decode_job(path):
    raw = as_bytes(ZipNN(input_format="byte", threads=1).decompress(Path(path).read_bytes()))
    return {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}


def main():
    for answer in isolated.run_isolated(json.loads(Path(sys.argv[1]).read_text()), decode_job, lambda path: 1 << 16):
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
