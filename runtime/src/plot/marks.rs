//! How each kind of layer is drawn inside its frame.

use super::clip::{Frame, Point, thinned};
use super::color::{Paint, Rgb};
use super::contour::{self, Grid};
use super::draw::Painter;
use super::panel::{Cells, Layer, Look, Mark, Marker};
use super::raster::{color_limits, map_of, pixels, share};
use super::scene::{Item, Side, Stroke, Words, stroke};

const LINE: f64 = 1.7;
const NOTE_TEXT: f64 = 12.0;

impl Painter<'_, '_> {
    /// Draws a layer in a colour; `index` is its number in the panel.
    pub(super) fn layer(&mut self, layer: &Layer, color: Rgb, index: usize) {
        let look = &layer.look;
        match &layer.mark {
            Mark::Line { x, y, steps } => self.curve(layer, (x, y), *steps, color),
            Mark::Points {
                x,
                y,
                values,
                sizes,
            } => self.points(layer, (x, y), values.as_deref(), sizes.as_deref(), color),
            Mark::Histogram { edges, heights } => self.histogram(layer, edges, heights, color),
            Mark::Bars { heights, lying } => self.bars(layer, heights, *lying, color, index),
            Mark::Box { at, values } => self.quartiles(layer, *at, values, color),
            Mark::Errors { x, y, error } => self.errors(layer, (x, y), error, color),
            Mark::Band { x, low, high, .. } => self.band(layer, x, (low, high), color),
            Mark::Rule { at, level } => self.rule(layer, *at, *level, color),
            Mark::Span { low, high, level } => self.span(layer, (*low, *high), *level, color),
            Mark::Note { text, x, y } => {
                if let Some(at) = self.place(*x, *y, layer.twin) {
                    self.note(text, at, look, (Side::Middle, Side::Middle), color);
                }
            }
            Mark::Arrow { text, tail, head } => self.arrow(layer, text, *tail, *head, color),
            Mark::Image {
                rows,
                columns,
                cells,
                digits,
            } => self.image(layer, (*rows, *columns), cells, *digits),
            Mark::Contour { x, y, z, filled } => {
                let grid = Grid { x, y, z };
                if *filled {
                    self.areas(layer, grid);
                } else {
                    self.heights(layer, grid);
                }
            }
            Mark::Regions { x, y, margins } => self.regions(layer, x, y, margins),
            Mark::Surface { .. } => {}
            Mark::Arrows { x, y, u, v } => self.field(layer, (x, y), (u, v), color),
        }
    }

    fn clip(&mut self) {
        self.scene.items.push(Item::Clip(self.placed.frame));
    }

    fn unclip(&mut self) {
        // What draws nothing leaves nothing.
        if matches!(self.scene.items.last(), Some(Item::Clip(_))) {
            self.scene.items.pop();
        } else {
            self.scene.items.push(Item::Unclip);
        }
    }

    fn curve(&mut self, layer: &Layer, (x, y): (&[f64], &[f64]), steps: bool, color: Rgb) {
        let (look, frame) = (&layer.look, self.placed.frame);
        let paint = color.paint(look.alpha.unwrap_or(1.0));
        let mut places: Vec<Option<Point>> = x
            .iter()
            .zip(y)
            .map(|(&x, &y)| self.place(x, y, layer.twin))
            .collect();
        if steps {
            places = stairs(&places);
        }
        if !look.no_line {
            let line = Stroke {
                paint,
                width: look.width.unwrap_or(LINE),
                dash: look.dash,
            };
            let (mut lines, mut lone) = (Vec::new(), Vec::new());
            for part in frame.lines(places.iter().copied()) {
                match part[..] {
                    [point] => lone.push(point),
                    _ => lines.push(thinned(&part, 0.7)),
                }
            }
            if !lines.is_empty() {
                self.scene.lines(lines, line);
            }
            self.scene.dots(lone, 2.0, paint, None);
        }
        if let Some(marker) = look.marker {
            let at = spread(
                places.into_iter().flatten().filter(|&p| frame.holds(p)),
                x.len(),
            );
            let radius = look.marker_size.unwrap_or(3.2);
            self.markers(marker, at, radius, paint, look.edge);
        }
    }

