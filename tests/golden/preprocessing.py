"""Writes tests/golden/preprocessing.json: what scikit-learn and pandas make of data.

Run with scikit-learn 1.9.1 and NumPy 2.4.6 on Python 3.11: python tests/golden/preprocessing.py
pandas is not needed: its `describe` is NumPy's mean, std(ddof=1) and percentile, by its
documentation. The tests in runtime/tests/preprocessing.rs read the file.
"""

import json
import platform
from pathlib import Path

import numpy as np
import sklearn
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.preprocessing import (
    LabelEncoder,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)

random = np.random.default_rng(11)


def scaled(name, train, test):
    train, test = np.asarray(train, float), np.asarray(test, float)
    found = {"name": name, "shape": list(train.shape)}
    found |= {"train": train.ravel().tolist(), "test": test.ravel().tolist()}
    for key, scaler in {"standard": StandardScaler(), "min_max": MinMaxScaler()}.items():
        scaler.fit(train)
        found[key] = scaler.transform(test).ravel().tolist()
    return found


def words(name, train, test):
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    one_hot.fit(np.array(train)[:, None])
    return {
        "name": name,
        "train": train,
        "test": test,
        "classes": LabelEncoder().fit(train).classes_.tolist(),
        "labels": LabelEncoder().fit_transform(train).tolist(),
        "one_hot": one_hot.transform(np.array(test)[:, None]).ravel().astype(int).tolist(),
    }


def folds(name, y, k):
    y = np.asarray(y)
    return {
        "name": name,
        "y": y.tolist(),
        "k": k,
        "plain": [valid.tolist() for _, valid in KFold(k).split(y)],
        "stratified": [valid.tolist() for _, valid in StratifiedKFold(k).split(y, y)],
    }


def split(name, y, test_size):
    y = np.asarray(y)
    train, test = train_test_split(y, test_size=test_size, stratify=y, random_state=0)
    shuffled = train_test_split(y, test_size=test_size, random_state=0)
    return {
        "name": name,
        "y": y.tolist(),
        "test_size": test_size,
        "train": np.bincount(train).tolist(),
        "test": np.bincount(test).tolist(),
        "sizes": [len(part) for part in shuffled],
    }


def described(name, values):
    known = np.array([v for v in values if v is not None])
    quartiles = np.percentile(known, [0, 25, 50, 75, 100])
    return {
        "name": name,
        "values": values,
        "describe": [len(known), known.mean(), known.std(ddof=1), *quartiles],
    }


table = random.normal(5, 3, size=(20, 3)).round(3)
table[:, 1] = 0.1
numbers = random.integers(1, 4, size=(12, 2))
ordinal = OrdinalEncoder().fit(numbers)
content = {
    "versions": {
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    },
    "scaled": [
        scaled("two rows", [[1, 10], [3, 30]], [[2, 20], [5, -1]]),
        scaled("an equal column", table, random.normal(5, 3, size=(5, 3)).round(3)),
        scaled("far from 0", table + 1e6, table[:2] + 1e6),
        scaled("one row", [[1.5, -2.0]], [[1.5, 3.0]]),
    ],
    "words": [
        words("cities", ["Quito", "Lima", "Lima", "Antofagasta"], ["Lima", "Paris", "Quito"]),
        words("cases", ["b", "B", "a", "ñ", "Z", "é"], ["a", "b", "B"]),
    ],
    "ordinal": {
        "shape": list(numbers.shape),
        "train": numbers.ravel().tolist(),
        "found": ordinal.transform(numbers).ravel().tolist(),
    },
    "folds": [
        folds("sorted", [0] * 5 + [1] * 5 + [2] * 5, 5),
        folds("uneven", [0] * 7 + [1] * 4 + [2] * 3, 3),
        folds("mixed", random.integers(0, 3, 23), 4),
        folds("a class appears late", [2, 2, 0, 1, 1, 0, 2, 0, 1, 0, 0, 2, 1], 3),
        folds("rare", [0] * 9 + [1] * 2, 3),
        folds("two", random.integers(0, 2, 11), 2),
    ],
    "splits": [
        # Sizes without ties, which scikit-learn decides at random.
        split("iris", [0] * 50 + [1] * 50 + [2] * 50, 0.2),
        split("wine", [0] * 59 + [1] * 71 + [2] * 48, 0.2),
        split("imbalanced", [0] * 88 + [1] * 12, 0.25),
        split("small", [0] * 7 + [1] * 5 + [2] * 3, 0.3),
    ],
    "described": [
        described("four", [1.0, 2.0, 3.0, 4.0]),
        described("gaps", [None, 3.5, 1.25, None, 8.0]),
        described("many", random.normal(size=31).round(3).tolist()),
    ],
}
path = Path(__file__).parent / "preprocessing.json"
path.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False) + "\n")
print(path, path.stat().st_size, "bytes")
