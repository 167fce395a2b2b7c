//! What a cell prints and shows, on its way to the frontends: in order, in few messages, bounded.

mod markers;
mod text;

use crate::session::{Display, Event};
use crate::wire::{self, Message};
use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use markers::Part;
pub use text::TextStream;

/// Text of one cell that is passed on; what goes beyond is counted and cut.
pub const TEXT_LIMIT: usize = 32 << 20;

/// Printed text is collected this long, so that many lines become one message.
const WINDOW: Duration = Duration::from_millis(20);

/// Least time between two messages once a burst is used up.
const PACE: Duration = Duration::from_millis(10);

/// Messages that may go out at once.
const BURST: u32 = 20;

/// Longest text of one message.
const PIECE: usize = 1 << 20;

/// Where messages go.
pub type Publish = Box<dyn Fn(Message) + Send>;

/// The request that output belongs to.
#[derive(Clone)]
pub struct Owner {
    /// The `execute_request`.
    pub request: Arc<Message>,
    /// The number of the cell.
    pub count: usize,
    /// Whether nothing is to be shown.
    pub silent: bool,
}

enum Order {
    Begin(Owner, Sender<()>),
    Flush(Sender<()>),
}

/// The thread that sends output.
pub struct Output {
    orders: Sender<Order>,
}

impl Output {
    /// Starts it. Requests for input are handed to `ask`.
    pub fn start(events: Receiver<Event>, publish: Publish, ask: Box<dyn Fn() + Send>) -> Output {
        let (orders, receiver) = unbounded();
        let worker = Worker {
            events,
            orders: receiver,
            publish,
            ask,
            owner: None,
            queue: VecDeque::new(),
            streams: [TextStream::stdout(), TextStream::stderr()],
            sent: 0,
            cut: 0,
            tokens: BURST,
            last_token: Instant::now(),
            clear_waiting: false,
        };
        std::thread::spawn(move || worker.run());
        Output { orders }
    }

    /// Output belongs to this request from now on.
    pub fn begin(&self, owner: Owner) {
        self.flush();
        self.wait_for(|done| Order::Begin(owner, done));
    }

    /// Waits until everything so far is sent.
    pub fn flush(&self) {
        self.wait_for(Order::Flush);
    }

    fn wait_for(&self, order: impl FnOnce(Sender<()>) -> Order) {
        let (done, wait) = bounded(1);
        // The worker lives as long as the kernel.
        if self.orders.send(order(done)).is_ok() {
            let _ = wait.recv();
        }
    }
}

/// Something to send.
enum Item {
    Text { stream: usize, text: String },
    Display(Display),
    Clear,
}

struct Worker {
    events: Receiver<Event>,
    orders: Receiver<Order>,
    publish: Publish,
    ask: Box<dyn Fn() + Send>,
    owner: Option<Owner>,
    queue: VecDeque<Item>,
    streams: [TextStream; 2],
    sent: usize,
    cut: usize,
    tokens: u32,
    last_token: Instant,
    clear_waiting: bool,
}

impl Worker {
    fn run(mut self) {
        loop {
            select! {
                recv(self.events) -> event => match event {
                    Ok(event) => self.collect(event),
                    Err(_) => return,
                },
                recv(self.orders) -> order => match order {
                    Ok(order) => self.obey(order),
                    Err(_) => return,
                },
            }
        }
    }

    fn obey(&mut self, order: Order) {
        while let Ok(event) = self.events.try_recv() {
            self.take(event);
        }
        match order {
            Order::Flush(done) => {
                self.finish_text();
                self.send_queue();
                let _ = done.send(());
            }
            Order::Begin(owner, done) => {
                // What was printed before the first cell (the runtime being prepared) is kept
                // for it.
                self.owner = Some(owner);
                (self.sent, self.cut) = (0, 0);
                self.clear_waiting = false;
                let _ = done.send(());
            }
        }
    }

