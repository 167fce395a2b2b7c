//! The list of named layers, where it hides least.

use super::clip::{Frame, Point};
use super::color::Rgb;
use super::draw::{Painter, colors};
use super::label::{shortened, text_width};
use super::layout::{Placed, TICK_TEXT};
use super::marks::LINE;
use super::panel::{Layer, Legend, Mark, Marker};
use super::scene::{Side, Stroke, stroke};

const ROW: f64 = 20.0;
/// From the card's edge to the text.
const INDENT: f64 = 35.0;
/// Longer names are cut.
const LONGEST: f64 = 220.0;

/// The named layers, as many as there is room for, and how many more there are.
fn rows<'a>(placed: &Placed<'a>) -> (Vec<(usize, &'a Layer)>, usize) {
    let named: Vec<(usize, &Layer)> = placed
        .panel
        .layers
        .iter()
        .enumerate()
        // A box has its name below it.
        .filter(|(_, layer)| !layer.label.is_empty() && !matches!(layer.mark, Mark::Box { .. }))
        .collect();
    let room = ((placed.frame.bottom - placed.frame.top - 20.0) / ROW).max(1.0) as usize;
    if named.len() <= room {
        return (named, 0);
    }
    let shown = room.saturating_sub(1).max(1);
    let more = named.len() - shown;
    (named.into_iter().take(shown).collect(), more)
}

/// Where names are cut: in a small frame sooner.
fn longest(placed: &Placed<'_>) -> f64 {
    if placed.beside {
        return LONGEST;
    }
    (placed.frame.right - placed.frame.left - INDENT - 24.0).clamp(40.0, LONGEST)
}

fn more_text(more: usize) -> String {
    format!("and {more} more")
}

/// Width and height of the legend, if there is one.
pub(super) fn size(placed: &Placed<'_>) -> Option<(f64, f64)> {
    if placed.panel.legend == Legend::None {
        return None;
    }
    let (named, more) = rows(placed);
    let mut widest = named
        .iter()
        .map(|(_, layer)| text_width(&layer.label, TICK_TEXT).min(longest(placed)))
        .max_by(f64::total_cmp)?;
    let mut lines = named.len();
    if more > 0 {
        widest = widest.max(text_width(&more_text(more), TICK_TEXT));
        lines += 1;
    }
    Some((widest + INDENT + 8.0, ROW * lines as f64 + 8.0))
}

/// Whether a legend inside the frame hides data wherever it stands.
pub(super) fn crowded(placed: &Placed<'_>) -> bool {
    let wide = placed.frame.right - placed.frame.left;
    // Beside a narrow frame there is less room than in it.
    if wide < 300.0 || placed.has_surface() {
        return false;
    }
    // A point or two below the card are seen through it.
    placed.quietest.is_some_and(|(_, covered)| covered > 3)
}

/// Where a legend may stand: in the corners, then in the middle of each side.
const SPOTS: [(f64, f64); 8] = [
    (1.0, 0.0),
    (0.0, 0.0),
    (0.0, 1.0),
    (1.0, 1.0),
    (1.0, 0.5),
    (0.0, 0.5),
    (0.5, 1.0),
    (0.5, 0.0),
];

/// The spot with the fewest points below it, and how many they are; `None` if the legend stands
/// elsewhere.
pub(super) fn quietest(placed: &Placed<'_>) -> Option<(Point, usize)> {
    if placed.beside || placed.panel.legend != Legend::Best {
        return None;
    }
    let (width, height) = size(placed)?;
    let points: Vec<Point> = placed
        .panel
        .layers
        .iter()
        .flat_map(|layer| dense(placed, layer))
        .filter(|&point| placed.frame.holds(point))
        .collect();
    let mut best = (spot(placed, width, height, SPOTS[0]), usize::MAX);
    for place in SPOTS {
        let (x, y) = spot(placed, width, height, place);
        let card = Frame {
            left: x - 3.0,
            top: y - 3.0,
            right: x + width + 3.0,
            bottom: y + height + 3.0,
        };
        let covered = points.iter().filter(|&&point| card.holds(point)).count();
        if covered < best.1 {
            best = ((x, y), covered);
        }
    }
    Some(best)
}

/// The legend's corner where it stands from left to right, and from top to bottom, from 0 to 1.
fn spot(placed: &Placed<'_>, width: f64, height: f64, (across, down): (f64, f64)) -> Point {
    let frame = placed.frame;
    let free = |low: f64, high: f64, size: f64| high - low - size - 16.0;
    (
        frame.left + 8.0 + across * free(frame.left, frame.right, width),
        frame.top + 8.0 + down * free(frame.top, frame.bottom, height),
    )
}

/// Places that a layer covers, close enough to each other that no legend slips between.
fn dense(placed: &Placed<'_>, layer: &Layer) -> Vec<Point> {
    let place = |x: f64, y: f64| placed.place(x, y, layer.twin);
    let some = |xs: &[f64], ys: &[f64], most: usize| -> Vec<Point> {
        let step = (xs.len() / most).max(1);
        (0..xs.len().min(ys.len()))
            .step_by(step)
            .filter_map(|i| place(xs[i], ys[i]))
            .collect()
    };
    let along = |xs: &[f64], ys: &[f64]| between(&some(xs, ys, 200));
    match &layer.mark {
        Mark::Line { x, y, steps } if !layer.look.no_line => {
            if *steps {
                let held: Vec<f64> = x.iter().skip(1).copied().collect();
                let flat = along(&held, y);
                return [along(x, y), flat].concat();
            }
            along(x, y)
        }
        Mark::Line { x, y, .. } | Mark::Points { x, y, .. } | Mark::Errors { x, y, .. } => {
            some(x, y, 500)
        }
        Mark::Band { x, low, high, .. } => [along(x, low), along(x, high)].concat(),
        Mark::Histogram { edges, heights } => columns(
            placed,
            edges
                .windows(2)
                .zip(heights.iter())
                .filter_map(|(edge, &y)| place(edge[0] / 2.0 + edge[1] / 2.0, y)),
        ),
        Mark::Bars {
            heights,
            lying: false,
        } => columns(
            placed,
            heights
                .iter()
                .enumerate()
                .flat_map(|(i, &y)| {
                    [-0.38, -0.2, 0.0, 0.2, 0.38].map(|side| place(i as f64 + side, y))
                })
                .flatten(),
        ),
        Mark::Bars { heights, .. } => heights
            .iter()
            .enumerate()
            .filter_map(|(i, &x)| place(x, i as f64))
            .flat_map(|end| between(&[(placed.frame.left, end.1), end]))
            .collect(),
        Mark::Shape { x, y } => along(x, y),
        Mark::Note { x, y, .. } => place(*x, *y).into_iter().collect(),
        Mark::Arrow { tail, head, .. } => [place(tail.0, tail.1), place(head.0, head.1)]
            .into_iter()
            .flatten()
            .collect(),
        _ => Vec::new(),
    }
}

/// From the top of each bar down.
fn columns(placed: &Placed<'_>, tops: impl Iterator<Item = Point>) -> Vec<Point> {
    tops.flat_map(|top| between(&[top, (top.0, placed.frame.bottom)]))
        .collect()
}

/// The points, and places every few pixels between them.
fn between(places: &[Point]) -> Vec<Point> {
    let mut out = Vec::with_capacity(places.len());
    for pair in places.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let apart = (b.0 - a.0).abs().max((b.1 - a.1).abs());
        let parts = (apart / 8.0).clamp(1.0, 100.0) as usize;
        out.extend((0..parts).map(|i| {
            let t = i as f64 / parts as f64;
            (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
        }));
    }
    out.extend(places.last());
    out
}

impl Painter<'_, '_> {
    pub(super) fn legend(&mut self) {
        let placed = self.placed;
        let Some((width, height)) = size(placed) else {
            return;
        };
        let (named, more) = rows(placed);
        let (x, y) = if placed.beside {
            let margins = placed.margins;
            (
                placed.frame.right + margins.twin + margins.bar + 10.0,
                placed.frame.top,
            )
        } else {
            match placed.panel.legend {
                Legend::Corner { right, lower } => {
                    let place = (f64::from(right), f64::from(lower));
                    spot(placed, width, height, place)
                }
                _ => placed
                    .quietest
                    .map_or_else(|| spot(placed, width, height, SPOTS[0]), |(at, _)| at),
            }
        };
        let card = Frame {
            left: x,
            top: y,
            right: x + width,
            bottom: y + height,
        };
        let theme = self.scene.theme;
        self.scene.rectangle(
            card,
            Some(theme.paper.paint(0.85)),
            Some(stroke(theme.faint.solid(), 0.8)),
        );
        let colors = colors(placed, theme);
        let line = |row: usize| y + 4.0 + ROW * (row as f64 + 0.5);
        for (row, (i, layer)) in named.iter().enumerate() {
            self.sample(layer, colors[*i], (x + 8.0, line(row)));
            let text = shortened(&layer.label, TICK_TEXT, longest(placed));
            let at = (x + INDENT, line(row));
            self.scene
                .text(&text, at, TICK_TEXT, Side::Start, Side::Middle);
        }
        if more > 0 {
            let at = (x + INDENT, line(named.len()));
            self.scene
                .text(&more_text(more), at, TICK_TEXT, Side::Start, Side::Middle);
        }
    }

    /// What a layer looks like, 20 pixels wide.
    fn sample(&mut self, layer: &Layer, color: Rgb, (x, middle): Point) {
        let look = &layer.look;
        let alpha = look.alpha.unwrap_or(1.0);
        let center = (x + 10.0, middle);
        let radius = look.marker_size.unwrap_or(4.0).min(6.0);
        match &layer.mark {
            Mark::Line { .. } | Mark::Rule { .. } => {
                if !look.no_line {
                    let line = Stroke {
                        paint: color.paint(alpha),
                        width: look.width.unwrap_or(LINE).min(6.0),
                        dash: look.dash,
                    };
                    self.scene.line(vec![(x, middle), (x + 20.0, middle)], line);
                }
                if let Some(marker) = look.marker {
                    self.markers(marker, vec![center], radius, color.paint(alpha), look.edge);
                }
            }
            Mark::Points { .. } => {
                let marker = look.marker.unwrap_or(Marker::Circle);
                self.markers(marker, vec![center], radius, color.solid(), look.edge);
            }
            Mark::Errors { .. } => {
                let bar = vec![(x + 10.0, middle - 6.0), (x + 10.0, middle + 6.0)];
                self.scene.line(bar, stroke(color.solid(), 1.3));
                self.markers(Marker::Circle, vec![center], 3.8, color.solid(), None);
            }
            Mark::Contour { filled: false, .. } | Mark::Arrows { .. } => {
                let line = vec![(x, middle), (x + 20.0, middle)];
                self.scene.line(line, stroke(color.solid(), 1.3));
            }
            mark => {
                let usual = match mark {
                    Mark::Band { .. } => 0.2,
                    Mark::Span { .. } => 0.35,
                    _ => 0.8,
                };
                let frame = Frame {
                    left: x + 1.0,
                    top: middle - 5.0,
                    right: x + 19.0,
                    bottom: middle + 5.0,
                };
                let edge = look.edge.map(|edge| stroke(edge.solid(), 0.8));
                self.scene
                    .rectangle(frame, Some(color.paint(look.alpha.unwrap_or(usual))), edge);
            }
        }
    }
}
