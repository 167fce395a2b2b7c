"""Writes tests/golden/files: files of PyTorch, NumPy and safetensors, and what they hold.

Run with PyTorch 2.9.0, NumPy 2.4.6 and safetensors on Python 3.11: python tests/golden/files.py
The tests in runtime/tests/files read them. The files ours.* are what our runtime writes: a test
compares their bytes, and this program checks that NumPy, PyTorch and safetensors read them.
"""

import copy
import json
import os
import warnings
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy
import safetensors.torch
import torch

FOLDER = Path(__file__).parent / "files"
FOLDER.mkdir(exist_ok=True)
warnings.filterwarnings("ignore")

# File: {name: [dtype, shape, numbers]}, with dtypes as our runtime reads them.
expected = {}

OURS = {
    "float64": "f64",
    "float32": "f32",
    "float16": "f16",
    "bfloat16": "f32",
    "bool": "bool",
}


def numbers(value):
    if isinstance(value, torch.Tensor):
        value = value.detach()
        value = value.float() if value.dtype == torch.bfloat16 else value
        value = value.numpy()
    return [float(v) if value.dtype.kind in "fb" else int(v) for v in value.reshape(-1)]


def described(value):
    dtype = str(value.dtype).removeprefix("torch.").removeprefix(">").removeprefix("<")
    dtype = np.dtype(value.dtype).name if isinstance(value, np.ndarray) else dtype
    return [OURS.get(dtype, "i64"), list(value.shape), numbers(value)]


def expect(file, tensors, notes=None):
    expected[file] = {
        "tensors": {name: described(value) for name, value in tensors.items()},
        "notes": notes or {},
    }


def save(file, value, tensors, notes=None, **options):
    torch.save(value, FOLDER / file, **options)
    expect(file, tensors, notes)


# The weights of a network with every kind of entry that a state dict has.
torch.manual_seed(0)
net = torch.nn.Sequential(
    torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.Linear(4, 2)
)
net(torch.randn(5, 3))
weights = net.state_dict()
save("net.pth", weights, weights)
save("net_legacy.pth", weights, weights, _use_new_zipfile_serialization=False)
save("net_protocol4.pth", weights, weights, pickle_protocol=4)
save("net_protocol5_legacy.pth", weights, weights, pickle_protocol=5, _use_new_zipfile_serialization=False)
save("parameters.pt", dict(net.named_parameters()), dict(net.named_parameters()))
safetensors.torch.save_file(weights, FOLDER / "net.safetensors", metadata={"made by": "PyTorch", "ü": "\"1\""})
expect("net.safetensors", weights, {"made by": "PyTorch", "ü": "\"1\""})

inputs = torch.tensor([[0.5, -1.0, 2.0], [0.0, 1.0, -0.25]])
with torch.no_grad():
    again = copy.deepcopy(net)
    outputs = {"eval": again.eval()(inputs).numpy(), "train": again.train()(inputs).numpy()}
np.savez(FOLDER / "net_outputs.npz", **outputs)
expect("net_outputs.npz", outputs)

# Every type of elements.
types = {
    str(dtype).removeprefix("torch."): torch.tensor([[0, 1, 2], [100, 7, 0]]).to(dtype)
    for dtype in [
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32,
        torch.int16, torch.int8, torch.uint8, torch.bool,
    ]
}
save("types.pt", types, types)
save("types_legacy.pt", types, types, _use_new_zipfile_serialization=False)
safetensors.torch.save_file(types, FOLDER / "types.safetensors")
expect("types.safetensors", types)

# Views, tensors that share memory, empty ones and single numbers.
base = torch.arange(24.0)
views = {
    "base": base,
    "turned": base.reshape(4, 6).t(),
    "part": base.reshape(2, 3, 4)[1, :, 1:3],
    "stepped": base[3::5],
    "repeated": base[:3].reshape(3, 1).expand(3, 2),
    "same": base,
    "empty": torch.zeros(0, 3),
    "number": torch.tensor(2.5),
    "one row": base[7:8].reshape(1, 1, 1),
}
save("views.pt", views, views)
save("views_legacy.pt", views, views, _use_new_zipfile_serialization=False)

# A training checkpoint, with dicts in dicts and what is no tensor.
optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
net(torch.randn(5, 3)).sum().backward()
optimizer.step()
notes = {"epoch": "3", "loss": "0.125", "name": "net", "done": "false", "history.0": "1.5", "history.1": "-2"}
state = optimizer.state_dict()
tensors = {f"model.{name}": value for name, value in net.state_dict().items()}
for i, entries in state["state"].items():
    tensors |= {f"optimizer.state.{i}.{name}": value for name, value in entries.items()}
for name, value in state["param_groups"][0].items():
    if name == "params":
        notes |= {f"optimizer.param_groups.0.params.{i}": str(i) for i in value}
    elif name == "betas":
        notes |= {f"optimizer.param_groups.0.betas.{i}": str(v) for i, v in enumerate(value)}
    elif isinstance(value, bool):
        notes[f"optimizer.param_groups.0.{name}"] = str(value).lower()
    elif value is not None:
        notes[f"optimizer.param_groups.0.{name}"] = format(value, ".8f").rstrip("0").rstrip(".")
