"""Writes tests/golden/metrics.json: what scikit-learn says about predictions.

Run with scikit-learn 1.9.1 and NumPy 2.4.6 on Python 3.11: python tests/golden/metrics.py
The tests in runtime/tests/metrics.rs read the file.
"""

import json
import platform
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as m

# Scores of classes that are never predicted are 0, with a warning.
warnings.filterwarnings("ignore")
random = np.random.default_rng(5)


def classes(name, y_hat, y, names=None):
    """Everything that is said about predicted classes."""
    y_hat, y = np.asarray(y_hat), np.asarray(y)
    labels = sorted(set(y.tolist()) | set(y_hat.tolist()))
    averages = ["micro", "macro", "weighted"]
    if set(labels) <= {0, 1}:
        averages.append("binary")
    scores = {"precision": m.precision_score, "recall": m.recall_score, "f1": m.f1_score}
    return {
        "name": name,
        "y_hat": y_hat.tolist(),
        "y": y.tolist(),
        "accuracy": m.accuracy_score(y, y_hat),
        "labels": labels,
        "confusion": m.confusion_matrix(y, y_hat).ravel().tolist(),
        "averages": {
            key: {average: float(score(y, y_hat, average=average)) for average in averages}
            for key, score in scores.items()
        },
        "per_class": {
            key: score(y, y_hat, average=None).tolist() for key, score in scores.items()
        },
        "names": names,
        "report": m.classification_report(y, y_hat, target_names=names),
        "report_4": m.classification_report(y, y_hat, target_names=names, digits=4),
    }


def noisy(count, k, right):
    """Classes of which about the part `right` is predicted well."""
    y = random.integers(0, k, count)
    return np.where(random.uniform(size=count) < right, y, random.integers(0, k, count)), y


def roc(name, scores, y):
    fpr, tpr, thresholds = m.roc_curve(y, scores)
    return {
        "name": name,
        "scores": list(map(float, scores)),
        "y": list(map(int, y)),
        "fpr": fpr.tolist(),
        "tpr": tpr.tolist(),
        # The first is infinite, which JSON lacks.
        "thresholds": thresholds[1:].tolist(),
        "auc": m.roc_auc_score(y, scores),
    }


def many(name, count, k):
    """A probability for every class."""
    logits = random.normal(size=(count, k)).round(2)
    y = np.concatenate([np.arange(k), random.integers(0, k, count - k)])
    logits[np.arange(count), y] += 0.8
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return {
        "name": name,
        "scores": p.ravel().tolist(),
        "shape": [count, k],
        "y": y.tolist(),
        "accuracy": m.accuracy_score(y, p.argmax(1)),
        "auc": m.roc_auc_score(y, p, multi_class="ovr"),
        "top": {str(i): m.top_k_accuracy_score(y, p, k=i) for i in range(1, k)},
    }


def numbers(name, y_hat, y):
    y_hat, y = np.asarray(y_hat, float), np.asarray(y, float)
    return {
        "name": name,
        "shape": list(y.shape),
        "y_hat": y_hat.ravel().tolist(),
        "y": y.ravel().tolist(),
        "mse": m.mean_squared_error(y, y_hat),
        "mae": m.mean_absolute_error(y, y_hat),
        "r2": m.r2_score(y, y_hat),
    }


binary_scores = (random.normal(size=60) + 0.9 * (np.arange(60) % 2)).round(2)
truth = random.normal(size=(40, 3)).round(3)
content = {
    "versions": {
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    },
    "classes": [
        classes("binary oracle", [0, 1, 1, 0, 1, 0], [0, 0, 1, 1, 1, 0], ["no", "yes"]),
        classes("three oracle", [0, 1, 1, 1, 2, 0, 2, 2], [0, 0, 1, 1, 2, 2, 2, 1]),
        classes("all right", [0, 1, 2], [0, 1, 2]),
        classes("all wrong", [1, 0, 0], [0, 1, 1]),
        classes("never predicted", [0, 0, 0, 0], [0, 1, 1, 0], ["healthy", "a rather long name"]),
        classes("only zeros", [0, 0], [0, 0]),
        classes("only ones", [1, 1], [1, 1]),
        classes("never true", [0, 2, 1, 2], [0, 1, 1, 0]),
        classes("gaps", [3, 7, 7, 100], [3, 3, 7, 100]),
        classes("negative", [-1, 1, 1, -1], [-1, -1, 1, 1]),
        classes("imbalanced", [0] * 95 + [1] * 5, [0] * 98 + [1, 0]),
        classes("ten classes", *noisy(300, 10, 0.7)),
        classes("rare classes", *noisy(40, 15, 0.5)),
        classes("many ones", *noisy(2000, 2, 0.8)),
    ],
    "roc": [
        roc("oracle", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]),
        roc("perfect", [-3.0, -1.0, 2.0, 5.0], [0, 0, 1, 1]),
        roc("reversed", [-3.0, -1.0, 2.0, 5.0], [1, 1, 0, 0]),
        roc("all equal", [0.5] * 4, [0, 1, 1, 0]),
        roc("ties", [1, 1, 2, 2, 2, 3, 3, 4], [0, 1, 0, 0, 1, 1, 0, 1]),
        roc("sixty", binary_scores, np.arange(60) % 2),
    ],
    "scores": [many("three", 50, 3), many("ten", 120, 10)],
    "numbers": [
        numbers("four", [2.5, 0.0, 2.0, 8.0], [3.0, -0.5, 2.0, 7.0]),
        numbers("worse than the mean", [3.0, 2.0, 1.0], [1.0, 2.0, 3.0]),
        numbers("perfect", [1.0, 2.0], [1.0, 2.0]),
        numbers("constant", [1.0, 2.0, 1.0], [1.0, 1.0, 1.0]),
        numbers("one column", truth[:, :1] + 0.25, truth[:, :1]),
        numbers("three columns", (truth + random.normal(size=(40, 3)) * 0.3).round(3), truth),
    ],
}
path = Path(__file__).parent / "metrics.json"
path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes")
