//! A progress bar for any iterator.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use crate::display::{Live, MimeBundle, Pending, escape_html, register};
use crate::host;

/// The iterator with a progress bar: count, rate and remaining time.
///
/// A bar that starts while another one of its thread runs belongs to it: it takes the place of the
/// one before it, so that an inner loop has one bar and not one for every turn of the outer loop.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let mut sum = 0;
/// for i in progress(0..1000) {
///     sum += i;
/// }
/// assert_eq!(sum, 499_500);
/// ```
pub fn progress<I: IntoIterator>(items: I) -> Progress<I::IntoIter> {
    let items = items.into_iter();
    let total = match items.size_hint() {
        (low, Some(high)) if low == high => Some(high),
        _ => None,
    };
    Progress {
        items,
        bar: ProgressBar::start(total),
        started: false,
    }
}

/// A progress bar that is moved by hand; for a loop over an iterator see [`progress`].
///
/// ```
/// use cuaderno::display::progress_bar;
///
/// let bar = progress_bar(3);
/// for _ in 0..3 {
///     bar.advance(1);
///     bar.status("working");
/// }
/// bar.finish();
/// assert!(bar.text().starts_with("100%"));
/// ```
pub fn progress_bar(total: usize) -> ProgressBar {
    ProgressBar::start(Some(total))
}

/// An iterator that shows how far it is; made by [`progress`].
#[derive(Debug)]
pub struct Progress<I> {
    items: I,
    bar: ProgressBar,
    started: bool,
}

impl<I> Progress<I> {
    /// The bar with a text in front, such as the epoch.
    pub fn label(self, label: &str) -> Progress<I> {
        self.bar.label(label);
        self
    }

    /// The bar, to set its status inside the loop.
    pub fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }
}

