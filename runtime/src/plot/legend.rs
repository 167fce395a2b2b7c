//! The list of named series, where it hides least.

use plotters::prelude::{Color, RGBColor, ShapeStyle};
use plotters::style::text_anchor::{HPos, VPos};

use super::clip::{Frame, Point};
use super::draw::{Drawn, PALETTE, PAPER, Plot, TICK_TEXT, stroke, text_style, text_width};
use super::figure::{Figure, Kind, Series};

impl Plot<'_, '_> {
    /// The corner with the fewest points below it holds the legend.
    pub(super) fn legend(&self, figure: &Figure) -> Drawn {
        let named: Vec<(usize, &Series)> = figure
            .series
            .iter()
            .enumerate()
            .filter(|(_, s)| !s.label.is_empty())
            .collect();
        let Some(widest) = named
            .iter()
            .map(|(_, s)| text_width(&s.label, TICK_TEXT))
            .max_by(f64::total_cmp)
        else {
            return Ok(());
        };
        let (width, row) = (widest + 44.0, 18.0);
        let height = row * named.len() as f64 + 8.0;
        let (x, y) = self.quiet_corner(figure, width, height);
        let card = ShapeStyle {
            color: PAPER.mix(0.85),
            filled: true,
            stroke_width: 0,
        };
        self.rectangle((x, y), (x + width, y + height), card)?;
        self.outline(
            (x, y),
            (x + width, y + height),
            stroke(RGBColor(204, 204, 204), 0.8),
        )?;
        for (line, (i, series)) in named.iter().enumerate() {
            let color = PALETTE[i % PALETTE.len()];
            let middle = y + 4.0 + row * (line as f64 + 0.5);
            match series.kind {
                Kind::Line => {
                    self.line(
                        vec![(x + 8.0, middle), (x + 28.0, middle)],
                        stroke(color, 1.8),
                    )?;
                    if series.marker {
                        self.dot((x + 18.0, middle), 3.2, color)?;
                    }
                }
                Kind::Scatter => self.dot((x + 18.0, middle), 3.2, color)?,
                Kind::Histogram => {
                    let (a, b) = ((x + 9.0, middle - 5.0), (x + 27.0, middle + 5.0));
                    self.rectangle(a, b, color.mix(0.75).filled())?;
                }
            }
            let style = text_style(TICK_TEXT, HPos::Left, VPos::Center);
            self.text(&series.label, (x + 35.0, middle), style)?;
        }
        Ok(())
    }

    fn quiet_corner(&self, figure: &Figure, width: f64, height: f64) -> Point {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = self.frame;
        let (near, far_x, far_y) = (8.0, right - width - 8.0, bottom - height - 8.0);
        let corners = [
            (far_x, top + near),
            (left + near, top + near),
            (left + near, far_y),
            (far_x, far_y),
        ];
        let covered = |&(x, y): &Point| {
            let inside = |point: &Point| {
                let card = Frame {
                    left: x,
                    top: y,
                    right: x + width,
                    bottom: y + height,
                };
                card.holds(*point)
            };
            let under = |s: &Series| match s.kind {
                Kind::Histogram => self
                    .tops(s)
                    .filter(|&(px, py)| px >= x && px <= x + width && py <= y + height)
                    .count(),
                _ => self.dense(s).filter(inside).count(),
            };
            figure.series.iter().map(under).sum::<usize>()
        };
        corners
            .into_iter()
            .min_by_key(covered)
            .unwrap_or(corners[0])
    }

    /// The points of a series, and for a line the places between them.
    fn dense<'a>(&'a self, series: &'a Series) -> impl Iterator<Item = Point> + 'a {
        let step = (series.x.len() / 500).max(1);
        let places: Vec<Point> = self.points(series).step_by(step).flatten().collect();
        let between = if series.kind == Kind::Line && places.len() < 100 {
            10
        } else {
            1
        };
        let pairs: Vec<(Point, Point)> = match places[..] {
            [only] => vec![(only, only)],
            _ => places.windows(2).map(|pair| (pair[0], pair[1])).collect(),
        };
        pairs.into_iter().flat_map(move |(a, b)| {
            (0..=between).map(move |i| {
                let t = f64::from(i) / f64::from(between);
                (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
            })
        })
    }

    /// The middle of the upper edge of every bar.
    fn tops<'a>(&'a self, series: &'a Series) -> impl Iterator<Item = Point> + 'a {
        let middle = |edges: &[f64]| edges[0] / 2.0 + edges[1] / 2.0;
        series
            .x
            .windows(2)
            .zip(series.y.iter())
            .filter_map(move |(edges, &y)| self.place(middle(edges), y))
    }
}
