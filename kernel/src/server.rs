//! The kernel's loop: requests in, replies and status out.

use crate::completeness;
use crate::executor::{Executor, Task};
use crate::history::History;
use crate::output::{Output, Owner};
use crate::preload::Workplace;
use crate::session::rust::RustSession;
use crate::session::{Cell, CellError, Completions, Start};
use crate::sockets::{self, Incoming, Senders};
use crate::wire;
use anyhow::Context as _;
use jupyter_protocol::{
    ConnectionInfo, ExecuteRequest, JupyterMessage, JupyterMessageContent as Content,
};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

/// How long a cell may take to react to an interrupt before its process is ended.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a cell that breaks the engine itself is told.
const LOST_SESSION: &str = "the kernel's engine failed on this cell; a new session begins with \
                            the next one, without variables and functions";

/// How long requests of the same "Run All" may take to arrive after the cell that failed.
const GRACE: Duration = Duration::from_millis(20);

/// Runs the kernel of a connection file until it is shut down.
///
/// # Errors
/// If the file can't be read or an address is in use.
///
/// # Safety
/// Changes the environment: no other thread may run yet.
pub unsafe fn run(connection_file: &Path) -> anyhow::Result<()> {
    let connection = read_connection(connection_file)?;
    // SAFETY: promised by the caller.
    let workplace = unsafe { Workplace::enter() };
    let folder = workplace.as_ref().ok().map(Workplace::folder);
    let start: Start = match workplace {
        Ok(workplace) => {
            let workplace = Arc::new(workplace);
            Box::new(move |events| RustSession::start(workplace.clone(), events))
        }
        Err(error) => {
            let text = format!("{error:#}");
            Box::new(move |_| Err(anyhow::anyhow!(text.clone())))
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let served = runtime.block_on(serve(connection, start));
    // The session's thread may still be busy; the process is about to end, and it with it.
    if let Some(folder) = folder {
        let _ = std::fs::remove_dir_all(folder);
    }
    served
}

fn read_connection(file: &Path) -> anyhow::Result<ConnectionInfo> {
    let text = std::fs::read(file)
        .with_context(|| format!("can't read the connection file {}", file.display()))?;
    serde_json::from_slice(&text)
        .with_context(|| format!("{} is no connection file", file.display()))
}

/// Serves a session on the sockets of a connection until it is shut down.
///
/// # Errors
/// If an address is in use.
pub async fn serve(connection: ConnectionInfo, start: Start) -> anyhow::Result<()> {
    let (senders, mut incoming) = sockets::bind(&connection).await?;
    sockets::announce(&senders);
    let (executor, events) = Executor::start(start);
    let asking: Arc<Mutex<Option<Asking>>> = Arc::default();
    let output = Output::start(
        events,
        {
            let iopub = senders.iopub.clone();
            Box::new(move |message| drop(iopub.send(message)))
        },
        {
            let (asking, senders, executor) = (asking.clone(), senders.clone(), executor.clone());
            Box::new(move || ask(&asking, &senders, &executor))
        },
    );
    let (queue, cells) = unbounded_channel();
    let server = Arc::new(Server {
        senders,
        executor,
        output,
        asking,
        history: Mutex::default(),
        count: AtomicUsize::new(0),
        running: AtomicU64::new(0),
    });
    tokio::spawn(server.clone().run_cells(cells));
    loop {
        tokio::select! {
            message = incoming.recv() => {
                let Some(message) = message else { return Ok(()) };
                if server.clone().handle(message, &queue) == Next::Stop {
                    // Replies are on their way; the sockets need a moment to hand them over.
                    server.executor.control(|control| control.kill());
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    return Ok(());
                }
            }
            _ = tokio::signal::ctrl_c() => server.interrupt(),
        }
    }
}

/// Who is asked when the running cell reads standard input.
struct Asking {
    request: Arc<JupyterMessage>,
    allowed: bool,
    /// Whether the cell waits for the answer.
    open: bool,
}

/// Asks the frontend whose cell is running for a line.
fn ask(asking: &Mutex<Option<Asking>>, senders: &Senders, executor: &Executor) {
    let mut asking = asking.lock().unwrap_or_else(PoisonError::into_inner);
    match &mut *asking {
        Some(asking) if asking.allowed => {
            asking.open = true;
            let content = json!({"prompt": "", "password": false});
            let request = wire::message("input_request", content, Some(&asking.request));
            // The sending task lives as long as the kernel.
            let _ = senders.stdin.send(request);
        }
        _ => executor.control(|control| control.input(None)),
    }
}

#[derive(PartialEq, Eq)]
enum Next {
    Go,
    Stop,
}

struct Server {
    senders: Senders,
    executor: Executor,
    output: Output,
    asking: Arc<Mutex<Option<Asking>>>,
    history: Mutex<History>,
    count: AtomicUsize,
    /// Number of the running execution, odd while it runs.
    running: AtomicU64,
}

/// What is still to be sent of a cell that has run.
struct Finish {
    failed: bool,
    reply: JupyterMessage,
    idle: JupyterMessage,
}

type Cells = UnboundedReceiver<(JupyterMessage, ExecuteRequest)>;

impl Server {
    fn handle(
        self: Arc<Self>,
        incoming: Incoming,
        queue: &UnboundedSender<(JupyterMessage, ExecuteRequest)>,
    ) -> Next {
        match incoming {
            Incoming::Stdin(message) => {
                if let Content::InputReply(reply) = &message.content {
                    self.executor
                        .control(|control| control.input(Some(&reply.value)));
                }
                Next::Go
            }
            Incoming::Control(message) => {
                let senders = self.senders.clone();
                self.answer(message, move |reply| drop(senders.control.send(reply)))
            }
            Incoming::Shell(message) => {
                if let Content::ExecuteRequest(request) = &message.content {
                    let request = request.clone();
                    // The receiver lives as long as the kernel.
                    let _ = queue.send((message, request));
                    return Next::Go;
                }
                let senders = self.senders.clone();
                self.answer(message, move |reply| drop(senders.shell.send(reply)))
            }
        }
    }

    fn publish(&self, message: JupyterMessage) {
        // The publishing task lives as long as the kernel.
        let _ = self.senders.iopub.send(message);
    }

    /// Answers everything but a cell: at once, whether a cell runs or not.
    fn answer(
        self: Arc<Self>,
        message: JupyterMessage,
        reply: impl Fn(JupyterMessage) + Send + 'static,
    ) -> Next {
        self.publish(wire::status("busy", Some(&message)));
        let mut next = Next::Go;
        let mut answer = None;
        match &message.content {
            Content::KernelInfoRequest(_) => {
                answer = Some(("kernel_info_reply", wire::kernel_info()));
            }
            Content::IsCompleteRequest(request) => {
                let content = wire::is_complete_reply(completeness::of(&request.code));
                answer = Some(("is_complete_reply", content));
            }
            Content::HistoryRequest(request) => {
                let request = serde_json::to_value(request).unwrap_or_default();
                let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
                answer = Some(("history_reply", history.reply(&request)));
            }
            Content::CommInfoRequest(_) => {
                answer = Some(("comm_info_reply", json!({"status": "ok", "comms": {}})));
            }
            Content::CommOpen(open) => {
                // No comm target is known here; the protocol wants it closed at once.
                let content = json!({"comm_id": open.comm_id, "data": {}});
                self.publish(wire::broadcast("comm_close", content, Some(&message)));
            }
            Content::CompleteRequest(request) => {
                let (code, at) = (request.code.clone(), request.cursor_pos);
                tokio::spawn(self.complete(message, code, at, reply));
                return Next::Go;
            }
            Content::InspectRequest(request) => {
                let (code, at) = (request.code.clone(), request.cursor_pos);
                tokio::spawn(self.inspect(message, code, at, reply));
                return Next::Go;
            }
            Content::InterruptRequest(_) => {
                self.clone().interrupt();
                answer = Some(("interrupt_reply", json!({"status": "ok"})));
            }
            Content::ShutdownRequest(request) => {
                let content = json!({"status": "ok", "restart": request.restart});
                self.publish(wire::broadcast(
                    "shutdown_reply",
                    content.clone(),
                    Some(&message),
                ));
                answer = Some(("shutdown_reply", content));
                next = Next::Stop;
            }
            _ => {}
        }
        if let Some((kind, content)) = answer {
            reply(wire::message(kind, content, Some(&message)));
        }
        self.publish(wire::status("idle", Some(&message)));
        next
    }

    async fn complete(
        self: Arc<Self>,
        message: JupyterMessage,
        code: String,
        cursor: usize,
        reply: impl Fn(JupyterMessage) + Send,
    ) {
        let at = wire::byte_offset(&code, cursor);
        let nothing = Completions {
            start: at,
            end: at,
            matches: Vec::new(),
        };
        let found = self
            .ask_session(|answer| Task::Complete(code.clone(), at, answer))
            .await;
        let content = wire::complete_reply(&code, &found.unwrap_or(nothing));
        reply(wire::message("complete_reply", content, Some(&message)));
        self.publish(wire::status("idle", Some(&message)));
    }

    async fn inspect(
        self: Arc<Self>,
        message: JupyterMessage,
        code: String,
        cursor: usize,
        reply: impl Fn(JupyterMessage) + Send,
    ) {
        let at = wire::byte_offset(&code, cursor);
        let found = self
            .ask_session(|answer| Task::Inspect(code.clone(), at, answer))
            .await;
        let data = found.flatten();
        let content = json!({
            "status": "ok", "found": data.is_some(), "data": data.unwrap_or_default(),
            "metadata": {},
        });
        reply(wire::message("inspect_reply", content, Some(&message)));
        self.publish(wire::status("idle", Some(&message)));
    }

    /// The session's answer, or none while it is busy with a cell.
    async fn ask_session<T>(&self, task: impl FnOnce(oneshot::Sender<T>) -> Task) -> Option<T> {
        if self.executor.is_busy() {
            return None;
        }
        let (answer, wait) = oneshot::channel();
        self.executor.submit(task(answer));
        wait.await.ok()
    }

    /// Hands a line to the cell that waits for one.
    fn answer_input(&self, line: Option<&str>) {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if asking
            .as_mut()
            .is_some_and(|asking| std::mem::take(&mut asking.open))
        {
            self.executor.control(|control| control.input(line));
        }
    }

    fn interrupt(self: &Arc<Self>) {
        self.executor.interrupt();
        // A cell that waits for a line gets none.
        self.answer_input(None);
        let (server, execution) = (self.clone(), self.running.load(Ordering::SeqCst));
        if execution % 2 == 1 {
            tokio::spawn(async move {
                tokio::time::sleep(PATIENCE).await;
                if server.running.load(Ordering::SeqCst) == execution {
                    server.executor.control(|control| control.kill());
                }
            });
        }
    }

    /// Runs cells one after the other.
    async fn run_cells(self: Arc<Self>, mut cells: Cells) {
        while let Some((message, request)) = cells.recv().await {
            let stop_on_error = request.stop_on_error;
            let finish = self.run_cell(message, request).await;
            let mut aborted = Vec::new();
            if finish.failed && stop_on_error {
                // Whatever "Run All" has sent so far, with a moment for what is still on its way.
                // Before the reply: what is sent after it is a new beginning.
                tokio::time::sleep(GRACE).await;
                while let Ok((message, _)) = cells.try_recv() {
                    aborted.push(message);
                }
            }
            // The sending task lives as long as the kernel.
            let _ = self.senders.shell.send(finish.reply);
            self.publish(finish.idle);
            for message in aborted {
                self.abort(message);
            }
        }
    }

    fn abort(&self, message: JupyterMessage) {
        self.publish(wire::status("busy", Some(&message)));
        let content = json!({
            "status": "aborted", "execution_count": self.count.load(Ordering::SeqCst),
            "payload": [], "user_expressions": {},
        });
        // The sending task lives as long as the kernel.
        let _ = self
            .senders
            .shell
            .send(wire::message("execute_reply", content, Some(&message)));
        self.publish(wire::status("idle", Some(&message)));
    }

    async fn run_cell(
        self: &Arc<Self>,
        message: JupyterMessage,
        request: ExecuteRequest,
    ) -> Finish {
        let message = Arc::new(message);
        self.publish(wire::status("busy", Some(&message)));
        let blank = request.code.trim().is_empty();
        let stored = request.store_history && !request.silent && !blank;
        let count = self.count.load(Ordering::SeqCst) + usize::from(!request.silent && !blank);
        if stored {
            self.count.store(count, Ordering::SeqCst);
            let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
            history.push(count, &request.code);
        }
        if !request.silent {
            let content = json!({"code": request.code, "execution_count": count});
            self.publish(wire::broadcast("execute_input", content, Some(&message)));
        }
        let result = if blank {
            Ok(())
        } else {
            self.execute(&message, &request, count).await
        };
        let content = match &result {
            Ok(()) => {
                let expressions = self.evaluate(&request).await;
                wire::execute_reply(Ok(expressions), count)
            }
            Err(error) => {
                if !request.silent {
                    self.publish(wire::error(error, Some(&message)));
                }
                wire::execute_reply(Err(error), count)
            }
        };
        Finish {
            failed: result.is_err(),
            reply: wire::message("execute_reply", content, Some(&message)),
            idle: wire::status("idle", Some(&message)),
        }
    }

    async fn execute(
        self: &Arc<Self>,
        message: &Arc<JupyterMessage>,
        request: &ExecuteRequest,
        count: usize,
    ) -> Result<(), CellError> {
        *self.asking.lock().unwrap_or_else(PoisonError::into_inner) = Some(Asking {
            request: message.clone(),
            allowed: request.allow_stdin,
            open: false,
        });
        let owner = Owner {
            request: message.clone(),
            count,
            silent: request.silent,
        };
        self.flush_output(move |output| output.begin(owner)).await;
        let cell = Cell {
            code: request.code.clone(),
            number: count,
            id: message.metadata["cellId"].as_str().map(str::to_owned),
        };
        let (answer, wait) = oneshot::channel();
        self.running.fetch_add(1, Ordering::SeqCst);
        self.executor.submit(Task::Execute(cell, answer));
        let result = wait.await;
        self.running.fetch_add(1, Ordering::SeqCst);
        self.flush_output(|output| output.flush()).await;
        result.unwrap_or_else(|_| {
            Err(CellError {
                name: "KernelError".to_owned(),
                value: LOST_SESSION.to_owned(),
                traceback: vec![LOST_SESSION.to_owned()],
            })
        })
    }

    async fn flush_output(self: &Arc<Self>, act: impl FnOnce(&Output) + Send + 'static) {
        let server = self.clone();
        // Sending may wait for its pace: not on a thread that serves sockets.
        let _ = tokio::task::spawn_blocking(move || act(&server.output)).await;
    }

    async fn evaluate(&self, request: &ExecuteRequest) -> Map<String, Value> {
        let mut values = Map::new();
        for (name, expression) in request.user_expressions.iter().flatten() {
            let (answer, wait) = oneshot::channel();
            self.executor
                .submit(Task::Evaluate(expression.clone(), answer));
            let value = match wait.await {
                Ok(Ok(data)) => json!({"status": "ok", "data": data, "metadata": {}}),
                Ok(Err(error)) => {
                    let mut content = wire::error_fields(&error);
                    content["status"] = json!("error");
                    content
                }
                Err(_) => continue,
            };
            values.insert(name.clone(), value);
        }
        values
    }
}
