//! The kernel's loop: requests in, replies and status out.

use crate::completeness;
use crate::executor::{Executor, Task};
use crate::history::History;
use crate::output::{Output, Owner};
use crate::preload::Workplace;
use crate::session::rust::RustSession;
use crate::session::{Cell, CellError, Completions, Start};
use crate::sockets::{self, Connection, Incoming, Senders};
use crate::wire::{self, Message};
use anyhow::Context as _;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

/// How long a cell may take to react to an interrupt before its process is ended.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a completion waits for a cell that is about to end.
const WAITING: Duration = Duration::from_millis(150);

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

fn read_connection(file: &Path) -> anyhow::Result<Connection> {
    let text = std::fs::read(file)
        .with_context(|| format!("can't read the connection file {}", file.display()))?;
    serde_json::from_slice(&text)
        .with_context(|| format!("{} is no connection file", file.display()))
}

/// Serves a session on the sockets of a connection until it is shut down.
///
/// # Errors
/// If an address is in use.
pub async fn serve(connection: Connection, start: Start) -> anyhow::Result<()> {
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
    let orphaned = wait_for_parent_death();
    tokio::pin!(orphaned);
    loop {
        tokio::select! {
            () = &mut orphaned => {
                server.executor.control(|control| control.kill());
                return Ok(());
            }
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

/// Comes to an end when the Jupyter that started this kernel has died.
async fn wait_for_parent_death() {
    // SAFETY: only asks.
    let parent = || unsafe { libc::getppid() };
    let told = std::env::var("JPY_PARENT_PID")
        .ok()
        .and_then(|pid| pid.parse().ok());
    if told != Some(parent()) {
        // Started in another way: nobody whose end would be this kernel's.
        return std::future::pending().await;
    }
    while told == Some(parent()) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Who is asked when the running cell reads standard input.
struct Asking {
    request: Arc<Message>,
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
    reply: Message,
    idle: Message,
}

type Cells = UnboundedReceiver<Message>;

impl Server {
    fn handle(self: Arc<Self>, incoming: Incoming, queue: &UnboundedSender<Message>) -> Next {
        match incoming {
            Incoming::Stdin(message) => {
                if message.kind() == "input_reply" {
                    self.answer_input(Some(message.text("value")));
                }
                Next::Go
            }
            Incoming::Control(message) => {
                let senders = self.senders.clone();
                self.answer(message, move |reply| drop(senders.control.send(reply)))
            }
            Incoming::Shell(message) => {
                if message.kind() == "execute_request" {
                    // The receiver lives as long as the kernel.
                    let _ = queue.send(message);
                    return Next::Go;
                }
                let senders = self.senders.clone();
                self.answer(message, move |reply| drop(senders.shell.send(reply)))
            }
        }
    }

    fn publish(&self, message: Message) {
        // The publishing task lives as long as the kernel.
        let _ = self.senders.iopub.send(message);
    }

    /// Answers everything but a cell: at once, whether a cell runs or not.
    fn answer(self: Arc<Self>, message: Message, reply: impl Fn(Message) + Send + 'static) -> Next {
        self.publish(wire::status("busy", Some(&message)));
        let mut next = Next::Go;
        let mut answer = None;
        match message.kind() {
            "kernel_info_request" => {
                answer = Some(("kernel_info_reply", wire::kernel_info()));
            }
            "is_complete_request" => {
                let content = wire::is_complete_reply(completeness::of(message.text("code")));
                answer = Some(("is_complete_reply", content));
            }
            "history_request" => {
                let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
                answer = Some(("history_reply", history.reply(&message.content)));
            }
            "comm_info_request" => {
                answer = Some(("comm_info_reply", json!({"status": "ok", "comms": {}})));
            }
            "comm_open" => {
                // No comm target is known here; the protocol wants it closed at once.
                let content = json!({"comm_id": message.content["comm_id"], "data": {}});
                self.publish(wire::broadcast("comm_close", content, Some(&message)));
            }
            "complete_request" => {
                tokio::spawn(self.complete(message, reply));
                return Next::Go;
            }
            "inspect_request" => {
                tokio::spawn(self.inspect(message, reply));
                return Next::Go;
            }
            "interrupt_request" => {
                self.clone().interrupt();
                answer = Some(("interrupt_reply", json!({"status": "ok"})));
            }
            "shutdown_request" => {
                let content = json!({"status": "ok", "restart": message.flag("restart", false)});
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

    async fn complete(self: Arc<Self>, message: Message, reply: impl Fn(Message) + Send) {
        let code = message.text("code").to_owned();
        let at = wire::byte_offset(&code, message.position("cursor_pos"));
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

    async fn inspect(self: Arc<Self>, message: Message, reply: impl Fn(Message) + Send) {
        let code = message.text("code").to_owned();
        let at = wire::byte_offset(&code, message.position("cursor_pos"));
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

    /// The session's answer, or none while it is busy with a cell that takes longer.
    async fn ask_session<T>(&self, task: impl FnOnce(oneshot::Sender<T>) -> Task) -> Option<T> {
        let end = Instant::now() + WAITING;
        while self.executor.is_busy() {
            if Instant::now() > end {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
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
        let execution = self.running.load(Ordering::SeqCst);
        if execution.is_multiple_of(2) {
            return;
        }
        self.executor.interrupt();
        // A cell that waits for a line gets none.
        self.answer_input(None);
        let server = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(PATIENCE).await;
            if server.running.load(Ordering::SeqCst) == execution {
                server.executor.control(|control| control.kill());
            }
        });
    }

    /// Runs cells one after the other.
    async fn run_cells(self: Arc<Self>, mut cells: Cells) {
        while let Some(message) = cells.recv().await {
            let stop_on_error = message.flag("stop_on_error", true);
            self.executor.begin_cell();
            self.running.fetch_add(1, Ordering::SeqCst);
            let finish = self.run_cell(message).await;
            self.running.fetch_add(1, Ordering::SeqCst);
            let mut aborted = Vec::new();
            if finish.failed && stop_on_error {
                // Whatever "Run All" has sent so far, with a moment for what is still on its way.
                // Before the reply: what is sent after it is a new beginning.
                tokio::time::sleep(GRACE).await;
                while let Ok(message) = cells.try_recv() {
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

    fn abort(&self, message: Message) {
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

    async fn run_cell(self: &Arc<Self>, message: Message) -> Finish {
        let message = Arc::new(message);
        self.publish(wire::status("busy", Some(&message)));
        let code = message.text("code").to_owned();
        let silent = message.flag("silent", false);
        let blank = code.trim().is_empty();
        let stored = message.flag("store_history", !silent) && !silent && !blank;
        let count = self.count.load(Ordering::SeqCst) + usize::from(!silent && !blank);
        if stored {
            self.count.store(count, Ordering::SeqCst);
            let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
            history.push(count, &code);
        }
        if !silent {
            let content = json!({"code": code, "execution_count": count});
            self.publish(wire::broadcast("execute_input", content, Some(&message)));
        }
        let result = if blank {
            Ok(())
        } else {
            self.execute(&message, count).await
        };
        let content = match &result {
            Ok(()) => {
                let expressions = self.evaluate(&message).await;
                wire::execute_reply(Ok(expressions), count)
            }
            Err(error) => {
                if !silent {
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
        message: &Arc<Message>,
        count: usize,
    ) -> Result<(), CellError> {
        *self.asking.lock().unwrap_or_else(PoisonError::into_inner) = Some(Asking {
            request: message.clone(),
            allowed: message.flag("allow_stdin", true),
            open: false,
        });
        let owner = Owner {
            request: message.clone(),
            count,
            silent: message.flag("silent", false),
        };
        self.flush_output(move |output| output.begin(owner)).await;
        let cell = Cell {
            code: message.text("code").to_owned(),
            number: count,
            id: message.metadata["cellId"].as_str().map(str::to_owned),
        };
        let (answer, wait) = oneshot::channel();
        self.executor.submit(Task::Execute(cell, answer));
        let result = wait.await;
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

    async fn evaluate(&self, request: &Message) -> Map<String, Value> {
        let mut values = Map::new();
        let expressions = request.content["user_expressions"].as_object();
        for (name, expression) in expressions.into_iter().flatten() {
            let expression = expression.as_str().unwrap_or_default().to_owned();
            let (answer, wait) = oneshot::channel();
            self.executor.submit(Task::Evaluate(expression, answer));
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
