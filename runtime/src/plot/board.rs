//! Curves that grow while training runs.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::display::{Live, MimeBundle, Pending, Rich, register};
use crate::host;
use crate::plot::Figure;

/// A figure whose curves grow while a loop runs.
///
/// It appears at the first point, is drawn again at most ten times a second, and shows the last
/// state when the cell ends.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let board = Board::new("descent");
/// let mut w = 5.0;
/// for _ in 0..50 {
///     w -= 0.1 * 2.0 * w;
///     board.push("w²", w * w);
/// }
/// assert_eq!(board.last("w²"), Some(w * w));
/// ```
#[derive(Clone)]
pub struct Board {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
}

struct State {
    live: Live,
    curves: Curves,
}

struct Curves {
    look: Figure,
    series: Vec<Curve>,
}

#[derive(Default)]
struct Curve {
    name: String,
    x: Vec<f64>,
    y: Vec<f64>,
}

/// A series of up to this many points gets a dot on each.
const DOTTED: usize = 30;

impl Curves {
    fn add(&mut self, name: &str, x: Option<f64>, y: f64) {
        let index = match self.series.iter().position(|curve| curve.name == name) {
            Some(index) => index,
            None => {
                self.series.push(Curve {
                    name: name.to_owned(),
                    ..Curve::default()
                });
                self.series.len() - 1
            }
        };
        let curve = &mut self.series[index];
        curve.x.push(x.unwrap_or(curve.y.len() as f64 + 1.0));
        curve.y.push(y);
    }

    fn figure(&self) -> Figure {
        self.series.iter().fold(self.look.clone(), |figure, curve| {
            let figure = figure.line(&curve.x, &curve.y).label(&curve.name);
            if curve.x.len() <= DOTTED {
                figure.marker()
            } else {
                figure
            }
        })
    }

    fn bundle(&self) -> MimeBundle {
        let figure = self.figure();
        let last = |curve: &Curve| {
            format!(
                "{} {:.4}",
                curve.name,
                curve.y.last().copied().unwrap_or(f64::NAN)
            )
        };
        let lasts: Vec<String> = self.series.iter().map(last).collect();
        MimeBundle::text(format!(
            "{}: {}",
            self.look.current().title,
            lasts.join(", ")
        ))
        .svg(figure.to_svg())
    }
}

impl Shared {
    fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Pending for Shared {
    fn flush(&self) {
        self.with(|state| state.live.flush(|| state.curves.bundle()));
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.with(|state| state.live.finish(|| state.curves.bundle()));
    }
}

impl Board {
    /// A board without curves; it appears with the first point.
    pub fn new(title: &str) -> Board {
        let curves = Curves {
            look: Figure::new().title(title),
            series: Vec::new(),
        };
        let state = Mutex::new(State {
            live: Live::default(),
            curves,
        });
        let shared = Arc::new(Shared { state });
        register(&shared);
        Board { shared }
    }

    /// Adds a value to a curve, at the number of its point: 1, 2, 3, and so on.
    pub fn push(&self, name: &str, y: f64) {
        self.point(name, None, y);
    }

    /// Adds the point (x, y) to a curve.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let board = Board::new("loss").xlabel("epoch");
    /// board.add("validation", 1.0, 0.5);
    /// assert_eq!(board.last("validation"), Some(0.5));
    /// ```
    pub fn add(&self, name: &str, x: f64, y: f64) {
        self.point(name, Some(x), y);
    }

    fn point(&self, name: &str, x: Option<f64>, y: f64) {
        host::check_interrupt();
        self.shared.with(|state| {
            state.curves.add(name, x, y);
            state.live.changed(|| state.curves.bundle());
        });
    }

    /// The last value of a curve.
    pub fn last(&self, name: &str) -> Option<f64> {
        self.shared.with(|state| {
            let curve = state
                .curves
                .series
                .iter()
                .find(|curve| curve.name == name)?;
            curve.y.last().copied()
        })
    }

    /// Names the horizontal axis.
    pub fn xlabel(&self, label: &str) -> Board {
        self.look(|look| look.xlabel(label))
    }

    /// Names the vertical axis.
    pub fn ylabel(&self, label: &str) -> Board {
        self.look(|look| look.ylabel(label))
    }

    /// Makes the vertical axis logarithmic.
    pub fn log_y(&self) -> Board {
        self.look(Figure::log_y)
    }

    /// Shows the last state now; it is also shown when the cell ends.
    pub fn finish(&self) {
        self.shared
            .with(|state| state.live.finish(|| state.curves.bundle()));
    }

    /// The curves so far, as a figure.
    pub fn figure(&self) -> Figure {
        self.shared.with(|state| state.curves.figure())
    }

    fn look(&self, f: impl FnOnce(&Figure) -> Figure) -> Board {
        self.shared
            .with(|state| state.curves.look = f(&state.curves.look));
        self.clone()
    }
}

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Board({})", self.figure().words())
    }
}

impl Rich for Board {
    fn mime_bundle(&self) -> MimeBundle {
        self.shared.with(|state| state.curves.bundle())
    }
}

crate::display::rich_result!(Board);
