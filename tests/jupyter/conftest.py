"""Fixtures of the tests that drive the kernel from outside."""

import pytest
from client import KERNEL, Kernel
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel


def pytest_configure(config):
    try:
        KernelSpecManager().get_kernel_spec(KERNEL)
    except NoSuchKernel:
        raise pytest.UsageError(
            f"Jupyter knows no kernel '{KERNEL}'. `cargo verify` registers ours in .venv and runs "
            "these tests with .venv's Python; CUADERNO_KERNEL names another one."
        ) from None


def pytest_collection_modifyitems(items):
    # Of the files that `cargo verify` runs side by side, the one that takes longest begins first.
    items.sort(key=lambda item: item.path.stem != "test_stock")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """One kernel for all tests of a file: they leave it in working order."""
    kernel = Kernel(cwd=str(tmp_path_factory.mktemp("notebook")))
    yield kernel
    kernel.close()


@pytest.fixture
def start():
    """Starts kernels that are the test's own and ends them after it."""
    started = []

    def start_kernel(**options):
        kernel = Kernel(**options)
        started.append(kernel)
        return kernel

    yield start_kernel
    for kernel in started:
        kernel.close()
