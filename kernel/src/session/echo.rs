//! A toy language with which the protocol is tested in milliseconds: each line of a cell is one
//! command.
//!
//! `print TEXT`, `warn TEXT`, `show TEXT` (a display), `value TEXT` (the result), `error TEXT`,
//! `sleep MILLISECONDS` (ends early when interrupted), `ask` (reads a line and prints it).

use super::{Cell, CellError, Completion, Completions, Control, Display, Event, Session};
use crossbeam_channel::{Receiver, Sender, unbounded};
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The toy session.
#[derive(Debug)]
pub struct EchoSession {
    events: Sender<Event>,
    interrupted: Arc<AtomicBool>,
    lines: Receiver<Option<String>>,
    line_sender: Sender<Option<String>>,
}

impl EchoSession {
    /// A session that sends its events to `events`.
    pub fn start(events: Sender<Event>) -> Box<dyn Session> {
        let (line_sender, lines) = unbounded();
        Box::new(EchoSession {
            events,
            interrupted: Arc::default(),
            lines,
            line_sender,
        })
    }

    fn command(&mut self, line: &str) -> Result<(), CellError> {
        let (command, text) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let event = match command {
            "print" => Event::Stdout(format!("{text}\n").into_bytes()),
            "warn" => Event::Stderr(format!("{text}\n").into_bytes()),
            "show" => Event::Display(plain(text, false)),
            "value" => Event::Display(plain(text, true)),
            "sleep" => return self.sleep(text.parse().unwrap_or(0)),
            "ask" => {
                self.send(Event::InputRequest);
                let line = self.lines.recv().ok().flatten().unwrap_or_default();
                Event::Stdout(format!("{line}\n").into_bytes())
            }
            "" => return Ok(()),
            _ => return Err(error("EchoError", text)),
        };
        self.send(event);
        Ok(())
    }

    fn sleep(&self, milliseconds: u64) -> Result<(), CellError> {
        let end = Instant::now() + Duration::from_millis(milliseconds);
        while Instant::now() < end {
            if self.interrupted.swap(false, Ordering::SeqCst) {
                return Err(error("KeyboardInterrupt", "interrupted"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    fn send(&self, event: Event) {
        // Without a receiver the server is going down.
        let _ = self.events.send(event);
    }
}

fn plain(text: &str, result: bool) -> Display {
    let mut display = Display {
        result,
        ..Display::default()
    };
    display.data.insert("text/plain".to_owned(), json!(text));
    display
}

fn error(name: &str, value: &str) -> CellError {
    CellError {
        name: name.to_owned(),
        value: value.to_owned(),
        traceback: vec![format!("{name}: {value}")],
    }
}

impl Session for EchoSession {
    fn execute(&mut self, cell: &Cell) -> Result<(), CellError> {
        cell.code.lines().try_for_each(|line| self.command(line))
    }

    fn complete(&mut self, code: &str, offset: usize) -> Completions {
        let start = code[..offset]
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + 1);
        let typed = &code[start..offset];
        let matches = ["print", "warn", "show", "value", "error", "sleep", "ask"]
            .into_iter()
            .filter(|word| word.starts_with(typed))
            .map(|word| Completion {
                text: word.to_owned(),
                ..Completion::default()
            })
            .collect();
        Completions {
            start,
            end: offset,
            matches,
        }
    }

    fn inspect(&mut self, code: &str, offset: usize) -> Option<Map<String, Value>> {
        let known = code[..offset].ends_with("print");
        known.then(|| Map::from_iter([("text/plain".to_owned(), json!("prints its text"))]))
    }

    fn evaluate(&mut self, expression: &str) -> Result<Map<String, Value>, CellError> {
        match expression.strip_prefix("value ") {
            Some(text) => Ok(plain(text, true).data),
            None => Err(error("EchoError", expression)),
        }
    }

    fn control(&self) -> Box<dyn Control> {
        Box::new(EchoControl {
            interrupted: self.interrupted.clone(),
            lines: Mutex::new(self.line_sender.clone()),
        })
    }
}

struct EchoControl {
    interrupted: Arc<AtomicBool>,
    lines: Mutex<Sender<Option<String>>>,
}

impl Control for EchoControl {
    fn begin(&self) {
        self.interrupted.store(false, Ordering::SeqCst);
    }

    fn interrupt(&self) {
        self.interrupted.store(true, Ordering::SeqCst);
    }

    fn kill(&self) {
        self.interrupt();
    }

    fn input(&self, line: Option<&str>) {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = lines.send(line.map(str::to_owned));
    }
}