checkpoint = {
    "model": net.state_dict(),
    "optimizer": state,
    "epoch": 3,
    "loss": 0.125,
    "name": "net",
    "done": False,
    "history": [1.5, -2],
    "nothing": None,
    "device": torch.device("cpu"),
    "size": torch.Size([]),
    "dtype": torch.float32,
}
save("checkpoint.pt", checkpoint, tensors, notes)
save("tensor.pt", base, {"tensor": base})
save("list.pt", [base, (base[1:3],)], {"0": base, "1.0": base[1:3]})

# What must be refused, with the text that the error has.
refused = {}


class Command:
    def __reduce__(self):
        return os.system, ("touch /tmp/cuaderno-was-executed",)


torch.save({"weight": base, "command": Command()}, FOLDER / "command.pt")
refused["command.pt"] = "posix.system"
torch.save({"command": Command()}, FOLDER / "command_legacy.pt", _use_new_zipfile_serialization=False)
refused["command_legacy.pt"] = "posix.system"
torch.save(torch.nn.Linear(1, 1), FOLDER / "module.pt")
refused["module.pt"] = "torch.nn.modules.linear.Linear"
torch.save({"array": np.zeros(2)}, FOLDER / "array.pt")
refused["array.pt"] = "numpy._core.multiarray._reconstruct"
torch.save({"z": torch.zeros(2, dtype=torch.complex64)}, FOLDER / "complex.pt")
refused["complex.pt"] = "torch.ComplexFloatStorage"

# NumPy: every type in both orders of bytes, both orders of dims, every version.
small = np.array([[0, 1, 2], [100, 7, 0]])
for code in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]:
    for order, word in [("<", "little"), (">", "big")]:
        if order == ">" and code[1] == "1":
            continue
        array = small.astype(order + code)
        np.save(FOLDER / f"{code}_{word}.npy", array)
        expect(f"{code}_{word}.npy", {"": array})
cube = np.arange(24.0).reshape(2, 3, 4)
for name, array in {
    "fortran": np.asfortranarray(cube),
    "vector": np.arange(5.0),
    "number": np.array(2.5),
    "empty": np.zeros((0, 3)),
}.items():
    np.save(FOLDER / f"{name}.npy", array)
    expect(f"{name}.npy", {"": array})
for version in [(1, 0), (2, 0), (3, 0)]:
    file = f"version{version[0]}.npy"
    with open(FOLDER / file, "wb") as out:
        np.lib.format.write_array(out, cube, version=version)
    expect(file, {"": cube})
np.save(FOLDER / "objects.npy", np.array([{}, "x"], dtype=object))
refused["objects.npy"] = '"|O"'
np.save(FOLDER / "records.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i8")]))
refused["records.npy"] = "[('a', '<f4'), ('b', '<i8')]"
np.save(FOLDER / "large.npy", np.array([2**63], dtype=np.uint64))
refused["large.npy"] = "9223372036854775808"

arrays = {"x": cube, "y": small, "zeros": np.zeros((20, 20), dtype=np.float32), "ñ": np.array(True)}
np.savez(FOLDER / "stored.npz", **arrays)
np.savez_compressed(FOLDER / "compressed.npz", **arrays)
expect("stored.npz", arrays)
expect("compressed.npz", arrays)

versions = f"PyTorch {torch.__version__}, NumPy {np.__version__}, safetensors {safetensors.__version__}"
text = {"versions": versions, "expected": expected, "refused": refused}
(FOLDER / "expected.json").write_text(json.dumps(text, indent=0, ensure_ascii=False) + "\n")

# Ours, read by them.
if (FOLDER / "ours.npz").exists():
    theirs = dict(np.load(FOLDER / "ours.npz"))
    flat = safetensors.numpy.load_file(FOLDER / "ours.safetensors")
    also = safetensors.torch.load_file(FOLDER / "ours.safetensors")
    assert list(theirs) == ["turned", "whole", "half", "truth", "wide", "empty", "number", "ñ"], theirs
    assert set(theirs) == set(flat) == set(also)
    for name, array in theirs.items():
        for other in [flat[name], also[name].numpy()]:
            assert array.dtype == other.dtype, name
            assert np.array_equal(array, other, equal_nan=array.dtype.kind == "f"), name
    assert np.array_equal(theirs["turned"], np.arange(6, dtype="f4").reshape(2, 3).T)
    assert theirs["whole"].tolist() == [-(2**63), 2**63 - 1] and theirs["whole"].dtype == "i8"
    assert theirs["half"].tolist() == [0.5, 65504] and theirs["half"].dtype == "f2"
    assert theirs["truth"].tolist() == [[True, False, True]] and theirs["truth"].dtype == "?"
    assert theirs["wide"].tolist() == [0.1] and theirs["wide"].dtype == "f8"
    assert theirs["empty"].shape == (0, 3) and theirs["number"].shape == ()
    with safetensors.safe_open(FOLDER / "ours.safetensors", "np") as file:
        assert file.metadata() == {"a": "1", "ü": "\"x\"\n"}, file.metadata()
    print("ours are read as they were written")
print(versions, sum(f.stat().st_size for f in FOLDER.iterdir()), "bytes")
