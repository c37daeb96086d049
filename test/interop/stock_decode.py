"""stock_decode.py JOBS: has the stock package decode files and compares with the originals.

JOBS is a JSON file: [{"encoded": path, "original": path, "threads": n}]. One JSON line a job comes out, {} or {"error": ...}.
A restored safetensors file must also load with the safetensors package.
"""

import json
import sys
from pathlib import Path

from safetensors.torch import load

import stock
from isolated import run_isolated


def decode_job(job):
    original = Path(job["original"]).read_bytes()
    restored = stock.decode(Path(job["encoded"]).read_bytes(), job["threads"])
    if restored != original:
        return {"error": f"{len(restored)} bytes that differ from the {len(original)} original ones"}
    if job["original"].endswith(".safetensors"):
        load(restored)
    return {}


def main():
    jobs = json.loads(Path(sys.argv[1]).read_text())
    bytes_of = lambda job: 2 * Path(job["original"]).stat().st_size
    for answer in run_isolated(jobs, decode_job, bytes_of):
        print(json.dumps(answer))


if __name__ == "__main__":
    main()