impl<I: Iterator> Iterator for Progress<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        // An item is done when the loop asks for the next one.
        self.bar
            .advance(usize::from(std::mem::replace(&mut self.started, true)));
        let item = self.items.next();
        if item.is_none() {
            self.bar.finish();
            self.started = false;
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

/// How far a loop is; made by [`progress_bar`].
#[derive(Clone, Debug)]
pub struct ProgressBar {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    bar: Mutex<Bar>,
}

#[derive(Debug)]
struct Bar {
    live: Live,
    state: State,
    /// The bar of the loop around.
    outer: Weak<Shared>,
    /// The place of an inner bar that has ended, for the next one.
    vacated: Option<Live>,
    /// Another bar may stand where this one stood.
    is_gone: bool,
}

thread_local! {
    /// The bars of this thread that run, the innermost last.
    static RUNNING: RefCell<Vec<Weak<Shared>>> = const { RefCell::new(Vec::new()) };
}

/// The innermost bar of this thread that runs.
fn innermost() -> Option<Arc<Shared>> {
    RUNNING.with_borrow_mut(|running| {
        loop {
            let bar = running.last()?.upgrade();
            match bar.filter(|bar| bar.with(|bar| bar.state.end.is_none())) {
                Some(bar) => return Some(bar),
                None => running.pop(),
            };
        }
    })
}

#[derive(Debug)]
struct State {
    label: String,
    status: String,
    done: usize,
    total: Option<usize>,
    start: Instant,
    end: Option<Instant>,
}

impl Shared {
    fn with<R>(&self, f: impl FnOnce(&mut Bar) -> R) -> R {
        f(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Pending for Shared {
    fn flush(&self) {
        self.with(|bar| {
            if !bar.is_gone {
                bar.live.flush(|| bar.state.bundle());
            }
        });
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.with(Bar::finish);
    }
}

impl Bar {
    fn finish(&mut self) {
        self.state.end.get_or_insert_with(Instant::now);
        if self.is_gone {
            return;
        }
        if let Some(mut inner) = self.vacated.take() {
            // It has been drawn; what cannot change its place is printed now.
            inner.finish(|| MimeBundle::text(""));
        }
        let outer = self.outer.upgrade();
        let runs = |outer: &Arc<Shared>| outer.with(|bar| bar.state.end.is_none());
        let Some(outer) = outer.filter(runs) else {
            return self.live.finish(|| self.state.bundle());
        };
        self.live.flush(|| self.state.bundle());
        self.is_gone = true;
        let place = std::mem::take(&mut self.live);
        let before = outer.with(|outer| outer.vacated.replace(place));
        if let Some(mut before) = before {
            before.finish(|| MimeBundle::text(""));
        }
    }

    fn changed(&mut self) {
        if !self.is_gone {
            self.live.changed(|| self.state.bundle());
        }
    }
}

impl ProgressBar {
    fn start(total: Option<usize>) -> ProgressBar {
        let state = State {
            label: String::new(),
            status: String::new(),
            done: 0,
            total,
            start: Instant::now(),
            end: None,
        };
        let outer = innermost();
        let place = outer
            .as_ref()
            .and_then(|outer| outer.with(|bar| bar.vacated.take()));
        let shared = Arc::new(Shared {
            bar: Mutex::new(Bar {
                live: place.unwrap_or_default(),
                state,
                outer: outer.as_ref().map(Arc::downgrade).unwrap_or_default(),
                vacated: None,
                is_gone: false,
            }),
        });
        RUNNING.with_borrow_mut(|running| running.push(Arc::downgrade(&shared)));
        register(&shared);
        ProgressBar { shared }
    }

    /// Moves on by `steps`.
    pub fn advance(&self, steps: usize) {
        host::check_interrupt();
        self.shared.with(|bar| {
            bar.state.done += steps;
            bar.changed();
        });
    }

    /// Sets the text behind the bar, such as the current loss.
    pub fn status(&self, status: &str) {
        self.shared.with(|bar| {
            bar.state.status.clear();
            bar.state.status.push_str(status);
            bar.changed();
        });
    }

    /// Sets the text in front of the bar.
    pub fn label(&self, label: &str) {
        self.shared.with(|bar| bar.state.label = label.to_owned());
    }

    /// Shows the last state and stops the clock.
    pub fn finish(&self) {
        self.shared.with(Bar::finish);
    }

    /// What the bar says now, as text.
    pub fn text(&self) -> String {
        self.shared.with(|bar| bar.state.text())
    }
}

fn clock(seconds: f64) -> String {
    let s = seconds.round() as u64;
    let (hours, minutes, seconds) = (s / 3600, s / 60 % 60, s % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

impl State {
    /// `450/1000 [00:01<00:02, 402 it/s] loss 0.21`
    fn numbers(&self) -> String {
        let elapsed = self.end.unwrap_or_else(Instant::now) - self.start;
        let elapsed = elapsed.as_secs_f64();
        let rate = self.done as f64 / elapsed.max(1e-9);
        let rate_text = match rate {
            _ if self.done == 0 => "?".to_owned(),
            r if r >= 1.0 => format!("{r:.1} it/s"),
            r => format!("{:.1} s/it", 1.0 / r),
        };
        let count = match self.total {
            Some(total) => format!("{}/{total}", self.done),
            None => self.done.to_string(),
        };
        let left = match self.total {
            Some(total) if self.done > 0 => {
                format!("<{}", clock(total.saturating_sub(self.done) as f64 / rate))
            }
            _ => String::new(),
        };
        let gap = if self.status.is_empty() { "" } else { " " };
        format!(
            "{count} [{}{left}, {rate_text}]{gap}{}",
            clock(elapsed),
            self.status
        )
    }

    fn percent(&self) -> Option<usize> {
        self.total
            .map(|total| (self.done * 100).checked_div(total).unwrap_or(100).min(100))
    }

    fn text(&self) -> String {
        let label = if self.label.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.label)
        };
        match self.percent() {
            Some(percent) => {
                let filled = percent / 5;
                format!(
                    "{label}{percent:3}%|{}{}| {}",
                    "█".repeat(filled),
                    " ".repeat(20 - filled),
                    self.numbers()
                )
            }
            None => format!("{label}{}", self.numbers()),
        }
    }

    fn bundle(&self) -> MimeBundle {
        let value = match self.total {
            Some(total) => format!(
                " value=\"{}\" max=\"{}\"",
                self.done.min(total),
                total.max(1)
            ),
            None if self.end.is_some() => " value=\"1\" max=\"1\"".to_owned(),
            None => String::new(),
        };
        let percent = self.percent().map_or(String::new(), |p| format!("{p:3}% "));
        let label = if self.label.is_empty() {
            String::new()
        } else {
            format!("{} ", self.label)
        };
        MimeBundle::text(self.text()).html(format!(
            "<div style=\"font-family:monospace;white-space:pre-wrap\">{}<progress{value} \
             style=\"width:min(20em,25%);vertical-align:middle\"></progress> {percent}{}</div>",
            escape_html(&label),
            escape_html(&self.numbers())
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_items_that_are_done() {
        let mut items = progress(0..4);
        let bar = items.bar();
        items.next();
        assert!(bar.text().starts_with("  0%|"), "{}", bar.text());
        items.next();
        assert!(bar.text().starts_with(" 25%|█████ "), "{}", bar.text());
        assert_eq!(items.by_ref().count(), 2);
        assert!(
            bar.text().starts_with("100%|████████████████████| 4/4 ["),
            "{}",
            bar.text()
        );
    }

    #[test]
    fn empty_and_endless_loops() {
        let bar = progress(0..0).bar();
        assert!(bar.text().starts_with("100%|"), "{}", bar.text());
        let mut endless = progress((0..).filter(|n| n % 2 == 0)).label("even");
        endless.nth(9);
        let text = endless.bar().text();
        assert!(text.starts_with("even: 9 ["), "{text}");
    }

    #[test]
    fn an_inner_bar_takes_the_place_of_the_one_before() {
        let outer = progress_bar(3);
        outer.advance(1);
        let vacated = |bar: &ProgressBar| bar.shared.with(|bar| bar.vacated.is_some());
        for _ in 0..3 {
            let mut inner = progress(0..2);
            assert!(!vacated(&outer), "the place is taken");
            assert_eq!(inner.by_ref().count(), 2);
            assert!(vacated(&outer), "the place is free again");
            let bar = inner.bar();
            assert!(bar.text().starts_with("100%"), "{}", bar.text());
            bar.advance(1);
            assert!(bar.shared.with(|bar| !bar.live.is_shown()));
        }
        outer.finish();
        assert!(!vacated(&outer));
        // What comes after it stands by itself.
        let next = progress_bar(1);
        assert!(next.shared.with(|bar| bar.outer.upgrade().is_none()));
        // And bars of other threads do.
        let other = std::thread::spawn(|| {
            progress_bar(1)
                .shared
                .with(|bar| bar.outer.upgrade().is_none())
        });
        assert!(other.join().unwrap());
    }

    #[test]
    fn clocks_read_well() {
        assert_eq!(clock(5.4), "00:05");
        assert_eq!(clock(3723.0), "1:02:03");
    }
}
