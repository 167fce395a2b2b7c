"""A lesson in a real JupyterLab, in headless Chromium, as a newcomer sees it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from client import KERNEL
from playwright.sync_api import sync_playwright

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
LESSON = "04_linear_regression.ipynb"
CHROMIUM = os.environ.get("CUADERNO_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RUN_LIMIT = 300

# Notes every picture that a cell shows while it runs, as the page changes.
WATCH = """
() => {
  window.seen = {};
  const note = () => {
    document.querySelectorAll('.jp-CodeCell').forEach((cell, number) => {
      const prompt = cell.querySelector('.jp-InputArea-prompt');
      if (!prompt || !prompt.textContent.includes('*')) return;
      cell.querySelectorAll('.jp-OutputArea-output img, .jp-OutputArea-output svg').forEach(picture => {
        const pictures = (window.seen[number] ||= []);
        const drawn = picture.src || picture.outerHTML;
        if (pictures[pictures.length - 1] !== drawn) pictures.push(drawn);
      });
    });
  };
  new MutationObserver(note).observe(document.body, {subtree: true, childList: true, attributes: true});
}
"""

PROMPTS = "() => [...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')].map(p => p.textContent)"

ERRORS = """
() => [...document.querySelectorAll(
  '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]'
)].map(e => e.textContent)
"""

PICTURES = """
() => [...document.querySelectorAll('.jp-OutputArea-output img, .jp-OutputArea-output svg')].map(p => {
  const box = p.getBoundingClientRect();
  const page = p.closest('.jp-OutputArea-output').getBoundingClientRect();
  return {
    width: box.width, height: box.height, alt: p.alt, cut: box.right > page.right + 1,
    loaded: p.tagName !== 'IMG' || (p.complete && p.naturalWidth > 0),
  };
})
"""

# The colour of each token of the code cells, by its text; `plain` is the editor's own colour.
COLOURS = """
() => {
  const colours = {};
  document.querySelectorAll('.jp-CodeCell .cm-content').forEach(editor => {
    colours.plain = getComputedStyle(editor).color;
    editor.querySelectorAll('.cm-line span').forEach(token => {
      colours[token.textContent.trim()] = getComputedStyle(token).color;
    });
  });
  return colours;
}
"""


@pytest.fixture(scope="module")
def chromium():
    if not Path(CHROMIUM).exists():
        message = (
            f"the browser test needs Chromium, and {CHROMIUM} is not there: "
            "`apt-get install chromium`, or set CUADERNO_CHROMIUM to the browser's path"
        )
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory):
    folder = os.environ.get("CUADERNO_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    print(f"screenshots are in {folder}")
    return folder


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a copy of the lessons, with settings of its own."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(LESSONS, home / "lessons")
    settings = home / "settings"
    quiet = settings / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (home / "lab.log").open("w")
    server = subprocess.Popen(
        [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
            "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
            "--IdentityProvider.token=", f"--ServerApp.root_dir={home / 'lessons'}",
        ],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(settings),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        },
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for_server(address, server, home / "lab.log")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for_server(address, server, log, limit=60):
    deadline = time.monotonic() + limit
    while True:
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)


def choose_kernel(page):
    """Answers JupyterLab's "Select Kernel" dialog, if it comes."""
    dialog = page.locator(".jp-Dialog:has-text('Select Kernel')")
    try:
        dialog.wait_for(timeout=3000)
    except Exception:
        return
    dialog.locator("select").select_option(label=re.compile("Cuaderno"))
    dialog.locator("button.jp-mod-accept").click()


@pytest.fixture(scope="module")
def finished(lab, chromium, screenshots):
    """The page of the lesson after Run All, and the pictures it showed on the way."""
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(f"{lab}/lab/tree/{LESSON}?reset")
    page.locator(".jp-CodeCell").first.wait_for(timeout=60_000)
    choose_kernel(page)
    page.locator(".jp-NotebookPanel-toolbar .jp-Toolbar-kernelName").wait_for()
    page.wait_for_function(
        "() => document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'",
        timeout=120_000,
    )
    page.evaluate(WATCH)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()

    deadline = time.monotonic() + RUN_LIMIT
    live = False
    while True:
        prompts = page.evaluate(PROMPTS)
        if not live and page.evaluate("() => Object.values(window.seen).some(p => p.length > 2)"):
            live = True
            page.screenshot(path=screenshots / "while_training.png")
        if not any("*" in p for p in prompts) and any(c.isdigit() for c in "".join(prompts)):
            break
        assert time.monotonic() < deadline, prompts
        page.wait_for_timeout(100)
    page.wait_for_timeout(500)  # the last pictures are decoded
    page.screenshot(path=screenshots / "finished.png")
    whole_notebook(page, screenshots)
    yield page
    page.close()


def whole_notebook(page, screenshots):
    """One picture of each part of the notebook, by scrolling through it."""
    scroller = page.locator(".jp-WindowedPanel-outer")
    height, step = scroller.evaluate("e => [e.scrollHeight, e.clientHeight]")
    for part, top in enumerate(range(0, height, step)):
        scroller.evaluate("(e, top) => e.scrollTo(0, top)", top)
        page.wait_for_timeout(200)
        page.screenshot(path=screenshots / f"part_{part:02}.png")
    scroller.evaluate("e => e.scrollTo(0, 0)")


def test_the_notebook_opens_in_our_kernel(finished):
    name = finished.locator(".jp-NotebookPanel-toolbar .jp-Toolbar-kernelName").inner_text()
    if KERNEL == "cuaderno":
        assert name == "Rust (Cuaderno)"


def test_every_cell_ran_and_none_failed(finished):
    assert finished.evaluate(ERRORS) == []
    prompts = finished.evaluate(PROMPTS)
    assert prompts == [f"[{n}]:" for n in range(1, len(prompts) + 1)]


def test_code_is_highlighted(finished):
    colours = finished.evaluate(COLOURS)
    assert colours["let"] != colours["plain"], "keywords have a colour of their own"
    assert len(set(colours.values())) >= 3, colours


def test_the_loss_curve_moved_while_training_ran(finished):
    seen = finished.evaluate("() => Object.values(window.seen).map(p => new Set(p).size)")
    assert max(seen, default=0) >= 3, f"different pictures per cell while it ran: {seen}"


def test_the_pictures_are_on_the_page(finished):
    pictures = finished.evaluate(PICTURES)
    large = [p for p in pictures if p["width"] > 150 and p["height"] > 100]
    assert large and all(p["loaded"] for p in large), pictures
    assert not any(p["cut"] for p in pictures), "a picture is wider than the page"


def test_who_cannot_see_a_picture_hears_what_it_shows(finished):
    pictures = finished.evaluate(PICTURES)
    assert pictures and all(p["alt"] for p in pictures), pictures
