//! A progress bar for any iterator.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::display::{Live, MimeBundle, Pending, escape_html, register};
use crate::host;

/// The iterator with a progress bar: count, rate and remaining time.
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
    fn with(&self, f: impl FnOnce(&mut Bar)) {
        f(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Pending for Shared {
    fn flush(&self) {
        self.with(|bar| bar.live.flush(|| bar.state.bundle()));
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
        self.live.finish(|| self.state.bundle());
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
        let shared = Arc::new(Shared {
            bar: Mutex::new(Bar {
                live: Live::default(),
                state,
            }),
        });
        register(&shared);
        ProgressBar { shared }
    }

    /// Moves on by `steps`.
    pub fn advance(&self, steps: usize) {
        host::check_interrupt();
        self.shared.with(|bar| {
            bar.state.done += steps;
            bar.live.changed(|| bar.state.bundle());
        });
    }

    /// Sets the text behind the bar, such as the current loss.
    pub fn status(&self, status: &str) {
        self.shared.with(|bar| {
            bar.state.status.clear();
            bar.state.status.push_str(status);
            bar.live.changed(|| bar.state.bundle());
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
        let mut text = String::new();
        self.shared.with(|bar| text = bar.state.text());
        text
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
            "<div style=\"font-family:monospace;white-space:pre\">{}<progress{value} \
             style=\"width:20em;vertical-align:middle\"></progress> {percent}{}</div>",
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
    fn clocks_read_well() {
        assert_eq!(clock(5.4), "00:05");
        assert_eq!(clock(3723.0), "1:02:03");
    }
}
