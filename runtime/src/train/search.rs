//! Many runs with different settings.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::display::{ProgressBar, progress_bar};
use crate::error::{Error, OrRaise};
use crate::host;
use crate::random::{self, Stream};

mod found;
mod point;

pub use found::{SearchResult, Trial};
pub use point::{Outcome, Point, Setting};

use point::Range;

/// Settings to try: names, each with the values that it may have.
///
/// A trial is a call of a closure with one value for each name; what it gives is its score, higher
/// is better unless [`Search::minimize`] is said. Every trial has random numbers of its own, which
/// follow from `manual_seed` and the number of the trial: its score does not depend on the other
/// trials, nor on threads.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let search = Search::new().values("lr", [0.5, 0.1]).values("hidden", [4, 8]);
/// let found = search.grid(|p| {
///     let data = DataLoader::new(&iris(), 50).shuffle(true);
///     let model = seq![Linear::new(4, p.int("hidden")), ReLU, Linear::new(p.int("hidden"), 3)];
///     let mut opt = Sgd::new(model.parameters(), p["lr"]);
///     Trainer::new(2).quiet().fit(&model, &data, &mut opt, cross_entropy);
///     evaluate(&model, &data, cross_entropy, &[("accuracy", &accuracy)])["accuracy"]
/// });
/// assert_eq!(found.len(), 4);
/// let best = found.best();
/// println!("lr {}, hidden {}, score {}", best["lr"], best.int("hidden"), found.best_score());
/// ```
#[must_use = "every method gives a new search; write `let search = search.values(..);`"]
#[derive(Clone, Debug, Default)]
pub struct Search {
    ranges: Vec<(String, Range)>,
    minimize: bool,
}

impl Search {
    /// Nothing to try yet.
    pub fn new() -> Search {
        Search::default()
    }

    /// The same with a setting that takes each of some values: numbers or texts.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let search = Search::new().values("optimiser", ["sgd", "adam"]).values("lr", [0.1, 0.01]);
    /// let found = search.grid(|p| if p.text("optimiser") == "adam" { p["lr"] } else { 0.0 });
    /// assert_eq!(found.best().text("optimiser"), "adam");
    /// ```
    ///
    /// # Panics
    /// If there is no value, or the name is taken.
    #[track_caller]
    pub fn values<S: Into<Setting>>(
        &self,
        name: &str,
        values: impl IntoIterator<Item = S>,
    ) -> Search {
        self.with(
            name,
            Range::List(values.into_iter().map(Into::into).collect()),
        )
    }

    /// The same with a setting that is drawn evenly between two numbers; for [`Search::random`].
    #[track_caller]
    pub fn uniform(&self, name: &str, low: f64, high: f64) -> Search {
        self.with(name, Range::Uniform(low, high))
    }

    /// The same with a setting of which the logarithm is drawn evenly: as often between 0.001 and
    /// 0.01 as between 0.01 and 0.1. For [`Search::random`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let search = Search::new().log_uniform("lr", 1e-4, 1e-1).whole("hidden", 8, 64);
    /// let found = search.random(20, |p| -(p["lr"].log10() + 2.0).abs());
    /// assert_eq!(found.len(), 20);
    /// assert!((found.best()["lr"].log10() + 2.0).abs() < 1.0);
    /// ```
    #[track_caller]
    pub fn log_uniform(&self, name: &str, low: f64, high: f64) -> Search {
        if low <= 0.0 {
            Error::new(
                "log_uniform",
                format!("{name} must be above 0, it begins at {low}"),
            )
            .raise();
        }
        self.with(name, Range::LogUniform(low, high))
    }

    /// The same with a setting that is a whole number from `low` to `high`, both included.
    #[track_caller]
    pub fn whole(&self, name: &str, low: i64, high: i64) -> Search {
        self.with(name, Range::Whole(low, high))
    }

    /// The same, but lower scores are better, as for a loss.
    pub fn minimize(&self) -> Search {
        Search {
            minimize: true,
            ..self.clone()
        }
    }

