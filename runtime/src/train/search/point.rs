//! The settings of a trial, and what a trial gives.

use std::fmt;
use std::ops::Index;

use crate::error::{Error, OrRaise};
use crate::random::Stream;
use crate::train::Scores;

/// One value of a setting: a number or a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A number; whole ones too.
    Number(f64),
    /// A text.
    Text(String),
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Number(value) => write!(f, "{value}"),
            Setting::Text(text) => f.write_str(text),
        }
    }
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl From<$type> for Setting {
            fn from(value: $type) -> Setting {
                Setting::Number(value as f64)
            }
        }
    )*};
}

number!(f64, i32, i64, usize);

impl From<&str> for Setting {
    fn from(text: &str) -> Setting {
        Setting::Text(text.to_owned())
    }
}

impl From<String> for Setting {
    fn from(text: String) -> Setting {
        Setting::Text(text)
    }
}

/// What a setting may be.
#[derive(Clone, Debug)]
pub(super) enum Range {
    List(Vec<Setting>),
    Uniform(f64, f64),
    LogUniform(f64, f64),
    Whole(i64, i64),
}

impl Range {
    pub(super) fn check(&self, name: &str) -> Result<(), Error> {
        let error = |what: String| Err(Error::new("search", format!("{name} {what}")));
        match self {
            Range::List(values) if values.is_empty() => error("has no value".to_owned()),
            Range::Uniform(low, high) | Range::LogUniform(low, high)
                if !(low < high && low.is_finite() && high.is_finite()) =>
            {
                error(format!("has no numbers from {low} to {high}"))
            }
            Range::Whole(low, high) if low > high => {
                error(format!("has no whole numbers from {low} to {high}"))
            }
            _ => Ok(()),
        }
    }

    /// How many values there are to list.
    pub(super) fn count(&self) -> Option<usize> {
        match self {
            Range::List(values) => Some(values.len()),
            Range::Whole(low, high) => usize::try_from(high.abs_diff(*low)).ok()?.checked_add(1),
            Range::Uniform(..) | Range::LogUniform(..) => None,
        }
    }

    /// The value of a number, for what can be listed.
    pub(super) fn at(&self, number: usize) -> Setting {
        match self {
            Range::List(values) => values[number].clone(),
            Range::Whole(low, _) => Setting::from(low.wrapping_add(number as i64)),
            Range::Uniform(low, _) | Range::LogUniform(low, _) => Setting::from(*low),
        }
    }

    pub(super) fn draw(&self, stream: &mut Stream) -> Setting {
        match *self {
            Range::Uniform(low, high) => Setting::from(low + (high - low) * stream.unit()),
            Range::LogUniform(low, high) => Setting::from(low * (high / low).powf(stream.unit())),
            Range::List(_) | Range::Whole(..) => {
                let count = self.count().unwrap_or(usize::MAX);
                self.at(stream.below(count as u64) as usize)
            }
        }
    }
}

/// The settings of a trial: `p["lr"]` is a number, `p.int("hidden")` a whole one, and
/// `p.text("optimiser")` a text.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let search = Search::new().values("hidden", [4, 8]).values("act", ["relu"]);
/// search.grid(|p| {
///     assert_eq!((p["hidden"] as usize, p.text("act")), (p.int("hidden"), "relu"));
///     p["hidden"]
/// });
/// ```
#[derive(Clone, PartialEq)]
pub struct Point {
    settings: Vec<(String, Setting)>,
}

impl Point {
    pub(super) fn new(settings: Vec<(String, Setting)>) -> Point {
        Point { settings }
    }

    /// The names and values, in order.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.settings
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// The value of a whole number from 0, such as a number of units.
    ///
    /// # Panics
    /// If no setting has this name, or it is no such number.
    #[track_caller]
    pub fn int(&self, name: &str) -> usize {
        let value = *self.number(name).or_raise();
        if value < 0.0 || value.fract() != 0.0 || value > 2_f64.powi(53) {
            Error::new(
                "int",
                format!("{name} is {value}, and no whole number from 0"),
            )
            .raise();
        }
        value as usize
    }

    /// The value of a text.
    ///
    /// # Panics
    /// If no setting has this name, or it is a number.
    #[track_caller]
    pub fn text(&self, name: &str) -> &str {
        match self.find(name).or_raise() {
            Setting::Text(text) => text,
            Setting::Number(value) => {
                Error::new("text", format!("{name} is the number {value}")).raise()
            }
        }
    }

    fn number(&self, name: &str) -> Result<&f64, Error> {
        match self.find(name)? {
            Setting::Number(value) => Ok(value),
            Setting::Text(text) => {
                let error = Error::new("settings", format!("{name} is the text {text:?}"));
                Err(error.help(format!("p.text({name:?})")))
            }
        }
    }

    pub(super) fn find(&self, name: &str) -> Result<&Setting, Error> {
        let found = self.settings.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value).ok_or_else(|| {
            let names: Vec<&str> = self.settings().map(|(name, _)| name).collect();
            let names = names.join(", ");
            Error::new(
                "settings",
                format!("there is no {name:?}; there are: {names}"),
            )
        })
    }
}

impl Index<&str> for Point {
    type Output = f64;

    #[track_caller]
    fn index(&self, name: &str) -> &f64 {
        self.number(name).or_raise()
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self
            .settings()
            .map(|(name, value)| format!("{name} {value}"));
        f.write_str(&all.collect::<Vec<_>>().join(", "))
    }
}

/// What a trial gives: a number; several of one score, as from the folds of a cross-validation, of
/// which the mean counts; several scores by name, of which the first counts; or [`Scores`].
///
/// ```
/// use cuaderno::prelude::*;
///
/// let search = Search::new().values("k", [1, 2]);
/// let folds = search.grid(|p| vec![p["k"], p["k"] + 1.0]);
/// assert_eq!(folds.best_score(), 2.5);
/// let named = search.grid(|p| [("f1", p["k"]), ("loss", 1.0 / p["k"])]);
/// assert_eq!(named.table().column_names()[..3], ["k", "f1", "loss"]);
/// ```
pub trait Outcome {
    /// Every score by name, the one that counts first, each with one value or several.
    fn scores(&self) -> Vec<(String, Vec<f64>)>;
}

/// The name of a score that has none.
const SCORE: &str = "score";

impl Outcome for f64 {
    fn scores(&self) -> Vec<(String, Vec<f64>)> {
        vec![(SCORE.to_owned(), vec![*self])]
    }
}

impl Outcome for Vec<f64> {
    fn scores(&self) -> Vec<(String, Vec<f64>)> {
        vec![(SCORE.to_owned(), self.clone())]
    }
}

impl Outcome for Scores {
    fn scores(&self) -> Vec<(String, Vec<f64>)> {
        let one = |name: &str| (name.to_owned(), vec![self[name]]);
        self.names().into_iter().map(one).collect()
    }
}

impl<const N: usize> Outcome for [(&str, f64); N] {
    fn scores(&self) -> Vec<(String, Vec<f64>)> {
        named(self)
    }
}

impl Outcome for Vec<(&str, f64)> {
    fn scores(&self) -> Vec<(String, Vec<f64>)> {
        named(self)
    }
}

fn named(scores: &[(&str, f64)]) -> Vec<(String, Vec<f64>)> {
    let one = |(name, value): &(&str, f64)| ((*name).to_owned(), vec![*value]);
    scores.iter().map(one).collect()
}
