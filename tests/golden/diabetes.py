"""Writes runtime/src/data/builtin/diabetes.csv from scikit-learn's copy of the diabetes data.

Run with scikit-learn 1.9.1: python tests/golden/diabetes.py
The numbers are facts from Efron et al., "Least Angle Regression" (2004).
"""

from pathlib import Path

from sklearn.datasets import load_diabetes

data = load_diabetes(scaled=False)
lines = [",".join([*data.feature_names, "progression"])]
for row, target in zip(data.data, data.target):
    # The source has at most six digits; repr of the float64 shows a few rounding errors.
    lines.append(",".join(f"{value:.6g}" for value in [*row, target]))
path = Path(__file__).parents[2] / "runtime/src/data/builtin/diabetes.csv"
path.write_text("\n".join(lines) + "\n")
print(path, len(lines) - 1, "rows")