    fn points(
        &mut self,
        layer: &Layer,
        (x, y): (&[f64], &[f64]),
        values: Option<&[f64]>,
        sizes: Option<&[f64]>,
        color: Rgb,
    ) {
        let (look, frame) = (&layer.look, self.placed.frame);
        // Many points hide each other, so they are smaller and lighter.
        let (radius, opacity) = match x.len() {
            0..=200 => (3.4, 0.85),
            201..=2000 => (2.6, 0.65),
            _ => (1.8, 0.5),
        };
        let radius = look.marker_size.unwrap_or(radius);
        let alpha = look
            .alpha
            .unwrap_or(if look.edge.is_some() { 1.0 } else { opacity });
        let marker = look.marker.unwrap_or(Marker::Circle);
        let places = || {
            x.iter()
                .zip(y)
                .enumerate()
                .filter_map(|(i, (&x, &y))| Some((i, self.placed.place(x, y, layer.twin)?)))
                .filter(|&(_, place)| frame.holds(place))
        };
        if values.is_none() && sizes.is_none() {
            let at = spread(places().map(|(_, place)| place), x.len());
            return self.markers(marker, at, radius, color.paint(alpha), look.edge);
        }
        let (limits, map) = (color_limits(layer), map_of(layer));
        // Points that look alike are drawn together: 64 colours are as many as an eye tells apart.
        let mut kinds: std::collections::BTreeMap<(u32, u32), Vec<Point>> =
            std::collections::BTreeMap::new();
        for (i, place) in places() {
            let shade = match values {
                Some(values) => match share(values[i], limits) {
                    Some(t) => (t * 63.0).round() as u32,
                    None => continue,
                },
                None => 0,
            };
            let size = match sizes {
                Some(sizes) if sizes[i] > 0.0 => (sizes[i].min(200.0) * 10.0) as u32,
                Some(_) => continue,
                None => (radius * 10.0) as u32,
            };
            kinds.entry((size, shade)).or_default().push(place);
        }
        // Large ones first, so that they hide none.
        for ((size, shade), at) in kinds.into_iter().rev() {
            let color = match values {
                Some(_) => map.at(f64::from(shade) / 63.0),
                None => color,
            };
            let (at, radius) = (spread(at.into_iter(), x.len()), f64::from(size) / 10.0);
            self.markers(marker, at, radius, color.paint(alpha), look.edge);
        }
    }

