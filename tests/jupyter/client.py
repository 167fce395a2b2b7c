"""A Jupyter client that a test can hold a dialogue with.

`Kernel` starts a kernel by its kernelspec, as JupyterLab does. `Kernel.run(code)` returns an
`Execution`: all that came for that one request, in the order of its arrival. Every message, of
every test, is checked against the message schemas of `jupyter_kernel_test`, and every finished
execution against the rules that hold for all of them (see `Execution.check`).
"""

import base64
import os
import re
import time
import uuid

import psutil
import zmq
from jupyter_client.manager import KernelManager
from jupyter_kernel_test.msgspec_v5 import validate_message

KERNEL = os.environ.get("CUADERNO_KERNEL", "cuaderno")
# Ready and its first cell run: seconds here, but a changed runtime is compiled at that point.
START_LIMIT = float(os.environ.get("CUADERNO_START_LIMIT", "300"))
CELL_LIMIT = 60


def plain(text):
    """`text` without colours."""
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)


class Execution:
    """One execute_request and everything that came for it."""

    def __init__(self, kernel, msg_id, content):
        self.kernel = kernel
        self.msg_id = msg_id
        self.request = content
        self.sent_at = time.monotonic()
        self.reply = None
        self.messages = []  # iopub, in order
        self.prompts = []  # text of each input_request

    # -- what came ---------------------------------------------------------------------------

    @property
    def status(self):
        return self.reply["content"]["status"]

    @property
    def count(self):
        return self.reply["content"].get("execution_count")

    @property
    def outputs(self):
        """What a notebook would show: the messages without `status` and `execute_input`."""
        return [m for m in self.messages if m["msg_type"] not in ("status", "execute_input")]

    @property
    def kinds(self):
        return [m["msg_type"] for m in self.outputs]

    def of(self, msg_type):
        return [m["content"] for m in self.messages if m["msg_type"] == msg_type]

    def stream(self, name):
        return "".join(c["text"] for c in self.of("stream") if c["name"] == name)

    @property
    def stdout(self):
        return self.stream("stdout")

    @property
    def stderr(self):
        return self.stream("stderr")

    @property
    def result(self):
        """text/plain of the cell's value, or None."""
        results = self.of("execute_result")
        assert len(results) <= 1, results
        return results[0]["data"].get("text/plain") if results else None

    @property
    def displays(self):
        """The mime bundles shown, the cell's value included."""
        shown = ("display_data", "execute_result")
        return [m["content"]["data"] for m in self.messages if m["msg_type"] in shown]

    @property
    def error(self):
        """The one `error` message."""
        errors = self.of("error")
        assert len(errors) == 1, f"{len(errors)} error messages for {self.request['code']!r}: {self}"
        return errors[0]

    @property
    def traceback(self):
        """The error as a student reads it, without colours."""
        return plain("\n".join(self.error["traceback"]))

    @property
    def seconds(self):
        return self.reply["received_at"] - self.sent_at

    def arrival(self, text):
        """Seconds from the request to the first stream message that contains `text`."""
        for message in self.messages:
            if message["msg_type"] == "stream" and text in message["content"]["text"]:
                return message["received_at"] - self.sent_at
        raise AssertionError(f"{text!r} was never printed: {self}")

    def __repr__(self):
        shown = [
            f"{m['msg_type']}: {plain(str(m['content']))[:600]}" for m in self.outputs[:20]
        ]
        return "\n  ".join([f"In: {self.request['code'][:400]!r}", *shown, f"reply: {self.reply and self.reply['content']}"])

    # -- what always holds -------------------------------------------------------------------

    @property
    def finished(self):
        states = self.of("status")
        return self.reply is not None and bool(states) and states[-1]["execution_state"] == "idle"

    def check(self):
        """The rules of the messaging specification for one execution."""
        states = [c["execution_state"] for c in self.of("status")]
        assert states == ["busy", "idle"], (states, self)
        assert self.messages[0]["msg_type"] == "status", self.messages[0]
        assert self.messages[-1]["msg_type"] == "status", self.messages[-1]
        assert self.reply["parent_header"]["msg_id"] == self.msg_id
        assert self.status in ("ok", "error", "aborted"), self.reply["content"]

        inputs = self.of("execute_input")
        if self.request["silent"] or self.status == "aborted":
            assert inputs == [], inputs
        else:
            assert len(inputs) == 1, self
            assert inputs[0]["code"] == self.request["code"]
            assert self.messages[1]["msg_type"] == "execute_input", self
            assert inputs[0]["execution_count"] == self.count, self

        errors = self.of("error")
        if self.status == "error":
            assert len(errors) == (0 if self.request["silent"] else 1), self
            for error in errors:
                for key in ("ename", "evalue", "traceback"):
                    assert self.reply["content"][key] == error[key], key
                assert error["ename"], error
                assert error["traceback"], error
        else:
            assert errors == [], self


