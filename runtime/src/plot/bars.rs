//! Bars, histograms, boxes and error bars.

use super::clip::{Frame, Point};
use super::color::Rgb;
use super::draw::Painter;
use super::marks::spread;
use super::panel::{Layer, Look, Mark, Marker};
use super::scene::{Item, stroke};

impl Painter<'_, '_> {
    pub(super) fn histogram(&mut self, layer: &Layer, edges: &[f64], heights: &[f64], color: Rgb) {
        let vertical = self.vertical(layer);
        let base = self.y(vertical.base());
        let mut bars = Vec::new();
        for (edge, &height) in edges.windows(2).zip(heights) {
            let (Some(a), Some(b)) = (
                self.place(edge[0], height, layer.twin),
                self.place(edge[1], height, layer.twin),
            ) else {
                continue;
            };
            if height != 0.0 {
                bars.push((a.0, a.1, b.0, base));
            }
        }
        self.boxes(&layer.look, &bars, color, 0.75);
    }

    pub(super) fn vertical(&self, layer: &Layer) -> super::ticks::Axis {
        match self.placed.twin {
            Some(axis) if layer.twin => axis,
            _ => self.placed.y,
        }
    }

    /// Filled rectangles given by two opposite corners, cut at the frame.
    fn boxes(&mut self, look: &Look, bars: &[(f64, f64, f64, f64)], color: Rgb, alpha: f64) {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = self.placed.frame;
        let mut outlines = Vec::new();
        for &(x0, y0, x1, y1) in bars {
            let (x0, x1) = (x0.min(x1).clamp(left, right), x0.max(x1).clamp(left, right));
            let (y0, y1) = (y0.min(y1).clamp(top, bottom), y0.max(y1).clamp(top, bottom));
            if x1 > x0 && y1 > y0 {
                outlines.push(vec![(x0, y0), (x1, y0), (x1, y1), (x0, y1)]);
            }
        }
        if outlines.is_empty() {
            return;
        }
        // A line between narrow bars would hide them.
        let narrow = outlines.iter().any(|o| o[1].0 - o[0].0 < 4.0);
        let edge = match look.edge {
            Some(edge) => Some(stroke(edge.solid(), 0.8)),
            None if narrow => None,
            None => Some(stroke(self.scene.theme.paper.solid(), 0.6)),
        };
        self.scene.items.push(Item::Path {
            lines: outlines,
            closed: true,
            fill: Some(color.paint(look.alpha.unwrap_or(alpha))),
            stroke: edge,
        });
    }

    pub(super) fn bars(
        &mut self,
        layer: &Layer,
        heights: &[f64],
        lying: bool,
        color: Rgb,
        index: usize,
    ) {
        let groups: Vec<usize> = self
            .placed
            .panel
            .layers
            .iter()
            .enumerate()
            .filter(|(_, other)| matches!(other.mark, Mark::Bars { lying: l, .. } if l == lying))
            .map(|(i, _)| i)
            .collect();
        let width = 0.8 / groups.len().max(1) as f64;
        let mine = groups.iter().position(|&i| i == index).unwrap_or(0);
        let base = if lying {
            self.x(self.placed.x.base())
        } else {
            self.y(self.vertical(layer).base())
        };
        let mut bars = Vec::new();
        for (i, &height) in heights.iter().enumerate() {
            let start = i as f64 - 0.4 + width * mine as f64;
            let place = |along: f64| match lying {
                true => self.place(height, along, layer.twin),
                false => self.place(along, height, layer.twin),
            };
            let (Some(a), Some(b)) = (place(start), place(start + width)) else {
                continue;
            };
            bars.push(match lying {
                true => (base, a.1, a.0, b.1),
                false => (a.0, a.1, b.0, base),
            });
        }
        self.boxes(&layer.look, &bars, color, 0.9);
    }

    pub(super) fn quartiles(&mut self, layer: &Layer, at: usize, values: &[f64], color: Rgb) {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        if sorted.is_empty() {
            return;
        }
        let (q1, middle, q3) = (
            quantile(&sorted, 0.25),
            quantile(&sorted, 0.5),
            quantile(&sorted, 0.75),
        );
        let reach = 1.5 * (q3 - q1);
        let inside = |v: &&f64| **v >= q1 - reach && **v <= q3 + reach;
        let low = sorted.iter().find(inside).copied().unwrap_or(q1).min(q1);
        let high = sorted.iter().rfind(inside).copied().unwrap_or(q3).max(q3);
        let x = at as f64;
        let twin = layer.twin;
        let ink = self.scene.theme.ink;
        let line = stroke(ink.solid(), 1.0);
        if let (Some(a), Some(b)) = (
            self.place(x - 0.25, q3, twin),
            self.place(x + 0.25, q1, twin),
        ) {
            let frame = Frame {
                left: a.0,
                top: a.1,
                right: b.0,
                bottom: b.1,
            };
            let paint = color.paint(layer.look.alpha.unwrap_or(0.55));
            self.clip();
            self.scene.rectangle(frame, Some(paint), Some(line));
            self.unclip();
        }
        let mut lines = Vec::new();
        for (x0, y0, x1, y1) in [
            (x, q3, x, high),
            (x, q1, x, low),
            (x - 0.12, high, x + 0.12, high),
            (x - 0.12, low, x + 0.12, low),
        ] {
            let ends = [self.place(x0, y0, twin), self.place(x1, y1, twin)];
            lines.extend(self.placed.frame.lines(ends.into_iter()));
        }
        self.scene.lines(lines, line);
        let ends = [
            self.place(x - 0.25, middle, twin),
            self.place(x + 0.25, middle, twin),
        ];
        let lines = self.placed.frame.lines(ends.into_iter());
        self.scene.lines(lines, stroke(ink.solid(), 2.0));
        let far: Vec<Point> = sorted
            .iter()
            .filter(|v| !inside(v))
            .filter_map(|&v| self.place(x, v, twin))
            .filter(|&place| self.placed.frame.holds(place))
            .collect();
        let far = spread(far.into_iter(), sorted.len());
        self.markers(Marker::Circle, far, 2.6, color.paint(0.7), None);
    }

    pub(super) fn errors(
        &mut self,
        layer: &Layer,
        (x, y): (&[f64], &[f64]),
        error: &[f64],
        color: Rgb,
    ) {
        let (look, frame) = (&layer.look, self.placed.frame);
        let paint = color.paint(look.alpha.unwrap_or(1.0));
        let (mut lines, mut dots) = (Vec::new(), Vec::new());
        for ((&x, &y), &error) in x.iter().zip(y).zip(error) {
            let ends = [
                self.place(x, y - error, layer.twin),
                self.place(x, y + error, layer.twin),
            ];
            lines.extend(frame.lines(ends.into_iter()));
            for (x, y) in ends.into_iter().flatten().filter(|&end| frame.holds(end)) {
                lines.push(vec![(x - 3.0, y), (x + 3.0, y)]);
            }
            dots.extend(self.place(x, y, layer.twin).filter(|&at| frame.holds(at)));
        }
        self.scene
            .lines(lines, stroke(paint, look.width.unwrap_or(1.3)));
        let marker = look.marker.unwrap_or(Marker::Circle);
        self.markers(
            marker,
            dots,
            look.marker_size.unwrap_or(3.8),
            paint,
            look.edge,
        );
    }
}

/// The value below which a part of the sorted ones lies, between two of them in proportion.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let i = place as usize;
    let t = place - i as f64;
    sorted[i] * (1.0 - t) + sorted[(i + 1).min(sorted.len() - 1)] * t
}
