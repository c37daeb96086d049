"""stock_core.py: the C core of the stock package, called directly on pieces in warm memory: its best case.

The caller sets MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ so high that freed memory stays with the process.

Reads one JSON request a line from stdin and answers each with one line:
{"load": path, "pieceBytes": n, "encoding": name}   {"pieces": n}
{"pass": "encode" | "decode", "threads": n}         {"seconds", "rawBytes", "encodedBytes"}, the time of the calls alone

Every output is checked, outside the time: a first encoding of each piece must be restored to the piece, and every later one
must equal the first.
"""

import json
import sys
import time
from pathlib import Path

import zipnn_core

HEADER = bytes(32)
THRESHOLD = 0.95
CHECK_AFTER_PERCENT = 10

# Planes, bit reorder, byte reorder, bytes of a chunk: what zipnn.py passes for each type.
LAYOUTS = {
    "bf16": (2, 1, 10, 256 * 1024),
    "f16": (2, 0, 10, 256 * 1024),
    "f32": (4, 1, 220, 256 * 1024),
    "bytes": (1, 1, 10, 128 * 1024),
}


class Core:
    def load(self, request):
        content = Path(request["load"]).read_bytes()
        size = request["pieceBytes"]
        self.layout = LAYOUTS[request["encoding"]]
        self.pieces = [content[start : start + size] for start in range(0, len(content), size)]
        # The package changes its input in place: one buffer takes each piece in turn.
        self.buffer = bytearray(size)
        self.encoded = [self.encode(piece, 1)[1] for piece in self.pieces]
        for index in range(len(self.pieces)):
            self.decode(index, 1)
        return {"pieces": len(self.pieces)}

    def encode(self, piece, threads):
        planes, bit_reorder, byte_reorder, chunk = self.layout
        self.buffer[:] = piece
        start = time.perf_counter()
        result = zipnn_core.zipnn_core(
            HEADER, self.buffer, planes, bit_reorder, byte_reorder, 0, chunk, THRESHOLD, CHECK_AFTER_PERCENT, threads
        )
        seconds = time.perf_counter() - start
        return seconds, result

    def decode(self, index, threads):
        planes, bit_reorder, byte_reorder, chunk = self.layout
        piece, encoded = self.pieces[index], memoryview(self.encoded[index])[len(HEADER) :]
        start = time.perf_counter()
        result = zipnn_core.combine_dtype(
            encoded, planes, bit_reorder, byte_reorder, chunk, len(piece), threads
        )
        seconds = time.perf_counter() - start
        if result != piece:
            raise ValueError(f"piece {index} was restored to other bytes")
        return seconds

    def run_pass(self, request):
        seconds = 0.0
        for index, piece in enumerate(self.pieces):
            if request["pass"] == "decode":
                seconds += self.decode(index, request["threads"])
                continue
            piece_seconds, encoded = self.encode(piece, request["threads"])
            if encoded != self.encoded[index]:
                raise ValueError(f"piece {index} was encoded to other bytes than before")
            seconds += piece_seconds
        return {
            "seconds": seconds,
            "rawBytes": sum(map(len, self.pieces)),
            "encodedBytes": sum(map(len, self.encoded)),
        }


def main():
    core = Core()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = core.load(request) if "load" in request else core.run_pass(request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
