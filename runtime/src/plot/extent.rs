//! The numbers that the axes of a panel must hold.

use super::panel::{Layer, Mark, Panel, Scale};
use super::ticks::Axis;

/// Which axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    X,
    Y,
    Twin,
}

/// The axis of a panel; `others` are panels that share it.
pub(super) fn axis(panels: &[&Panel], side: Side) -> Axis {
    let panel = panels[0];
    let scale = scale(panel, side);
    let whole = scale.ticks.is_none() && panels.iter().all(|panel| whole_only(panel, side));
    let axis = match scale.limits {
        Some((low, high)) => Axis::between(low, high, scale.log),
        None => around(panels, side, scale),
    };
    let upside_down = side == Side::Y && panel.layers.iter().any(|layer| is_image(&layer.mark));
    axis.whole(whole && !scale.log)
        .flip(scale.flip != upside_down)
}

pub(super) fn scale(panel: &Panel, side: Side) -> &Scale {
    match side {
        Side::X => &panel.x,
        Side::Y => &panel.y,
        Side::Twin => &panel.twin,
    }
}

fn is_image(mark: &Mark) -> bool {
    matches!(mark, Mark::Image { .. })
}

fn layers_of(panel: &Panel, side: Side) -> impl Iterator<Item = &Layer> {
    panel
        .layers
        .iter()
        .filter(move |layer| side == Side::X || layer.twin == (side == Side::Twin))
}

fn around(panels: &[&Panel], side: Side, scale: &Scale) -> Axis {
    let mut low = f64::INFINITY;
    let mut high = f64::NEG_INFINITY;
    let (mut from_zero, mut tight, mut edges) = (false, false, (f64::INFINITY, f64::NEG_INFINITY));
    for layer in panels.iter().flat_map(|panel| layers_of(panel, side)) {
        each(&layer.mark, side, &mut |list| {
            for &v in list {
                if v.is_finite() && !(scale.log && v <= 0.0) {
                    (low, high) = (low.min(v), high.max(v));
                }
            }
        });
        match (&layer.mark, side) {
            (Mark::Histogram { .. }, Side::Y | Side::Twin) => from_zero = true,
            (Mark::Bars { lying, .. }, _) => from_zero |= *lying == (side == Side::X),
            (Mark::Image { .. } | Mark::Contour { .. } | Mark::Regions { .. }, _) => {
                each(&layer.mark, side, &mut |list| {
                    for &v in list {
                        edges = (edges.0.min(v), edges.1.max(v));
                    }
                });
                tight = true;
            }
            _ => {}
        }
    }
    // Other layers rarely leave an image or a surface; if they do there is a margin.
    if tight && edges.0 <= low && high <= edges.1 && edges.0 < edges.1 && edges.0.is_finite() {
        return Axis::between(low, high, scale.log);
    }
    Axis::around([low, high].into_iter(), scale.log, from_zero && !scale.log)
}

/// Every number of a layer along one axis, in as many parts as it has.
fn each(mark: &Mark, side: Side, f: &mut dyn FnMut(&[f64])) {
    let across = side == Side::X;
    match mark {
        Mark::Line { x, y, .. } | Mark::Points { x, y, .. } | Mark::Shape { x, y } => {
            f(if across { x } else { y });
        }
        Mark::Histogram { edges, .. } if across => f(edges),
        Mark::Histogram { heights, .. } => f(heights),
        Mark::Bars { heights, lying } if *lying == across => {
            f(heights);
            f(&[0.0]);
        }
        Mark::Bars { heights, .. } => {
            if !heights.is_empty() {
                f(&[-0.5, heights.len() as f64 - 0.5]);
            }
        }
        Mark::Box { at, .. } if across => {
            f(&[*at as f64 - 0.5, *at as f64 + 0.5]);
        }
        Mark::Box { values, .. } => f(values),
        Mark::Errors { x, y, error } => {
            if across {
                return f(x);
            }
            for (y, error) in y.iter().zip(error.iter()) {
                f(&[y - error, y + error]);
            }
        }
        Mark::Band { x, low, high, .. } => {
            if across {
                return f(x);
            }
            f(low);
            f(high);
        }
        Mark::Rule { at, level } => {
            if *level != across {
                f(&[*at]);
            }
        }
        Mark::Span { low, high, level } => {
            if *level != across {
                f(&[*low, *high]);
            }
        }
        Mark::Note { x, y, .. } => f(&[if across { *x } else { *y }]),
        Mark::Arrow { tail, head, .. } => {
            for point in [tail, head] {
                f(&[if across { point.0 } else { point.1 }]);
            }
        }
        Mark::Image { rows, columns, .. } => {
            f(&[-0.5, (if across { *columns } else { *rows }) as f64 - 0.5]);
        }
        Mark::Contour { x, y, .. } | Mark::Regions { x, y, .. } => f(if across { x } else { y }),
        // It has axes of its own.
        Mark::Surface { .. } => {}
        Mark::Arrows { x, y, .. } => f(if across { x } else { y }),
    }
}

/// Whether every number along an axis counts something: epochs, classes, pixels.
fn whole_only(panel: &Panel, side: Side) -> bool {
    let mut any = false;
    let mut whole = true;
    for layer in layers_of(panel, side) {
        match (&layer.mark, side) {
            (Mark::Image { .. }, _) => any = true,
            // Half a unit around a whole number.
            (Mark::Histogram { edges, .. }, Side::X) => {
                any = true;
                whole &= edges.iter().all(|v| is_whole(v + 0.5));
            }
            (
                Mark::Rule { .. } | Mark::Span { .. } | Mark::Note { .. } | Mark::Arrow { .. },
                Side::X,
            ) => {}
            (mark, Side::X) => each(mark, side, &mut |list| {
                any |= !list.is_empty();
                whole = whole && list.iter().all(|&v| is_whole(v));
            }),
            // Counts, unless they are shares of one.
            (Mark::Histogram { heights, .. }, _) => {
                any = true;
                whole &= heights.iter().all(|&v| is_whole(v));
            }
            _ => whole = false,
        }
    }
    any && whole
}

/// Whether a number that counts something is whole; without a call to libm's `trunc`.
fn is_whole(value: f64) -> bool {
    (value as i64) as f64 == value
}

/// The first and the last edge of the bars of a panel that shows nothing but how often whole
/// numbers occur.
pub(super) fn counted(panel: &Panel) -> Option<(f64, f64)> {
    let ends = |layer: &Layer| match &layer.mark {
        Mark::Histogram { edges, .. } => Some((*edges.first()?, *edges.last()?)),
        _ => None,
    };
    let all: Option<Vec<(f64, f64)>> = panel.layers.iter().map(ends).collect();
    all?.into_iter()
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        .filter(|_| whole_only(panel, Side::X))
}

/// Names below the boxes of a panel.
pub(super) fn box_names(panel: &Panel) -> Option<Vec<(f64, String)>> {
    let names: Vec<(f64, String)> = panel
        .layers
        .iter()
        .filter_map(|layer| match layer.mark {
            Mark::Box { at, .. } => Some((at as f64, layer.label.clone())),
            _ => None,
        })
        .collect();
    (!names.is_empty()).then_some(names)
}
