//! Showing a value, and changing what was shown.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::display::{MimeBundle, Rich, stock};
use crate::host::{self, Frame};

/// Shows a value below the cell, at once.
///
/// ```
/// use cuaderno::prelude::*;
///
/// display(&tensor([1.0, 2.0]));
/// ```
pub fn display(value: &dyn Rich) {
    emit(&value.mime_bundle(), None, false, false);
}

/// Removes what the cell has shown so far; with `wait` only when something new comes.
pub fn clear_output(wait: bool) {
    let message = serde_json::json!({ "wait": wait }).to_string();
    host::send(Frame::ClearOutput, message.as_bytes());
}

/// Hands a bundle to whoever listens.
pub(crate) fn emit(bundle: &MimeBundle, id: Option<&str>, update: bool, result: bool) {
    let bundle = bundle.on_page();
    if host::attached() {
        host::send(
            Frame::Display,
            bundle.message(id, update, result).as_bytes(),
        );
        return;
    }
    let text = if stock::listens() {
        stock::blocks(&bundle)
    } else {
        format!("{}\n", bundle.get("text/plain").unwrap_or_default())
    };
    // Nobody to tell if stdout is closed; print! would panic.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Something on the page that can change.
///
/// Without the Cuaderno kernel only the last state is printed, when the handle is dropped.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let handle = DisplayHandle::show(&"loading");
/// handle.update(&"done");
/// ```
#[derive(Clone, Debug)]
pub struct DisplayHandle {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    id: String,
    /// What is still to be printed where nothing can be updated.
    last: Mutex<Option<MimeBundle>>,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

impl DisplayHandle {
    /// Shows a value that will change.
    pub fn show(value: &dyn Rich) -> DisplayHandle {
        DisplayHandle::show_bundle(value.mime_bundle())
    }

    pub(crate) fn show_bundle(bundle: MimeBundle) -> DisplayHandle {
        let number = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        // The process number keeps ids of a restarted session apart from those on the page.
        let id = format!("cuaderno-{}-{number}", std::process::id());
        let handle = DisplayHandle {
            shared: Arc::new(Shared {
                id,
                last: Mutex::new(None),
            }),
        };
        handle.put(bundle, false);
        handle
    }

    /// Shows another value in its place.
    pub fn update(&self, value: &dyn Rich) {
        self.update_bundle(value.mime_bundle());
    }

    pub(crate) fn update_bundle(&self, bundle: MimeBundle) {
        self.put(bundle, true);
    }

    fn put(&self, bundle: MimeBundle, update: bool) {
        if host::attached() {
            emit(&bundle, Some(&self.shared.id), update, false);
        } else {
            *self
                .shared
                .last
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(bundle);
        }
    }

    /// Prints the last state now where nothing can be updated.
    pub fn finish(&self) {
        self.shared.finish();
    }
}

impl Shared {
    fn finish(&self) {
        let last = self
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(bundle) = last {
            emit(&bundle, None, false, false);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.finish();
    }
}
