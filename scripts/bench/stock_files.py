"""stock_files.py compress|decompress DTYPE SOURCE TARGET: what ZipNN's own scripts do, file to file, in one process.

One JSON line tells the seconds from after the imports to the end, and the largest resident set in bytes.
"""

import json
import re
import resource
import sys
import time
from pathlib import Path

from zipnn import ZipNN


def peak_bytes():
    try:
        # ru_maxrss starts from the parent's size at the fork; VmHWM is of this program alone.
        return 1024 * int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
    except (OSError, TypeError):
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main():
    start = time.perf_counter()
    verb, dtype, source, target = sys.argv[1:]
    with open(source, "rb") as infile, open(target, "wb") as outfile:
        content = infile.read()
        if verb == "compress":
            codec = ZipNN(bytearray_dtype=dtype, is_streaming=True, method="HUFFMAN")
            outfile.write(codec.compress(content))
        else:
            outfile.write(ZipNN(is_streaming=True).decompress(content))
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "peakBytes": peak_bytes()}))


if __name__ == "__main__":
    main()
