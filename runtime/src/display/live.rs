//! Displays that follow a running loop: few updates, little cost, and always the last state.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::display::{DisplayHandle, MimeBundle};

/// At most ten updates a second.
const INTERVAL: Duration = Duration::from_millis(100);
/// Drawing may take one part in this many of the time, so below 2.5 %.
const SHARE: u32 = 40;

/// The clock of a live display.
#[derive(Debug, Default)]
pub(crate) struct Live {
    handle: Option<DisplayHandle>,
    next: Option<Instant>,
    dirty: bool,
}

impl Live {
    /// Notes a change, and draws if it is time; a change that is not drawn costs a look at the
    /// clock.
    pub(crate) fn changed(&mut self, draw: impl FnOnce() -> MimeBundle) {
        self.dirty = true;
        if self.next.is_none_or(|next| Instant::now() >= next) {
            self.flush(draw);
        }
    }

    /// Draws what has not been drawn yet.
    pub(crate) fn flush(&mut self, draw: impl FnOnce() -> MimeBundle) {
        if !std::mem::take(&mut self.dirty) {
            return;
        }
        let start = Instant::now();
        let bundle = draw();
        match &self.handle {
            Some(handle) => handle.update_bundle(bundle),
            None => self.handle = Some(DisplayHandle::show_bundle(bundle)),
        }
        let cost = start.elapsed();
        self.next = Some(start + cost + INTERVAL.max(cost * SHARE));
    }

    /// Whether it has a place on the page.
    #[cfg(test)]
    pub(crate) fn is_shown(&self) -> bool {
        self.handle.is_some()
    }

    /// Draws the last state, and prints it where nothing can be updated.
    pub(crate) fn finish(&mut self, draw: impl FnOnce() -> MimeBundle) {
        self.flush(draw);
        if let Some(handle) = &self.handle {
            handle.finish();
        }
    }
}

/// Something that may have a change which is not on the page yet.
pub(crate) trait Pending: Send + Sync {
    fn flush(&self);
}

static PENDING: Mutex<Vec<Weak<dyn Pending>>> = Mutex::new(Vec::new());

/// Makes [`flush`] reach a live display for as long as it lives.
pub(crate) fn register(display: &Arc<impl Pending + 'static>) {
    let weak: Weak<dyn Pending> = Arc::downgrade(display) as Weak<dyn Pending>;
    let mut list = PENDING.lock().unwrap_or_else(PoisonError::into_inner);
    list.retain(|other| other.strong_count() > 0);
    list.push(weak);
}

/// Draws the last state of every live display: the host calls it when a cell ends, so that a board
/// that lives on in a variable is up to date.
pub fn flush() {
    let list = PENDING
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    for display in list.iter().filter_map(Weak::upgrade) {
        display.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_changes_are_not_drawn() {
        let (mut live, mut drawn) = (Live::default(), 0);
        for _ in 0..10_000 {
            live.changed(|| {
                drawn += 1;
                MimeBundle::text("x")
            });
        }
        let soon = drawn;
        live.finish(|| {
            drawn += 1;
            MimeBundle::text("last")
        });
        assert!(soon <= 3, "{soon} of 10 000 were drawn");
        assert_eq!(drawn, soon + 1);
    }

    #[test]
    fn costly_drawing_is_rarer() {
        let mut live = Live::default();
        live.changed(|| {
            std::thread::sleep(Duration::from_millis(20));
            MimeBundle::text("slow")
        });
        let pause = live.next.unwrap().saturating_duration_since(Instant::now());
        assert!(pause > Duration::from_millis(700), "{pause:?}");
    }
}
