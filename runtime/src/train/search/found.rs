//! What a search has found.

use std::fmt;

use crate::data::Table;
use crate::display::{MimeBundle, Rich, escape_html};
use crate::error::Error;
use crate::plot::Figure;
use crate::train::search::point::{Point, Setting};

/// One trial of a search.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its settings.
    pub point: Point,
    /// Its scores by name, the one that counts first, each with its values.
    pub scores: Vec<(String, Vec<f64>)>,
    /// How long it took.
    pub seconds: f64,
    /// Its place in the order of trials.
    pub(super) number: usize,
}

impl Trial {
    pub(super) fn new(
        number: usize,
        point: Point,
        scores: Vec<(String, Vec<f64>)>,
        seconds: f64,
    ) -> Trial {
        Trial {
            point,
            scores,
            seconds,
            number,
        }
    }

    /// The mean of the score that counts; NaN if there is none.
    pub fn score(&self) -> f64 {
        self.scores
            .first()
            .map_or(f64::NAN, |(_, values)| mean(values))
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The deviation of several values, divided by n - 1; none for fewer than two.
fn std(values: &[f64]) -> Option<f64> {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// The trials of a search, the best first; made by [`Search`](crate::train::Search).
#[derive(Clone)]
pub struct SearchResult {
    trials: Vec<Trial>,
}

impl SearchResult {
    /// The trials in their order, which become sorted; a score that is NaN comes last.
    pub(super) fn new(mut trials: Vec<Trial>, minimize: bool) -> SearchResult {
        let key = |trial: &Trial| match trial.score() {
            score if score.is_nan() => f64::INFINITY,
            score if minimize => score,
            score => -score,
        };
        trials.sort_by(|a, b| {
            let last = a.score().is_nan().cmp(&b.score().is_nan());
            last.then(key(a).total_cmp(&key(b)))
        });
        SearchResult { trials }
    }

    /// How many trials there are.
    pub fn len(&self) -> usize {
        self.trials.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.trials.is_empty()
    }

    /// The trials, the best first; of equal ones the earlier.
    pub fn trials(&self) -> Vec<Trial> {
        self.trials.clone()
    }

    /// The settings with the best score.
    ///
    /// # Panics
    /// If there is no trial.
    #[track_caller]
    pub fn best(&self) -> Point {
        match self.trials.first() {
            Some(trial) => trial.point.clone(),
            None => Error::new("best", "the search had no trial").raise(),
        }
    }

    /// The best score; NaN if there is no trial.
    ///
    /// The best of many trials is better than a new measurement of the same settings will be: it
    /// was chosen for it. Measure the winner once more, on data that the search has not seen.
    pub fn best_score(&self) -> f64 {
        self.trials.first().map_or(f64::NAN, Trial::score)
    }

    /// A row for each trial, the best first: settings, scores, with the deviation where a score has
    /// several values, and seconds.
    pub fn table(&self) -> Table {
        let Some(first) = self.trials.first() else {
            return Table::empty(0);
        };
        let mut columns: Vec<(String, Vec<Option<String>>)> = Vec::new();
        let number = |value: f64| (!value.is_nan()).then(|| value.to_string());
        let column =
            |cell: &dyn Fn(&Trial) -> Option<String>| self.trials.iter().map(cell).collect();
        for (name, _) in first.point.settings() {
            let cell = |trial: &Trial| trial.point.find(name).ok().map(Setting::to_string);
            columns.push((name.to_owned(), column(&cell)));
        }
        for (name, _) in &first.scores {
            let values = |trial: &Trial| {
                let found = trial.scores.iter().find(|(known, _)| known == name);
                found.map(|(_, values)| values.clone()).unwrap_or_default()
            };
            columns.push((name.clone(), column(&|trial| number(mean(&values(trial))))));
            if self.trials.iter().any(|trial| values(trial).len() > 1) {
                let cell = |trial: &Trial| std(&values(trial)).and_then(number);
                columns.push((format!("{name} std"), column(&cell)));
            }
        }
        columns.push(("seconds".to_owned(), column(&|trial| number(trial.seconds))));
        let (names, cells) = columns.into_iter().unzip();
        Table::from_cells(names, cells)
    }

    /// The best score for each pair of values of two settings, those of the first one above another.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let search = Search::new().values("lr", [0.1, 0.2]).values("wd", [0.0, 1.0]);
    /// let found = search.grid(|p| p["lr"] + p["wd"]);
    /// assert!(found.heatmap("lr", "wd").to_svg().contains(">1.200<"));
    /// ```
    ///
    /// # Panics
    /// If a setting is not there, or no trial is.
    #[track_caller]
    pub fn heatmap(&self, rows: &str, columns: &str) -> Figure {
        let find = |name: &str| -> Result<Vec<Setting>, Error> {
            let mut values: Vec<Setting> = Vec::new();
            for trial in &self.trials {
                let value = trial.point.find(name)?;
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
            values.sort_by(|a, b| match (a, b) {
                (Setting::Number(a), Setting::Number(b)) => a.total_cmp(b),
                _ => a.to_string().cmp(&b.to_string()),
            });
            Ok(values)
        };
        let (down, across) = match (find(rows), find(columns)) {
            (Ok(down), Ok(across)) if !down.is_empty() => (down, across),
            (Err(error), _) | (_, Err(error)) => error.raise(),
            _ => Error::new("heatmap", "the search had no trial").raise(),
        };
        let score = |row: &Setting, column: &Setting| {
            // The first is the best.
            let found = self.trials.iter().find(|trial| {
                trial.point.find(rows).ok() == Some(row)
                    && trial.point.find(columns).ok() == Some(column)
            });
            found.map_or(f64::NAN, Trial::score)
        };
        let values: Vec<Vec<f64>> = down
            .iter()
            .map(|row| across.iter().map(|column| score(row, column)).collect())
            .collect();
        let names = |values: &[Setting]| values.iter().map(Setting::to_string).collect::<Vec<_>>();
        Figure::new()
            .heatmap(values, 3)
            .cells(names(&down), names(&across))
            .xlabel(columns)
            .ylabel(rows)
    }

    fn summary(&self) -> String {
        match self.trials.first() {
            Some(best) => {
                let (name, values) = match best.scores.first() {
                    Some((name, values)) => (name.as_str(), values.as_slice()),
                    None => ("score", &[][..]),
                };
                let spread = std(values).map_or(String::new(), |std| format!(" ± {std:.4}"));
                format!(
                    "{} trials; best: {:?}: {name} {:.4}{spread}",
                    self.len(),
                    best.point,
                    best.score()
                )
            }
            None => "0 trials".to_owned(),
        }
    }
}

impl fmt::Debug for SearchResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.table().text_grid(), self.summary())
    }
}

impl Rich for SearchResult {
    fn mime_bundle(&self) -> MimeBundle {
        MimeBundle::text(format!("{self:?}")).html(format!(
            "{}<div>{}</div>",
            self.table().html_grid(),
            escape_html(&self.summary())
        ))
    }
}

crate::display::rich_result!(SearchResult);
