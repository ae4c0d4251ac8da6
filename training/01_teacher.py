"""Rebuild the teacher (multilingual-e5-small) as a local folder: ``python training/01_teacher.py``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from common import TEACHER


def main() -> None:
    """Run the recipe once; an existing teacher is left alone."""
    if (TEACHER / "model.safetensors").exists():
        print(f"{TEACHER}: already there")
        return
    recipe = Path(__file__).with_name("build_teacher.py")
    subprocess.run([sys.executable, str(recipe), str(TEACHER)], check=True)


if __name__ == "__main__":
    main()