    /// Takes an event and what follows it within the window, then sends. An order ends the wait.
    fn collect(&mut self, event: Event) {
        let end = Instant::now() + WINDOW;
        self.take(event);
        loop {
            select! {
                recv(self.events) -> event => match event {
                    Ok(event) => self.take(event),
                    Err(_) => break,
                },
                recv(self.orders) -> order => {
                    if let Ok(order) = order {
                        self.obey(order);
                    }
                    return;
                }
                default(end.saturating_duration_since(Instant::now())) => break,
            }
        }
        self.send_queue();
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Stdout(bytes) => self.take_text(0, &bytes),
            Event::Stderr(bytes) => self.take_text(1, &bytes),
            Event::Display(display) => {
                self.finish_text();
                self.take_display(display);
            }
            Event::ClearOutput { wait } => {
                self.finish_text();
                self.queue.clear();
                if wait {
                    self.clear_waiting = true
                } else {
                    self.queue.push_back(Item::Clear)
                }
            }
            Event::InputRequest => {
                self.finish_text();
                self.send_queue();
                (self.ask)();
            }
        }
    }

    fn take_text(&mut self, stream: usize, bytes: &[u8]) {
        let room = TEXT_LIMIT.saturating_sub(self.sent);
        self.cut += bytes.len().saturating_sub(room);
        let bytes = &bytes[..bytes.len().min(room)];
        self.sent += bytes.len();
        let parts = self.streams[stream].push(bytes);
        self.push_parts(stream, parts);
    }

    fn push_parts(&mut self, stream: usize, parts: Vec<markers::Part>) {
        for part in parts {
            match part {
                markers::Part::Text(text) => self.push_text(stream, text),
                markers::Part::Content(display) => self.take_display(display),
            }
        }
    }

    fn push_text(&mut self, stream: usize, text: String) {
        if text.is_empty() {
            return;
        }
        self.clear_if_waiting();
        if let Some(Item::Text {
            stream: last,
            text: before,
        }) = self.queue.back_mut()
            && *last == stream
            && before.len() + text.len() <= PIECE
        {
            before.push_str(&text);
        } else {
            self.queue.push_back(Item::Text { stream, text });
        }
    }

    fn take_display(&mut self, display: Display) {
        self.clear_if_waiting();
        // Of several updates in one window only the last can be seen.
        if display.update {
            self.queue.retain(|item| match item {
                Item::Display(earlier) => {
                    !(earlier.update && earlier.display_id == display.display_id)
                }
                _ => true,
            });
        }
        self.queue.push_back(Item::Display(display));
    }

    fn clear_if_waiting(&mut self) {
        if std::mem::take(&mut self.clear_waiting) {
            self.queue.push_back(Item::Clear);
        }
    }

    /// Lets go of text that was held back because it might be the start of something.
    fn finish_text(&mut self) {
        for stream in 0..self.streams.len() {
            let parts = self.streams[stream].finish();
            self.push_parts(stream, parts);
        }
        if self.cut > 0 && self.sent == TEXT_LIMIT {
            let text = format!(
                "\n[output cut: the cell printed {} more bytes after the first {} MiB]\n",
                self.cut,
                TEXT_LIMIT >> 20
            );
            self.cut = 0;
            self.push_text(1, text);
        }
    }

    fn send_queue(&mut self) {
        let Some(owner) = self.owner.clone() else {
            return;
        };
        if owner.silent {
            self.queue.clear();
            return;
        }
        self.merge_streams();
        while let Some(item) = self.queue.pop_front() {
            self.wait_for_token();
            let parent = Some(&*owner.request);
            (self.publish)(match item {
                Item::Text { stream, text } => {
                    wire::stream(["stdout", "stderr"][stream], &text, parent)
                }
                Item::Display(display) => wire::display(&display, owner.count, parent),
                Item::Clear => {
                    wire::broadcast("clear_output", serde_json::json!({"wait": true}), parent)
                }
            });
        }
    }

    /// Streams that take turns line by line would make a message of each line: past a few turns
    /// in one window the text of each stream stays together.
    fn merge_streams(&mut self) {
        const TURNS: usize = 256;
        let texts = self
            .queue
            .iter()
            .filter(|item| matches!(item, Item::Text { .. }))
            .count();
        if texts <= TURNS {
            return;
        }
        let mut merged: VecDeque<Item> = VecDeque::new();
        for item in self.queue.drain(..) {
            let Item::Text { stream, text } = item else {
                merged.push_back(item);
                continue;
            };
            let same = merged
                .iter_mut()
                .rev()
                .take_while(|item| matches!(item, Item::Text { .. }))
                .find_map(|item| match item {
                    Item::Text {
                        stream: other,
                        text: before,
                    } if *other == stream && before.len() + text.len() <= PIECE => Some(before),
                    _ => None,
                });
            match same {
                Some(before) => before.push_str(&text),
                None => merged.push_back(Item::Text { stream, text }),
            }
        }
        self.queue = merged;
    }

    fn wait_for_token(&mut self) {
        let earned = self.last_token.elapsed().as_micros() / PACE.as_micros();
        if earned > 0 {
            self.tokens = BURST.min(self.tokens + u32::try_from(earned).unwrap_or(BURST));
            self.last_token = Instant::now();
        }
        if self.tokens == 0 {
            std::thread::sleep(PACE.saturating_sub(self.last_token.elapsed()));
            self.last_token = Instant::now();
        } else {
            self.tokens -= 1;
        }
    }
}

#[cfg(test)]
mod tests;