class Kernel:
    """A running kernel, with the five channels open."""

    def __init__(self, name=KERNEL, wait=True, **launch):
        self.name = name
        self.manager = KernelManager(kernel_name=name, **launch.pop("manager", {}))
        self.manager.start_kernel(**launch)
        self.executions = {}
        self.replies = {}
        self.strays = []  # iopub messages of no execution of ours
        self.connect()
        if wait:
            self.wait_until_ready()

    def connect(self):
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.session = self.client.session
        self.poller = zmq.Poller()
        for channel in ("iopub", "shell", "stdin", "control"):
            self.poller.register(self._socket(channel), zmq.POLLIN)

    def wait_until_ready(self):
        try:
            self.client.wait_for_ready(timeout=START_LIMIT)
        except RuntimeError:
            self.manager.shutdown_kernel(now=True)
            raise

    def _socket(self, channel):
        return getattr(self.client, f"{channel}_channel").socket

    @property
    def process(self):
        return psutil.Process(self.manager.provisioner.pid)

    def family(self):
        """The kernel's process and all below it."""
        return [self.process, *self.process.children(recursive=True)]

    # -- cells -------------------------------------------------------------------------------

    def submit(self, code, cell=None, silent=False, store_history=True, stop_on_error=True,
               user_expressions=None, allow_stdin=False):
        """Sends an execute_request; `cell` is the id JupyterLab gives a cell."""
        content = {
            "code": code,
            "silent": silent,
            "store_history": store_history,
            "user_expressions": user_expressions or {},
            "allow_stdin": allow_stdin,
            "stop_on_error": stop_on_error,
        }
        message = self.session.msg("execute_request", content)
        if cell is not None:
            message["metadata"]["cellId"] = cell
        execution = Execution(self, message["header"]["msg_id"], content)
        self.executions[execution.msg_id] = execution
        self.client.shell_channel.send(message)
        return execution

    def finish(self, execution, answers=(), limit=CELL_LIMIT):
        """Waits for the end of `execution`, answering each of its prompts in turn."""
        answers = list(answers)

        def ended():
            while len(execution.prompts) > 0 and answers and not execution.prompts[-1].answered:
                execution.prompts[-1].answered = True
                self.client.input(answers.pop(0))
            return execution.finished

        self.wait_for(ended, limit, execution)
        execution.check()
        return execution

    def run(self, code, answers=(), limit=CELL_LIMIT, **request):
        request.setdefault("allow_stdin", bool(answers))
        return self.finish(self.submit(code, **request), answers, limit)

    def ok(self, code, **request):
        """Runs a cell that must work."""
        execution = self.run(code, **request)
        assert execution.status == "ok", f"{execution.traceback if execution.of('error') else execution}"
        return execution

    def fails(self, code, **request):
        """Runs a cell that must fail."""
        execution = self.run(code, **request)
        assert execution.status == "error", execution
        return execution

    def wait_for(self, condition, limit=CELL_LIMIT, about=None):
        deadline = time.monotonic() + limit
        while not condition():
            left = deadline - time.monotonic()
            assert left > 0, f"not within {limit} s: {about}"
            self._receive(min(left, 1.0))

    def listen(self, seconds):
        """Takes in what comes during the next `seconds`."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._receive(left)

    # -- other requests ----------------------------------------------------------------------

    def ask(self, msg_type, content=None, channel="shell", limit=CELL_LIMIT):
        """Sends any request and returns the content of its reply."""
        message = self.session.msg(msg_type, content or {})
        getattr(self.client, f"{channel}_channel").send(message)
        msg_id = message["header"]["msg_id"]
        sent_at = time.monotonic()
        self.wait_for(lambda: msg_id in self.replies, limit, (msg_type, content))
        reply = self.replies.pop(msg_id)
        assert reply["msg_type"] == msg_type.replace("_request", "_reply")
        self.last_reply_seconds = reply["received_at"] - sent_at
        return reply["content"]

    def complete(self, code, cursor=None):
        cursor = len(code) if cursor is None else cursor
        return self.ask("complete_request", {"code": code, "cursor_pos": cursor})

    def inspect(self, code, cursor=None, detail_level=0):
        cursor = len(code) if cursor is None else cursor
        return self.ask(
            "inspect_request",
            {"code": code, "cursor_pos": cursor, "detail_level": detail_level},
        )

    def history(self, access, output=False, **more):
        content = {"hist_access_type": access, "output": output, "raw": True, **more}
        return self.ask("history_request", content)["history"]

    def interrupt(self):
        """What JupyterLab's stop button does."""
        self.manager.interrupt_kernel()

    def restart(self):
        self.client.stop_channels()
        self.manager.restart_kernel()
        self.executions.clear()
        self.connect()
        self.wait_until_ready()

    def close(self):
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel()
        self.manager.cleanup_resources()

    # -- receiving ---------------------------------------------------------------------------

    def _receive(self, seconds):
        ready = dict(self.poller.poll(int(seconds * 1000) + 1))
        for channel in ("iopub", "shell", "stdin", "control"):
            socket = self._socket(channel)
            if socket not in ready:
                continue
            while True:
                _, message = self.session.recv(socket, mode=zmq.NOBLOCK)
                if message is None:
                    break
                self._file(channel, message)

    def _file(self, channel, message):
        message["received_at"] = time.monotonic()
        # The schemas do not know "aborted", nor comm_close, and take
        # `password` of an input_request for a number.
        known = message["content"].get("status") != "aborted"
        if known and message["msg_type"] not in ("input_request", "comm_close"):
            validate_message(message)
        parent = message["parent_header"].get("msg_id")
        execution = self.executions.get(parent)
        if channel == "stdin":
            assert execution is not None, message
            execution.prompts.append(Prompt(message["content"]))
        elif channel == "iopub":
            (execution.messages if execution else self.strays).append(message)
        elif execution is not None:
            assert execution.reply is None, f"a second reply: {message['content']}"
            execution.reply = message
        else:
            self.replies[parent] = message


