//! Curves that grow while training runs.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::panel::{Mark, Numbers};
use crate::display::{Live, MimeBundle, Pending, Rich, register};
use crate::error::Error;
use crate::host;
use crate::plot::{Figure, Names};

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
    /// The names of panels, with the series that each shows; none is one panel with everything.
    panels: Vec<(String, Vec<String>)>,
    /// How much of the mean so far a smoothed curve keeps at every point; 0 is not smoothed.
    smoothing: f64,
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
        if self.panels.is_empty() {
            return self.drawn(self.look.clone(), |_| true);
        }
        let shown = |name: &str, panel: usize| {
            let home = self
                .panels
                .iter()
                .position(|(_, names)| names.iter().any(|n| n == name));
            // A series that no panel names is in the first.
            home.unwrap_or(0) == panel
        };
        let panels: Vec<Figure> = self
            .panels
            .iter()
            .enumerate()
            .map(|(i, (title, _))| {
                let look = self.look.title(title).ylabel("");
                self.drawn(look, |name| shown(name, i))
            })
            .collect();
        let figure = Figure::row(&panels).suptitle(&self.look.current().title);
        figure.change(|figure| (figure.size, figure.theme) = (self.look.size, self.look.theme))
    }

    /// The curves that `shown` chooses, in a figure with one panel.
    fn drawn(&self, look: Figure, shown: impl Fn(&str) -> bool) -> Figure {
        let curves = self.series.iter().filter(|curve| shown(&curve.name));
        curves.enumerate().fold(look, |figure, (i, curve)| {
            let x: Numbers = curve.x.as_slice().into();
            let line = |y: &[f64]| Mark::Line {
                x: x.clone(),
                y: y.into(),
                steps: false,
            };
            let few = curve.x.len() <= DOTTED;
            if self.smoothing > 0.0 && curve.y.len() > 1 {
                let color = format!("C{i}");
                return figure
                    .with(line(&curve.y))
                    .color(&color)
                    .alpha(0.3)
                    .width(1.0)
                    .with(line(&smoothed(&curve.y, self.smoothing)))
                    .color(&color)
                    .label(&curve.name);
            }
            let figure = figure.with(line(&curve.y)).label(&curve.name);
            if few { figure.marker() } else { figure }
        })
    }

    fn bundle(&self) -> MimeBundle {
        let figure = self.figure();
        let last = |curve: &Curve| {
            let y = curve.y.last().copied().unwrap_or(f64::NAN);
            match y.abs() {
                1e6.. if y.is_finite() => format!("{} {y:.4e}", curve.name),
                _ => format!("{} {y:.4}", curve.name),
            }
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

/// The running mean with weights that fall by `b` from one point to the one before it; what is not
/// a number is left out of it.
fn smoothed(y: &[f64], b: f64) -> Vec<f64> {
    let (mut sum, mut weight) = (0.0, 0.0);
    y.iter()
        .map(|&y| {
            if y.is_finite() {
                sum = b * sum + (1.0 - b) * y;
                weight = b * weight + (1.0 - b);
            }
            sum / weight
        })
        .collect()
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
            panels: Vec::new(),
            smoothing: 0.0,
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

    /// Adds a panel with a title that shows the series of these names; a series that no panel
    /// names is in the first.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let board = Board::new("training")
    ///     .panel("loss", ["train loss", "valid loss"])
    ///     .panel("accuracy", ["accuracy"]);
    /// board.push("train loss", 0.9);
    /// board.push("accuracy", 0.4);
    /// assert!(board.figure().to_svg().contains(">accuracy<"));
    /// ```
    pub fn panel(&self, title: &str, series: impl Names) -> Board {
        self.add_panel(title.to_owned(), series.names())
    }

    fn add_panel(&self, title: String, names: Vec<String>) -> Board {
        self.shared
            .with(|state| state.curves.panels.push((title, names)));
        self.clone()
    }

    /// Draws a smoothed curve over each, the measured one pale below it.
    ///
    /// sₜ = b sₜ₋₁ + (1 - b) yₜ, shown as sₜ / (1 - bᵗ), so that the first points count in full;
    /// b is from 0, not smoothed, to below 1, such as 0.9.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let board = Board::new("loss").smooth(0.9);
    /// for i in 0..100 {
    ///     board.push("batch", 1.0 / f64::from(i + 1));
    /// }
    /// assert!(board.figure().to_svg().contains("stroke-opacity=\"0.3\""));
    /// ```
    ///
    /// # Panics
    /// If b is not in that range.
    #[track_caller]
    pub fn smooth(&self, b: f64) -> Board {
        if !(0.0..1.0).contains(&b) {
            Error::new("smooth", format!("b must be from 0 to below 1: {b}")).raise();
        }
        self.shared.with(|state| state.curves.smoothing = b);
        self.clone()
    }

    /// Sets width and height in pixels.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let board = Board::new("loss").size(800, 300);
    /// assert!(board.figure().to_svg().contains("width=\"800\""));
    /// ```
    pub fn size(&self, width: u32, height: u32) -> Board {
        self.look(|look| look.size(width, height))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_value_is_told_in_a_few_digits() {
        let board = Board::new("loss");
        board.push("loss", 5e300);
        let bundle = board.mime_bundle();
        assert_eq!(bundle.get("text/plain"), Some("loss: loss 5.0000e300"));
    }

    #[test]
    fn smoothing_starts_at_the_first_point() {
        assert_eq!(smoothed(&[2.0, 2.0, f64::NAN, 2.0], 0.5), [2.0; 4]);
        let y = smoothed(&[0.0, 1.0], 0.5);
        // Weights 1/4 and 1/2.
        assert!((y[1] - 2.0 / 3.0).abs() < 1e-12, "{y:?}");
        assert!(smoothed(&[f64::NAN], 0.5)[0].is_nan());
    }
}
