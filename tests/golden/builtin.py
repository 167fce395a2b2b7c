"""Writes the built-in data sets to runtime/src/data/builtin from scikit-learn's copies.

Run with scikit-learn 1.9.1: python tests/golden/builtin.py
The numbers are facts; `runtime/src/data/builtin.rs` names who measured them.
"""

import gzip
from pathlib import Path

from sklearn import datasets

FOLDER = Path(__file__).parents[2] / "runtime/src/data/builtin"


def write(name, data, features, compress):
    """A table whose last column is the class."""
    lines = [",".join([*features, "class"])]
    for row, target in zip(data.data, data.target):
        # The sources have at most eight digits; repr of the float64 shows a few rounding errors.
        lines.append(",".join([*(f"{value:.8g}" for value in row), str(target)]))
    text = "\n".join(lines) + "\n"
    if compress:
        path = FOLDER / f"{name}.csv.gz"
        # Without a time, so that the same numbers give the same file.
        path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    else:
        path = FOLDER / f"{name}.csv"
        path.write_text(text)
    print(path, len(lines) - 1, "rows", path.stat().st_size, "bytes")


iris = datasets.load_iris()
write("iris", iris, [name.removesuffix(" (cm)") for name in iris.feature_names], False)
wine = datasets.load_wine()
names = [name.replace("od280/od315_of_diluted_wines", "od280_od315") for name in wine.feature_names]
write("wine", wine, [name.replace("_", " ") for name in names], False)
cancer = datasets.load_breast_cancer()
write("breast_cancer", cancer, cancer.feature_names, True)
digits = datasets.load_digits()
write("digits", digits, digits.feature_names, True)
