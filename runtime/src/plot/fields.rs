//! Images, contours, regions and fields of arrows.

use super::clip::{Frame, Point};
use super::color::Rgb;
use super::contour::{self, Grid};
use super::draw::Painter;
use super::panel::{Cells, Layer, Numbers};
use super::raster::{color_limits, map_of, pixels, share};
use super::scene::{Item, Side, Stroke, Words, stroke};

impl Painter<'_, '_> {
    pub(super) fn field(
        &mut self,
        layer: &Layer,
        (x, y): (&[f64], &[f64]),
        (u, v): (&[f64], &[f64]),
        color: Rgb,
    ) {
        let frame = self.placed.frame;
        let longest = u
            .iter()
            .zip(v)
            .map(|(u, v)| u.hypot(*v))
            .filter(|l| l.is_finite())
            .fold(0.0, f64::max);
        if longest == 0.0 {
            return;
        }
        // The longest arrow is as long as the mean distance of the points.
        let area = (frame.right - frame.left) * (frame.bottom - frame.top);
        let scale = 0.95 * (area / x.len().max(1) as f64).sqrt().min(60.0) / longest;
        let look = &layer.look;
        let paint = color.paint(look.alpha.unwrap_or(1.0));
        self.clip();
        for (i, (&x, &y)) in x.iter().zip(y).enumerate() {
            let Some(from) = self.place(x, y, layer.twin).filter(|&at| frame.holds(at)) else {
                continue;
            };
            let to = (from.0 + u[i] * scale, from.1 - v[i] * scale);
            if to.0.is_finite() && to.1.is_finite() {
                let length = u[i].hypot(v[i]) * scale;
                self.arrow_shape(
                    from,
                    to,
                    paint,
                    look.width.unwrap_or(1.2),
                    (length * 0.4).clamp(2.0, 6.0),
                );
            }
        }
        self.unclip();
    }

    pub(super) fn image(
        &mut self,
        layer: &Layer,
        size: (usize, usize),
        cells: &Cells,
        digits: Option<usize>,
    ) {
        let (rows, columns) = size;
        let (Some(a), Some(b)) = (
            self.place(-0.5, -0.5, layer.twin),
            self.place(columns as f64 - 0.5, rows as f64 - 0.5, layer.twin),
        ) else {
            return;
        };
        let frame = Frame {
            left: a.0.min(b.0),
            top: a.1.min(b.1),
            right: a.0.max(b.0),
            bottom: a.1.max(b.1),
        };
        let image = pixels(layer, size, cells, frame);
        self.clip();
        self.scene.items.push(Item::Image(image));
        if let (Some(digits), Cells::Numbers(values)) = (digits, cells) {
            self.cell_numbers(layer, size, values, digits, frame);
        }
        self.unclip();
    }

    /// The number in each cell, black or white, whichever is readable; none where cells are too
    /// small.
    fn cell_numbers(
        &mut self,
        layer: &Layer,
        (rows, columns): (usize, usize),
        values: &[f64],
        digits: usize,
        frame: Frame,
    ) {
        let (wide, high) = (
            (frame.right - frame.left) / columns as f64,
            (frame.bottom - frame.top) / rows as f64,
        );
        let texts: Vec<String> = values
            .iter()
            .map(|v| match v.is_finite() {
                // A number with hundreds of digits fits no cell.
                true if v.abs() < 1e9 => format!("{v:.digits$}").replace('-', "−"),
                true => format!("{v:.1e}"),
                false => String::new(),
            })
            .collect();
        let widest = texts
            .iter()
            .map(|text| super::label::text_width(text, 1.0))
            .fold(0.1, f64::max);
        let size = layer
            .look
            .text_size
            .unwrap_or_else(|| (0.85 * wide / widest).min(0.7 * high).min(13.0));
        if size < 5.0 {
            return;
        }
        let (limits, map) = (color_limits(layer), map_of(layer));
        for (i, text) in texts.into_iter().enumerate() {
            let dark = share(values[i], limits).is_some_and(|t| map.at(t).brightness() < 0.55);
            let color = if dark {
                Rgb(255, 255, 255)
            } else {
                Rgb(20, 20, 20)
            };
            let at = (
                frame.left + wide * ((i % columns) as f64 + 0.5),
                frame.top + high * ((i / columns) as f64 + 0.5),
            );
            self.scene.words(Words {
                text,
                at,
                size,
                side: Side::Middle,
                down: Side::Middle,
                paint: color.solid(),
                turned: 0.0,
                bold: false,
                halo: None,
            });
        }
    }

