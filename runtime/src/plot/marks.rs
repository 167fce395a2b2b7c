//! How each kind of layer is drawn inside its frame.

use super::clip::{Frame, Point, thinned};
use super::color::{Paint, Rgb};
use super::contour::Grid;
use super::draw::Painter;
use super::panel::{Layer, Look, Mark, Marker};
use super::raster::{color_limits, map_of, share};
use super::scene::{Item, Side, Stroke, Words, stroke};

/// The width of a curve, 1.5 points as in matplotlib.
pub(super) const LINE: f64 = 2.0;
const NOTE_TEXT: f64 = 13.0;

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
            Mark::Shape { x, y } => self.shape(layer, (x, y), color),
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

    pub(super) fn clip(&mut self) {
        self.scene.items.push(Item::Clip(self.placed.frame));
    }

    pub(super) fn unclip(&mut self) {
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
            let radius = look.marker_size.unwrap_or(4.3);
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
            0..=200 => (4.0, 0.85),
            201..=2000 => (3.0, 0.65),
            _ => (2.0, 0.5),
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
        let theme = self.scene.theme;
        // White words, as on a dark image, want a dark border.
        let near = (color.brightness() - theme.paper.brightness()).abs() < 0.3;
        let halo = if near { theme.ink } else { theme.paper }.paint(0.85);
        let size = look.text_size.unwrap_or(NOTE_TEXT);
        self.scene.words(Words {
            text: super::label::shortened(text, size, self.scene.width - 10.0),
            at,
            size,
            side,
            down,
            paint: color.paint(look.alpha.unwrap_or(1.0)),
            turned: 0.0,
            bold: look.bold,
            halo: (!look.plain).then_some(halo),
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
    pub(super) fn arrow_shape(
        &mut self,
        from: Point,
        to: Point,
        paint: Paint,
        width: f64,
        head: f64,
    ) {
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
pub(super) fn spread(points: impl Iterator<Item = Point>, of: usize) -> Vec<Point> {
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
