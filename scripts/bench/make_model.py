"""make_model.py FOLDER: writes all-MiniLM-L6-v2 in F32, BF16 and F16, as the interop run makes it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "test" / "interop"))

from model import write_models

if __name__ == "__main__":
    write_models(Path(sys.argv[1]))
