"""stock_loops.py: the Huffman functions inside the stock package's C core, called directly.

Reads one JSON request a line from stdin and answers each with one line:
{"call": "decode" | "encode" | "histogram", "plane": path, "block": path, "milliseconds": n}   {"microseconds": n}
The time is the quartile of the calls. A decoder's output is compared with the plane.
"""

import ctypes
import importlib.util
import json
import sys
import time
from pathlib import Path

CORE = ctypes.PyDLL(importlib.util.find_spec("zipnn_core").origin)
for name in ("HUF_compress", "HUF_decompress", "HIST_count"):
    getattr(CORE, name).restype = ctypes.c_size_t
SLACK_BYTES = 4096


def call_of(request):
    """The call, and a check of its result."""
    plane = Path(request["plane"]).read_bytes()
    source = ctypes.create_string_buffer(plane, len(plane))
    size = ctypes.c_size_t(len(plane))
    if request["call"] == "histogram":
        counts, largest = (ctypes.c_uint * 256)(), ctypes.c_uint(255)
        reference = ctypes.byref(largest)
        return lambda: CORE.HIST_count(counts, reference, source, size), lambda: sum(counts) == len(plane)
    target = ctypes.create_string_buffer(len(plane) + SLACK_BYTES)
    room = ctypes.c_size_t(len(plane) + SLACK_BYTES)
    if request["call"] == "encode":
        return lambda: CORE.HUF_compress(target, room, source, size), lambda: target.raw[0] != 0
    block = Path(request["block"]).read_bytes()
    encoded, encoded_size = ctypes.create_string_buffer(block, len(block)), ctypes.c_size_t(len(block))
    return (
        lambda: CORE.HUF_decompress(target, size, encoded, encoded_size),
        lambda: target.raw[: len(plane)] == plane,
    )


def answer(request):
    call, is_right = call_of(request)
    samples = []
    end = time.perf_counter() + request["milliseconds"] / 1000
    while not samples or time.perf_counter() < end:
        start = time.perf_counter_ns()
        call()
        samples.append(time.perf_counter_ns() - start)
    if not is_right():
        raise ValueError(f"{request['call']} gives something else")
    return {"microseconds": sorted(samples)[len(samples) // 4] / 1000}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