    #[track_caller]
    fn with(&self, name: &str, range: Range) -> Search {
        if self.ranges.iter().any(|(known, _)| known == name) {
            Error::new("search", format!("the setting {name:?} is there already")).raise();
        }
        range.check(name).or_raise();
        let mut search = self.clone();
        search.ranges.push((name.to_owned(), range));
        search
    }

    /// Tries every combination of the values, those of the last name changing fastest.
    ///
    /// # Panics
    /// If a setting has a range instead of values.
    #[track_caller]
    pub fn grid<R: Outcome>(&self, trial: impl Fn(&Point) -> R) -> SearchResult {
        let points = self.combinations().or_raise();
        self.run(points, &|point| trial(point).scores())
    }

    /// Tries some points that are drawn at random; where there are only so many combinations, none
    /// twice.
    #[track_caller]
    pub fn random<R: Outcome>(&self, trials: usize, trial: impl Fn(&Point) -> R) -> SearchResult {
        let points = self.draw(trials).or_raise();
        self.run(points, &|point| trial(point).scores())
    }

    /// As [`Search::grid`], several trials at once; the result is the same for any number of
    /// threads.
    ///
    /// Small models gain by it, since one of them cannot keep several cores busy. Use
    /// [`Trainer::quiet`](crate::train::Trainer::quiet) within.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let search = Search::new().values("lr", [0.1, 0.2, 0.3]);
    /// let noisy = |p: &Point| p["lr"] + rand(1).item();
    /// manual_seed(3);
    /// let alone = search.grid(noisy);
    /// manual_seed(3);
    /// let together = search.par_grid(2, noisy);
    /// assert_eq!(alone.best_score(), together.best_score());
    /// ```
    #[track_caller]
    pub fn par_grid<R: Outcome>(
        &self,
        threads: usize,
        trial: impl Fn(&Point) -> R + Sync,
    ) -> SearchResult {
        let points = self.combinations().or_raise();
        self.run_in(threads, points, &|point| trial(point).scores())
    }

    /// As [`Search::random`], several trials at once; the result is the same for any number of
    /// threads.
    #[track_caller]
    pub fn par_random<R: Outcome>(
        &self,
        trials: usize,
        threads: usize,
        trial: impl Fn(&Point) -> R + Sync,
    ) -> SearchResult {
        let points = self.draw(trials).or_raise();
        self.run_in(threads, points, &|point| trial(point).scores())
    }

    fn point(&self, settings: Vec<Setting>) -> Point {
        let names = self.ranges.iter().map(|(name, _)| name.clone());
        Point::new(names.zip(settings).collect())
    }

    /// How many combinations there are; none if some range has no end of them.
    fn count(&self) -> Option<usize> {
        let mut counts = self.ranges.iter().map(|(_, range)| range.count());
        counts.try_fold(1_usize, |all, count| all.checked_mul(count?))
    }

    /// The combination of a number.
    fn combination(&self, mut number: usize) -> Point {
        let mut settings: Vec<Setting> = Vec::new();
        for (_, range) in self.ranges.iter().rev() {
            let count = range.count().unwrap_or(1);
            settings.push(range.at(number % count));
            number /= count;
        }
        settings.reverse();
        self.point(settings)
    }

    fn combinations(&self) -> Result<Vec<Point>, Error> {
        self.check("grid")?;
        if let Some((name, _)) = self
            .ranges
            .iter()
            .find(|(_, range)| range.count().is_none())
        {
            let message = format!("{name} is drawn from a range and has no list of values");
            return Err(Error::new("grid", message).help(format!(
                "values({name:?}, [..]), or random(20, ..) instead of grid(..)"
            )));
        }
        const MOST: usize = 1_000_000;
        match self.count() {
            Some(count) if count <= MOST => Ok((0..count).map(|i| self.combination(i)).collect()),
            _ => Err(
                Error::new("grid", format!("there are more than {MOST} combinations"))
                    .help("random(100, ..) tries some of them"),
            ),
        }
    }

