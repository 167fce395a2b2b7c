//! Steps that take a while, as the terminal shows them.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// One step: announced at once, with a line that moves while it lasts, and what came of it.
pub struct Step {
    bar: ProgressBar,
    started: Instant,
}

impl Step {
    /// Announces a step; `usually` is how long it takes on a small machine.
    pub fn start(title: &str, usually: &str) -> Step {
        let bar = ProgressBar::new_spinner();
        let title = format!("{title} (usually takes {usually})");
        if bar.is_hidden() {
            eprintln!("{title}");
        }
        let style = ProgressStyle::with_template("{spinner} {prefix} {elapsed}  {wide_msg:.dim}")
            .expect("a valid template");
        bar.set_style(style);
        bar.set_prefix(title);
        bar.enable_steady_tick(Duration::from_millis(100));
        Step {
            bar,
            started: Instant::now(),
        }
    }

    /// Shows what the step is at; a later line takes its place.
    pub fn say(&self, line: &str) {
        self.bar.set_message(line.to_owned());
    }

    /// Ends the step.
    pub fn done(self, result: &str) {
        self.bar.finish_and_clear();
        eprintln!(
            "ok  {result} ({:.1} s)",
            self.started.elapsed().as_secs_f32()
        );
    }
}

impl Drop for Step {
    /// After an error the message stands alone.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