    /// Markers of one look.
    pub(super) fn markers(
        &mut self,
        marker: Marker,
        at: Vec<Point>,
        radius: f64,
        paint: Paint,
        edge: Option<Rgb>,
    ) {
        if at.is_empty() {
            return;
        }
        let edge = edge.map(|color| stroke(color.solid(), 0.8));
        let r = radius;
        let shape: &[Point] = match marker {
            Marker::Dot => return self.scene.dots(at, r * 0.5, paint, edge),
            Marker::Circle => return self.scene.dots(at, r, paint, edge),
            Marker::Cross | Marker::Plus => {
                let turned = marker == Marker::Cross;
                let (a, b) = if turned {
                    (r * 0.85, r * 0.85)
                } else {
                    (r * 1.1, 0.0)
                };
                let arms = at
                    .iter()
                    .flat_map(|&(x, y)| {
                        [
                            vec![(x - a, y - b), (x + a, y + b)],
                            vec![(x - b, y + a), (x + b, y - a)],
                        ]
                    })
                    .collect();
                return self.scene.lines(arms, stroke(paint, 1.6));
            }
            Marker::Square => &[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
            Marker::Triangle => &[(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)],
            Marker::Down => &[(0.0, 1.15), (-1.1, -0.85), (1.1, -0.85)],
            Marker::Diamond => &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
            Marker::Star => &STAR,
        };
        let outline = |&(x, y): &Point| {
            shape
                .iter()
                .map(|(dx, dy)| (x + dx * r, y + dy * r))
                .collect::<Vec<_>>()
        };
        let path = |lines| Item::Path {
            lines,
            closed: true,
            fill: Some(paint),
            stroke: edge,
        };
        if paint.alpha < 1.0 || edge.is_some() {
            // Each one by itself, so that they darken and cover each other.
            let items = at.iter().map(|point| path(vec![outline(point)]));
            self.scene.items.extend(items);
        } else {
            self.scene
                .items
                .push(path(at.iter().map(outline).collect()));
        }
    }

    fn histogram(&mut self, layer: &Layer, edges: &[f64], heights: &[f64], color: Rgb) {
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

    fn vertical(&self, layer: &Layer) -> super::ticks::Axis {
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

    fn bars(&mut self, layer: &Layer, heights: &[f64], lying: bool, color: Rgb, index: usize) {
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

    fn quartiles(&mut self, layer: &Layer, at: usize, values: &[f64], color: Rgb) {
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

    fn errors(&mut self, layer: &Layer, (x, y): (&[f64], &[f64]), error: &[f64], color: Rgb) {
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
            look.marker_size.unwrap_or(3.2),
            paint,
            look.edge,
        );
    }

    fn band(&mut self, layer: &Layer, x: &[f64], (low, high): (&[f64], &[f64]), color: Rgb) {
        let paint = color.paint(layer.look.alpha.unwrap_or(0.2));
        let edge = |list: &[f64]| -> Vec<Option<Point>> {
            x.iter()
                .zip(list)
                .map(|(&x, &y)| self.placed.place(x, y, layer.twin))
                .collect()
        };
        let (lower, upper) = (edge(low), edge(high));
        let both: Vec<Option<(Point, Point)>> = lower
            .into_iter()
            .zip(upper)
            .map(|(a, b)| Some((a?, b?)))
            .collect();
        self.clip();
        for part in both.split(Option::is_none) {
            let (lower, upper): (Vec<Point>, Vec<Point>) = part.iter().flatten().copied().unzip();
            if lower.len() > 1 {
                let mut outline = thinned(&upper, 0.7);
                let mut back = thinned(&lower, 0.7);
                back.reverse();
                outline.extend(back);
                self.scene.area(outline, paint, None);
            }
        }
        self.unclip();
    }

    fn rule(&mut self, layer: &Layer, at: f64, level: bool, color: Rgb) {
        let frame = self.placed.frame;
        let place = if level {
            self.vertical(layer).place(at).map(|at| {
                let y = self.y(at.clamp(-1e4, 1e4));
                [(frame.left, y), (frame.right, y)]
            })
        } else {
            self.placed.x.place(at).map(|at| {
                let x = self.x(at.clamp(-1e4, 1e4));
                [(x, frame.top), (x, frame.bottom)]
            })
        };
        if let Some(ends) = place.filter(|ends| frame.holds(ends[0])) {
            let look = &layer.look;
            let line = Stroke {
                paint: color.paint(look.alpha.unwrap_or(1.0)),
                width: look.width.unwrap_or(1.2),
                dash: look.dash,
            };
            self.scene.line(ends.to_vec(), line);
        }
    }

    fn span(&mut self, layer: &Layer, (low, high): (f64, f64), level: bool, color: Rgb) {
        let frame = self.placed.frame;
        let axis = if level {
            self.vertical(layer)
        } else {
            self.placed.x
        };
        let (Some(a), Some(b)) = (axis.place(low), axis.place(high)) else {
            return;
        };
        let (a, b) = (a.min(b).clamp(0.0, 1.0), a.max(b).clamp(0.0, 1.0));
        let span = match level {
            true => Frame {
                top: self.y(b),
                bottom: self.y(a),
                ..frame
            },
            false => Frame {
                left: self.x(a),
                right: self.x(b),
                ..frame
            },
        };
        let paint = color.paint(layer.look.alpha.unwrap_or(0.35));
        self.scene.rectangle(span, Some(paint), None);
    }

    fn note(&mut self, text: &str, at: Point, look: &Look, (side, down): (Side, Side), color: Rgb) {
        let halo = self.scene.theme.paper.paint(0.85);
        self.scene.words(Words {
            text: text.to_owned(),
            at,
            size: look.text_size.unwrap_or(NOTE_TEXT),
            side,
            down,
            paint: color.paint(look.alpha.unwrap_or(1.0)),
            turned: 0.0,
            bold: false,
            halo: Some(halo),
        });
    }

    fn arrow(&mut self, layer: &Layer, text: &str, tail: Point, head: Point, color: Rgb) {
        let (Some(from), Some(to)) = (
            self.place(tail.0, tail.1, layer.twin),
            self.place(head.0, head.1, layer.twin),
        ) else {
            return;
        };
        let look = &layer.look;
        let paint = color.paint(look.alpha.unwrap_or(1.0));
        self.clip();
        self.arrow_shape(from, to, paint, look.width.unwrap_or(1.3), 8.0);
        self.unclip();
        // The text stands on the side that the arrow leaves.
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (mut at, mut side, mut down) = (from, Side::Middle, Side::Middle);
        if dx.abs() > dy.abs() {
            side = if dx > 0.0 { Side::End } else { Side::Start };
            at.0 -= 4.0 * dx.signum();
        } else {
            down = if dy > 0.0 { Side::End } else { Side::Start };
            at.1 -= 3.0 * dy.signum();
        }
        self.note(text, at, look, (side, down), color);
    }

    /// A shaft with a head of the given length.
    fn arrow_shape(&mut self, from: Point, to: Point, paint: Paint, width: f64, head: f64) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        if length < 0.1 {
            return;
        }
        let head = head.min(length);
        let (ux, uy) = (dx / length, dy / length);
        let neck = (to.0 - ux * head, to.1 - uy * head);
        let side = head * 0.38;
        self.scene.line(
            vec![from, (neck.0 + ux * 0.5, neck.1 + uy * 0.5)],
            stroke(paint, width),
        );
        let outline = vec![
            to,
            (neck.0 - uy * side, neck.1 + ux * side),
            (neck.0 + uy * side, neck.1 - ux * side),
        ];
        self.scene.area(outline, paint, None);
    }

    fn field(
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

    fn image(&mut self, layer: &Layer, size: (usize, usize), cells: &Cells, digits: Option<usize>) {
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

    fn areas(&mut self, layer: &Layer, grid: Grid<'_>) {
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

    fn heights(&mut self, layer: &Layer, grid: Grid<'_>) {
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

    fn regions(&mut self, layer: &Layer, x: &[f64], y: &[f64], margins: &[super::panel::Numbers]) {
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

/// A five-pointed star of radius 1.35.
const STAR: [Point; 10] = [
    (0.0, -1.35),
    (0.317, -0.437),
    (1.284, -0.417),
    (0.513, 0.167),
    (0.794, 1.092),
    (0.0, 0.54),
    (-0.794, 1.092),
    (-0.513, 0.167),
    (-1.284, -0.417),
    (-0.317, -0.437),
];

/// Of points on the same spot of a large cloud one is drawn.
fn spread(points: impl Iterator<Item = Point>, of: usize) -> Vec<Point> {
    let spot = if of > 2000 { 2.0 } else { 0.1 };
    let mut seen = std::collections::HashSet::new();
    points
        .filter(|&(x, y)| seen.insert(((x / spot) as i32, (y / spot) as i32)))
        .collect()
}

/// Each height kept up to the next place.
fn stairs(places: &[Option<Point>]) -> Vec<Option<Point>> {
    let mut out = Vec::with_capacity(2 * places.len());
    for (i, &place) in places.iter().enumerate() {
        if let (Some((x, _)), Some(Some((_, y)))) = (place, i.checked_sub(1).map(|i| places[i])) {
            out.push(Some((x, y)));
        }
        out.push(place);
    }
    out
}

/// The value below which a part of the sorted ones lies, between two of them in proportion.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let i = place as usize;
    let t = place - i as f64;
    sorted[i] * (1.0 - t) + sorted[(i + 1).min(sorted.len() - 1)] * t
}
