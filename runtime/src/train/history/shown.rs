//! A history as text, table and picture.

use std::fmt;

use crate::display::{MimeBundle, Rich, escape_html};
use crate::plot::Figure;
use crate::train::History;
use crate::train::history::{Epoch, VALID};

/// Epochs that a summary lists at each end.
const EDGE: usize = 5;

/// Batches of a run are drawn one by one up to this many epochs; for more the band tells enough.
const FEW: usize = 10;

/// Points of a line up to which each gets a dot.
const DOTTED: usize = 30;

impl History {
    /// The learning curves: a panel for the loss and one for each metric, with training and
    /// validation values and a band of one standard deviation, between batches, around each.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let data = DataLoader::new(&iris(), 25).shuffle(true);
    /// let model = seq![Linear::new(4, 3)];
    /// let mut opt = Sgd::new(model.parameters(), 0.1);
    /// let trainer = Trainer::new(3).valid(&data).metric("accuracy", accuracy);
    /// let figure = trainer.fit(&model, &data, &mut opt, cross_entropy).plot();
    /// let svg = figure.to_svg();
    /// assert!(svg.contains(">train<") && svg.contains(">valid<") && svg.contains(">accuracy<"));
    /// ```
    pub fn plot(&self) -> Figure {
        let names = self.names();
        let panels: Vec<Figure> = names
            .iter()
            .filter(|name| !name.starts_with(VALID) && !matches!(&***name, "lr" | "seconds"))
            .map(|name| self.panel(name))
            .collect();
        match panels.as_slice() {
            [] => Figure::new().title("training").xlabel("epoch"),
            [one] => one.title("training"),
            _ => Figure::row(&panels),
        }
    }

    /// The curves of one quantity.
    fn panel(&self, name: &str) -> Figure {
        let mut figure = Figure::new();
        if name == "loss" && self.len() <= FEW && self.batches_per_epoch > 1 {
            let per_epoch = self.batches_per_epoch as f64;
            let batches = 1..=self.batch_loss.len();
            let x: Vec<f64> = batches.map(|batch| batch as f64 / per_epoch).collect();
            figure = figure.line(&x, &self.batch_loss).label("batch");
            figure = figure.color("gray").alpha(0.5).width(1.0);
        }
        let known = self.names();
        let valid = format!("{VALID}{name}");
        for (series, label, color) in [(name, "train", "C0"), (&*valid, "valid", "C1")] {
            if !known.iter().any(|known| known == series) {
                continue;
            }
            let (mean, std) = (self.series(series), self.std(series));
            let x: Vec<f64> = (1..=mean.len()).map(|epoch| epoch as f64).collect();
            figure = figure.line(&x, &mean).label(label).color(color);
            if mean.len() <= DOTTED {
                figure = figure.marker();
            }
            let edge = |sign: f64| -> Vec<f64> {
                let pairs = mean.iter().zip(&std);
                pairs.map(|(m, s)| m + sign * s).collect()
            };
            if std.iter().any(|s| *s > 0.0) {
                figure = figure.fill_between(&x, edge(-1.0), edge(1.0));
            }
        }
        figure.title(name).xlabel("epoch").ylabel(name)
    }

    /// The epochs to list: all, or both ends around a gap.
    fn listed(&self) -> Vec<Option<(usize, &Epoch)>> {
        let all: Vec<_> = (1..).zip(&self.epochs).map(Some).collect();
        if all.len() <= 2 * EDGE + 1 {
            return all;
        }
        [&all[..EDGE], &[None], &all[all.len() - EDGE..]].concat()
    }

    /// What is to be said besides the numbers.
    fn remarks(&self) -> Vec<String> {
        let best = self.best.filter(|&epoch| epoch < self.len());
        let remarks = [
            best.map(|epoch| format!("best epoch: {epoch}")),
            self.stopped.as_ref().map(|why| format!("stopped: {why}")),
            self.unsaved.as_ref().map(|why| format!("not saved: {why}")),
        ];
        remarks.into_iter().flatten().collect()
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (epochs, batches) = (self.len(), self.batch_loss.len());
        write!(f, "History of {epochs} epochs, {batches} batches")?;
        for line in self.listed() {
            let Some((number, epoch)) = line else {
                f.write_str("\n  ...")?;
                continue;
            };
            let values = epoch
                .series()
                .map(|(name, mean, _)| format!("{name} {mean:.6}"));
            let values: Vec<String> = values.collect();
            write!(f, "\n  epoch {number}: {}", values.join(", "))?;
        }
        for remark in self.remarks() {
            write!(f, "\n  {remark}")?;
        }
        Ok(())
    }
}

impl Rich for History {
    fn mime_bundle(&self) -> MimeBundle {
        let names: Vec<String> = match self.epochs.first() {
            Some(epoch) => epoch.series().map(|(name, ..)| name).collect(),
            None => vec!["loss".to_owned()],
        };
        let heads: String = names
            .iter()
            .map(|name| format!("<th>{}</th>", escape_html(name)))
            .collect();
        let row = |line: Option<(usize, &Epoch)>| {
            let Some((number, epoch)) = line else {
                return format!("<tr><td>⋮</td>{}</tr>", "<td>⋮</td>".repeat(names.len()));
            };
            let cell = |(_, mean, std): (String, f64, f64)| match std > 0.0 {
                true => format!("<td>{mean:.6} <span style=\"opacity:.6\">± {std:.4}</span></td>"),
                false => format!("<td>{mean:.6}</td>"),
            };
            let cells: String = epoch.series().map(cell).collect();
            format!("<tr><td>{number}</td>{cells}</tr>")
        };
        let rows: String = self.listed().into_iter().map(row).collect();
        let remarks: String = self
            .remarks()
            .iter()
            .map(|remark| format!("<div>{}</div>", escape_html(remark)))
            .collect();
        MimeBundle::text(format!("{self:?}")).html(format!(
            "<table style=\"text-align:right\"><thead><tr><th>epoch</th>{heads}</tr></thead>\
             <tbody>{rows}</tbody></table>{remarks}"
        ))
    }
}

crate::display::rich_result!(History);