    fn draw(&self, trials: usize) -> Result<Vec<Point>, Error> {
        self.check("random")?;
        let all = self.count().filter(|&count| count <= 10 * trials.max(100));
        Ok(random::draw(|stream| match all {
            Some(count) => {
                let order = stream.permutation(count).into_iter().take(trials);
                order.map(|i| self.combination(i)).collect()
            }
            None => (0..trials).map(|_| self.drawn(stream)).collect(),
        }))
    }

    fn drawn(&self, stream: &mut Stream) -> Point {
        self.point(
            self.ranges
                .iter()
                .map(|(_, range)| range.draw(stream))
                .collect(),
        )
    }

    fn check(&self, op: &str) -> Result<(), Error> {
        if self.ranges.is_empty() {
            return Err(Error::new(op, "there is no setting to try")
                .help("Search::new().values(\"lr\", [0.1, 0.01])"));
        }
        Ok(())
    }

    fn run(&self, points: Vec<Point>, trial: Tried<'_>) -> SearchResult {
        let seed = random::draw(Stream::bits);
        let progress = Progress::new(points.len(), self.minimize);
        let trials = points.into_iter().enumerate();
        let trials = trials.map(|(i, point)| progress.done(run_one(i, seed, point, trial)));
        SearchResult::new(trials.collect(), self.minimize)
    }

    fn run_in(
        &self,
        threads: usize,
        points: Vec<Point>,
        trial: &(dyn Fn(&Point) -> Values + Sync),
    ) -> SearchResult {
        let seed = random::draw(Stream::bits);
        let progress = Progress::new(points.len(), self.minimize);
        let next = AtomicUsize::new(0);
        let trials = Mutex::new(Vec::new());
        let work = || {
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                let Some(point) = points.get(i) else { return };
                let done = run_one(i, seed, point.clone(), trial);
                let mut trials = trials.lock().unwrap_or_else(PoisonError::into_inner);
                trials.push(progress.done(done));
            }
        };
        std::thread::scope(|scope| {
            let workers = (1..threads.clamp(1, points.len().max(1))).map(|_| scope.spawn(work));
            let workers: Vec<_> = workers.collect();
            work();
            for worker in workers {
                if let Err(panic) = worker.join() {
                    std::panic::resume_unwind(panic);
                }
            }
        });
        let mut trials = trials.into_inner().unwrap_or_else(PoisonError::into_inner);
        trials.sort_by_key(|trial| trial.number);
        SearchResult::new(trials, self.minimize)
    }
}

/// What an [`Outcome`] consists of.
type Values = Vec<(String, Vec<f64>)>;

type Tried<'a> = &'a dyn Fn(&Point) -> Values;

/// One trial, with random numbers that depend on its number alone.
fn run_one(number: usize, seed: u64, point: Point, trial: Tried<'_>) -> Trial {
    host::check_interrupt();
    let start = Instant::now();
    // As in the loader: the golden ratio's digits keep neighbouring seeds apart.
    let seed = seed ^ (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let scores = random::with_seed(seed, || trial(&point));
    Trial::new(number, point, scores, start.elapsed().as_secs_f64())
}

/// The progress bar of a search, with the best score so far.
struct Progress {
    bar: ProgressBar,
    best: Mutex<Option<f64>>,
    minimize: bool,
}

impl Progress {
    fn new(trials: usize, minimize: bool) -> Progress {
        let bar = progress_bar(trials);
        bar.label("trials");
        Progress {
            bar,
            best: Mutex::new(None),
            minimize,
        }
    }

    fn done(&self, trial: Trial) -> Trial {
        let score = trial.score();
        let mut best = self.best.lock().unwrap_or_else(PoisonError::into_inner);
        let better = |old: f64| {
            if self.minimize {
                score < old
            } else {
                score > old
            }
        };
        if !score.is_nan() && best.is_none_or(better) {
            *best = Some(score);
        }
        if let Some(best) = *best {
            self.bar.status(&format!("best {best:.4}"));
        }
        self.bar.advance(1);
        trial
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish();
    }
}
