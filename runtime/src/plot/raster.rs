//! Numbers as colours.

use super::clip::Frame;
use super::color::{ColorMap, Rgb};
use super::panel::{Cells, Layer, Mark};
use super::scene::Pixels;

/// The numbers of the first and the last colour of a layer.
pub(super) fn color_limits(layer: &Layer) -> (f64, f64) {
    if let Some(limits) = layer.look.clim {
        return limits;
    }
    let values = layer.mark.mapped().unwrap_or_default();
    let (low, high) = values
        .iter()
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| {
            (low.min(v), high.max(v))
        });
    match (&layer.mark, low < high) {
        (Mark::Contour { filled: true, .. }, true) => {
            let levels = super::contour::levels(layer, low, high);
            match (levels.first(), levels.last()) {
                (Some(&first), Some(&last)) if first < last => (first, last),
                _ => (low, high),
            }
        }
        (_, true) => (low, high),
        _ if low == high => (low - 0.5, high + 0.5_f64.max(high.abs() * 1e-9)),
        _ => (0.0, 1.0),
    }
}

/// The colour map of a layer.
pub(super) fn map_of(layer: &Layer) -> ColorMap {
    if let Some(map) = &layer.look.cmap {
        return map.clone();
    }
    ColorMap::known(match layer.mark {
        Mark::Image { digits: None, .. } => "gray",
        Mark::Image { .. } => "Blues",
        _ => "viridis",
    })
}

/// Where a number stands between the limits, from 0 to 1; `None` if it is not a number.
pub(super) fn share(value: f64, (low, high): (f64, f64)) -> Option<f64> {
    if value.is_nan() {
        return None;
    }
    // Halves, so that the ends of f64 do not overflow.
    let width = high / 2.0 - low / 2.0;
    Some(((value / 2.0 - low / 2.0) / width).clamp(0.0, 1.0))
}

/// More pixels than this in a row or a column are not seen.
const MOST: usize = 1000;

/// The pixels of an image; what is not a number is left empty.
pub(super) fn pixels(
    layer: &Layer,
    (rows, columns): (usize, usize),
    cells: &Cells,
    frame: Frame,
) -> Pixels {
    let (limits, map) = (color_limits(layer), map_of(layer));
    let alpha = (layer.look.alpha.unwrap_or(1.0) * 255.0).round() as u8;
    let (height, width) = (rows.min(MOST), columns.min(MOST));
    let mut rgba = Vec::with_capacity(height * width * 4);
    for i in 0..height {
        for j in 0..width {
            let at = i * rows / height * columns + j * columns / width;
            let color = match cells {
                Cells::Numbers(values) => share(values[at], limits).map(|t| map.at(t)),
                Cells::Rgb(bytes) => Some(Rgb(bytes[3 * at], bytes[3 * at + 1], bytes[3 * at + 2])),
            };
            match color {
                Some(Rgb(r, g, b)) => rgba.extend([r, g, b, alpha]),
                None => rgba.extend([0; 4]),
            }
        }
    }
    Pixels {
        frame,
        width,
        height,
        rgba,
        smooth: false,
    }
}