    /// Points of the data as places on the page; what has none is left out.
    fn places(&self, layer: &Layer, line: Vec<Point>) -> Vec<Point> {
        let mut out: Vec<Point> = Vec::with_capacity(line.len());
        for (x, y) in line {
            if let Some(at) = self.place(x, y, layer.twin) {
                let near = |p: &Point| (p.0 - at.0).abs() < 0.15 && (p.1 - at.1).abs() < 0.15;
                if !out.last().is_some_and(near) {
                    out.push(at);
                }
            }
        }
        out
    }

    pub(super) fn areas(&mut self, layer: &Layer, grid: Grid<'_>) {
        let (low, high) = color_limits(layer);
        let map = map_of(layer);
        let alpha = layer.look.alpha.unwrap_or(1.0);
        let levels = contour::levels(layer, low, high);
        self.clip();
        for (i, pair) in levels.windows(2).enumerate() {
            let top = if i + 2 == levels.len() {
                f64::INFINITY
            } else {
                pair[1]
            };
            let lines: Vec<Vec<Point>> = grid
                .areas(pair[0], top)
                .into_iter()
                .map(|line| self.places(layer, line))
                .collect();
            let middle = share(f64::midpoint(pair[0], pair[1]), (low, high)).unwrap_or(0.0);
            let color = map.at(middle).paint(alpha);
            if !lines.is_empty() {
                self.scene.items.push(Item::Path {
                    lines,
                    closed: true,
                    fill: Some(color),
                    // Two areas leave a light seam between them where both cover half a pixel.
                    stroke: (alpha == 1.0).then(|| stroke(color, 0.5)),
                });
            }
        }
        self.unclip();
    }

    pub(super) fn heights(&mut self, layer: &Layer, grid: Grid<'_>) {
        let (low, high) = color_limits(layer);
        let map = map_of(layer);
        let look = &layer.look;
        let levels = contour::levels(layer, low, high);
        self.clip();
        for level in levels {
            let lines: Vec<Vec<Point>> = grid
                .lines(level)
                .into_iter()
                .map(|line| self.places(layer, line))
                .filter(|line| line.len() > 1)
                .collect();
            if lines.is_empty() {
                continue;
            }
            let color = look
                .color
                .unwrap_or_else(|| map.at(share(level, (low, high)).unwrap_or(0.0)));
            let line = Stroke {
                paint: color.paint(look.alpha.unwrap_or(1.0)),
                width: look.width.unwrap_or(1.3),
                dash: look.dash,
            };
            self.scene.lines(lines, line);
        }
        self.unclip();
    }

    pub(super) fn regions(&mut self, layer: &Layer, x: &[f64], y: &[f64], margins: &[Numbers]) {
        let alpha = layer.look.alpha.unwrap_or(0.3);
        self.clip();
        let mut borders = Vec::new();
        for (class, z) in margins.iter().enumerate() {
            let grid = Grid { x, y, z };
            let lines: Vec<Vec<Point>> = grid
                .areas(0.0, f64::INFINITY)
                .into_iter()
                .map(|line| self.places(layer, line))
                .collect();
            if !lines.is_empty() {
                let color = self.scene.theme.series(class);
                self.scene.items.push(Item::Path {
                    lines,
                    closed: true,
                    fill: Some(color.paint(alpha)),
                    stroke: None,
                });
            }
            borders.extend(
                grid.lines(0.0)
                    .into_iter()
                    .map(|line| self.places(layer, line))
                    .filter(|line| line.len() > 1),
            );
        }
        if !borders.is_empty() {
            let ink = self.scene.theme.ink.paint(0.7);
            self.scene.lines(borders, stroke(ink, 1.0));
        }
        self.unclip();
    }
}
