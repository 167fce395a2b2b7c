//! Long lines without what no pixel shows, before places are computed: a board of a long training
//! is drawn as fast as one of a short one.

use std::borrow::Cow;

use super::clip::thinned_by;
use super::figure::Figure;
use super::panel::{Layer, Mark, Panel};

/// The figure with a few points in each half pixel of its long lines.
pub(super) fn lightened(figure: &Figure) -> Cow<'_, Figure> {
    let columns = (figure.pixels().0 / figure.columns as f64 * 2.0).ceil();
    let lighter: Vec<(usize, usize, Mark)> = figure
        .panels
        .iter()
        .enumerate()
        .flat_map(|(i, panel)| {
            let layers = panel.layers.iter().enumerate();
            layers.filter_map(move |(j, layer)| Some((i, j, lighter(panel, layer, columns)?)))
        })
        .collect();
    if lighter.is_empty() {
        return Cow::Borrowed(figure);
    }
    let mut figure = figure.clone();
    for (i, j, mark) in lighter {
        figure.panels[i].layers[j].mark = mark;
    }
    Cow::Owned(figure)
}

/// The line with at most four points in each of that many columns; `None` if it has not many more
/// as it is, or if its points do not run evenly from left to right.
fn lighter(panel: &Panel, layer: &Layer, columns: f64) -> Option<Mark> {
    let Mark::Line {
        x, y, steps: false, ..
    } = &layer.mark
    else {
        return None;
    };
    if panel.x.log || layer.look.marker.is_some() || (y.len() as f64) < 4.0 * columns {
        return None;
    }
    let (mut low, mut high) = (*x.first()?, *x.last()?);
    if let Some((from, to)) = panel.x.limits {
        (low, high) = (low.max(from.min(to)), high.min(from.max(to)));
    }
    let width = high / columns - low / columns;
    if !(width > 0.0 && (high / width).abs() < 1e12) {
        return None;
    }
    let rises = x.windows(2).all(|pair| pair[0] <= pair[1]);
    if !rises || !y.iter().all(|v| v.is_finite()) {
        return None;
    }
    let kept = thinned_by(y.len().min(x.len()), |i| (x[i], y[i]), width);
    let (x, y): (Vec<f64>, Vec<f64>) = kept.into_iter().unzip();
    Some(Mark::Line {
        x: x.into(),
        y: y.into(),
        steps: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    fn points(figure: &Figure) -> usize {
        match &figure.current().layers[0].mark {
            Mark::Line { y, .. } => y.len(),
            _ => 0,
        }
    }

    #[test]
    fn only_what_no_pixel_shows_is_left_out() {
        let n = 100_000;
        let x = arange(0.0, f64::from(n), 1.0).double();
        let y = (&x * 0.37).sin();
        let figure = Figure::new().line(&x, &y);
        let light = lightened(&figure);
        assert!(points(&light) <= 4 * 1281, "{}", points(&light));
        // Ends of axes are where they were.
        let (Mark::Line { x, y, .. }, Mark::Line { y: all, .. }) = (
            &light.current().layers[0].mark,
            &figure.current().layers[0].mark,
        ) else {
            panic!("a line became something else");
        };
        assert_eq!((x[0], x[x.len() - 1]), (0.0, f64::from(n - 1)));
        for fold in [f64::min, f64::max] {
            let of = |list: &[f64]| list.iter().copied().fold(list[0], fold);
            assert_eq!(of(y), of(all));
        }
        assert_eq!(y.last(), all.last());
    }

    #[test]
    fn other_lines_stay() {
        let n = 20_000;
        let x = linspace(0.0, 1.0, n).double();
        let y = x.square();
        let turned = (&x * 50.0).sin();
        let gap = where_(&x.gt(0.5), &y, f64::NAN);
        for figure in [
            Figure::new().plot([1.0, 2.0]),
            Figure::new().line(&turned, &y),
            Figure::new().line(&x, &gap),
            Figure::new().line(&x, &y).log_x(),
            Figure::new().line(&x, &y).marker(),
            Figure::new().step(&x, &y),
            Figure::new().line(&(&x * 0.0), &y),
        ] {
            assert!(matches!(lightened(&figure), Cow::Borrowed(_)));
        }
        // What is outside the limits may go, what is inside stays.
        let close = Figure::new().line(&x, &y).xlim(0.0, 0.01);
        assert_eq!(points(&lightened(&close)), n);
    }
}
