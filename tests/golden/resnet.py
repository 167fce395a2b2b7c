"""Writes tests/golden/resnet: a narrow residual network's weights as PyTorch writes them, and its logits.

Run with torchvision 0.24.0, PyTorch 2.9.0 and safetensors on Python 3.11: python tests/golden/resnet.py
runtime/tests/models.rs loads each file into our network, and compares.

The network is torchvision's ResNet-18 with 2 channels in the place of 64, so that the files are small.
Its weights and running statistics are random.

    python tests/golden/resnet.py --full DIR

writes the same for ResNet-18 itself into a folder (93 MB, not for git), and
`cargo run -p cuaderno --example resnet18_logits -- DIR` compares our logits with those there.
"""

import sys
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from torch import nn
from torchvision.models import resnet18
from torchvision.models.resnet import BasicBlock, ResNet


class Narrow(ResNet):
    """torchvision's class with another number of channels, which its constructor does not offer."""

    def __init__(self, width, num_classes):
        super().__init__(BasicBlock, [2, 2, 2, 2], num_classes)
        self.inplanes = width
        self.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = self._make_layer(BasicBlock, width, 2)
        self.layer2 = self._make_layer(BasicBlock, width * 2, 2, stride=2)
        self.layer3 = self._make_layer(BasicBlock, width * 4, 2, stride=2)
        self.layer4 = self._make_layer(BasicBlock, width * 8, 2, stride=2)
        self.fc = nn.Linear(width * 8, num_classes)


def scrambled(model):
    """Running statistics and factors that differ from those of a new network."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
            module.num_batches_tracked.fill_(7)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
    return model


def write(folder, model, pictures):
    folder.mkdir(exist_ok=True)
    state = model.state_dict()
    torch.save(state, folder / "zip.pth")
    torch.save(state, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    safetensors.torch.save_file(state, folder / "weights.safetensors")
    with torch.no_grad():
        logits = model.eval()(pictures)
        trained = model.train()(pictures)
    arrays = {"pictures": pictures, "eval": logits, "train": trained}
    np.savez(folder / "logits.npz", **{name: x.numpy() for name, x in arrays.items()})
    for path in sorted(folder.iterdir()):
        print(path, path.stat().st_size // 1024, "KB")
    print(len(state), "entries,", sum(p.numel() for p in model.parameters()), "parameters")


torch.manual_seed(18)
if len(sys.argv) == 3 and sys.argv[1] == "--full":
    write(Path(sys.argv[2]), scrambled(resnet18()), torch.rand(4, 3, 224, 224))
else:
    write(Path(__file__).with_name("resnet"), scrambled(Narrow(2, 5)), torch.rand(2, 3, 40, 56))