class Prompt:
    """A question the kernel asked on the stdin channel."""

    def __init__(self, content):
        self.text = content["prompt"]
        self.password = content["password"]
        self.answered = False


def notebook_outputs(execution):
    """What a frontend stores of `execution`: streams joined, displays updated, output cleared."""
    outputs = []
    clear_next = False
    for message in execution.outputs:
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            if content["wait"]:
                clear_next = True
            else:
                outputs.clear()
            continue
        display_id = content.get("transient", {}).get("display_id")
        if kind == "update_display_data":
            for output in outputs:
                if output["display_id"] == display_id:
                    output["data"] = content["data"]
            continue
        if clear_next:
            outputs.clear()
            clear_next = False
        if kind == "stream":
            if outputs and outputs[-1].get("name") == content["name"]:
                outputs[-1]["text"] += content["text"]
                continue
            outputs.append({"kind": kind, "display_id": None, **content})
        else:
            outputs.append({"kind": kind, "display_id": display_id, **content})
    return outputs


def gone(processes, limit=10):
    """Waits until none of `processes` runs; returns those that still do."""
    _, alive = psutil.wait_procs(processes, timeout=limit)
    return [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def new_cell_id():
    return str(uuid.uuid4())


def is_png(text):
    return base64.b64decode(text).startswith(b"\x89PNG\r\n")
