//! A scene as pixels.
//!
//! A shape is painted by how much of each pixel it covers: every edge adds its signed area to the
//! pixels of its row, and the sums from left to right are the coverage (the method of Raph Levien's
//! font-rs, 2016).

use super::clip::{Frame, Point};
use super::color::{Paint, Rgb};
use super::letters;
use super::scene::{Dash, Item, Pixels, Scene, Stroke, Words};

/// The picture at `scale` pixels for each of the scene.
pub(super) fn png(scene: &Scene, scale: f64) -> Vec<u8> {
    let (width, height) = (
        (scene.width * scale).round().max(1.0) as usize,
        (scene.height * scale).round().max(1.0) as usize,
    );
    let mut canvas = Canvas::new(width, height, scale, scene.theme.paper);
    for item in &scene.items {
        canvas.item(item);
    }
    super::image::png_of(width, height, &canvas.rgba)
}

struct Canvas {
    width: usize,
    height: usize,
    scale: f64,
    rgba: Vec<u8>,
    clip: Vec<Frame>,
    /// Signed areas of the shape being painted, one row after the other.
    areas: Vec<f32>,
}

/// Pixels from the left and the top, and up to before the right and the bottom.
#[derive(Clone, Copy)]
struct Window {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Canvas {
    fn new(width: usize, height: usize, scale: f64, paper: Rgb) -> Canvas {
        Canvas {
            width,
            height,
            scale,
            rgba: [paper.0, paper.1, paper.2, 255].repeat(width * height),
            clip: Vec::new(),
            areas: Vec::new(),
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Path {
                lines,
                closed,
                fill,
                stroke,
            } => {
                if let Some(paint) = fill {
                    self.fill(lines, *paint);
                }
                if let Some(stroke) = stroke {
                    self.stroke(lines, *closed, stroke);
                }
            }
            Item::Dots {
                at,
                radius,
                fill,
                edge,
            } => {
                for &center in at {
                    let outline = [circle(center, *radius)];
                    self.fill(&outline, *fill);
                    if let Some(edge) = edge {
                        self.stroke(&outline, true, edge);
                    }
                }
            }
            Item::Text(words) => self.text(words),
            Item::Image(pixels) => self.image(pixels),
            Item::Clip(frame) => self.clip.push(*frame),
            Item::Unclip => {
                self.clip.pop();
            }
        }
    }

    fn text(&mut self, words: &Words) {
        let outlines = letters::outlines(words);
        if let Some(halo) = words.halo {
            let line = Stroke {
                paint: halo,
                width: 3.0,
                dash: Dash::Solid,
            };
            self.stroke(&outlines, true, &line);
        }
        self.fill(&outlines, words.paint);
        if words.bold {
            let line = Stroke {
                paint: words.paint,
                width: words.size / 18.0,
                dash: Dash::Solid,
            };
            self.stroke(&outlines, true, &line);
        }
    }

    /// The part of the canvas that may be painted on around some points.
    fn window(&self, frame: Frame) -> Option<Window> {
        let mut frame = frame;
        for clip in &self.clip {
            frame = Frame {
                left: frame.left.max(clip.left),
                top: frame.top.max(clip.top),
                right: frame.right.min(clip.right),
                bottom: frame.bottom.min(clip.bottom),
            };
        }
        // Casts make 0 of what is below it, and of NaN.
        let near = |v: f64, most: usize| (v * self.scale).clamp(0.0, most as f64);
        let window = Window {
            left: near(frame.left, self.width).floor() as usize,
            top: near(frame.top, self.height).floor() as usize,
            right: near(frame.right, self.width).ceil() as usize,
            bottom: near(frame.bottom, self.height).ceil() as usize,
        };
        (window.left < window.right && window.top < window.bottom).then_some(window)
    }

    fn fill(&mut self, outlines: &[Vec<Point>], paint: Paint) {
        let Some(bounds) = bounds(outlines) else {
            return;
        };
        let Some(window) = self.window(bounds) else {
            return;
        };
        // One column more, into which areas right of the last pixel fall.
        let row = window.right - window.left + 2;
        let rows = window.bottom - window.top;
        let mut areas = std::mem::take(&mut self.areas);
        areas.clear();
        areas.resize(row * rows, 0.0);
        let place = |(x, y): Point| {
            (
                x * self.scale - window.left as f64,
                y * self.scale - window.top as f64,
            )
        };
        for outline in outlines {
            for (i, &a) in outline.iter().enumerate() {
                let b = outline[(i + 1) % outline.len()];
                add_edge(&mut areas, row, rows, place(a), place(b));
            }
        }
        for (y, line) in areas.chunks(row).enumerate() {
            let start = ((window.top + y) * self.width + window.left) * 4;
            let pixels = &mut self.rgba[start..start + (row - 2) * 4];
            let mut sum = 0.0_f32;
            for (pixel, &area) in pixels.chunks_exact_mut(4).zip(line) {
                sum += area;
                let cover = sum.abs().min(1.0);
                if cover > 0.002 {
                    blend(pixel, paint.color, f64::from(cover) * paint.alpha);
                }
            }
        }
        self.areas = areas;
    }

    fn stroke(&mut self, lines: &[Vec<Point>], closed: bool, stroke: &Stroke) {
        // Thinner lines than a pixel are paler ones.
        let thin = (stroke.width * self.scale).min(1.0);
        let half = stroke.width.max(1.0 / self.scale) / 2.0;
        let mut shape = Vec::new();
        for line in lines {
            let mut points = line.clone();
            if closed {
                points.extend(line.first());
            }
            for part in dashes(points, stroke) {
                outline_of(&part, half, closed, &mut shape);
            }
        }
        let paint = Paint {
            alpha: stroke.paint.alpha * thin,
            ..stroke.paint
        };
        self.fill(&shape, paint);
    }

    fn image(&mut self, pixels: &Pixels) {
        let frame = pixels.frame;
        let Some(window) = self.window(frame) else {
            return;
        };
        let (wide, high) = (frame.right - frame.left, frame.bottom - frame.top);
        for y in window.top..window.bottom {
            for x in window.left..window.right {
                let across = ((x as f64 + 0.5) / self.scale - frame.left) / wide;
                let down = ((y as f64 + 0.5) / self.scale - frame.top) / high;
                if !(0.0..=1.0).contains(&across) || !(0.0..=1.0).contains(&down) {
                    continue;
                }
                let column = ((across * pixels.width as f64) as usize).min(pixels.width - 1);
                let line = ((down * pixels.height as f64) as usize).min(pixels.height - 1);
                let at = (line * pixels.width + column) * 4;
                let [r, g, b, a] = [0, 1, 2, 3].map(|i| pixels.rgba[at + i]);
                let start = (y * self.width + x) * 4;
                let pixel = &mut self.rgba[start..start + 4];
                blend(pixel, Rgb(r, g, b), f64::from(a) / 255.0);
            }
        }
    }
}

fn blend(pixel: &mut [u8], color: Rgb, part: f64) {
    let part = part.clamp(0.0, 1.0);
    for (old, new) in pixel.iter_mut().zip([color.0, color.1, color.2]) {
        let (a, b) = (f64::from(*old), f64::from(new));
        *old = (a + part * (b - a)).round() as u8;
    }
}

fn bounds(outlines: &[Vec<Point>]) -> Option<Frame> {
    let mut points = outlines.iter().flatten();
    let &(x, y) = points.next()?;
    let start = Frame {
        left: x,
        top: y,
        right: x,
        bottom: y,
    };
    Some(points.fold(start, |frame, &(x, y)| Frame {
        left: frame.left.min(x),
        top: frame.top.min(y),
        right: frame.right.max(x),
        bottom: frame.bottom.max(y),
    }))
}

/// Adds an edge's signed area to the pixels right of it.
fn add_edge(areas: &mut [f32], row: usize, rows: usize, a: Point, b: Point) {
    if a.1 == b.1 || !(a.0 + a.1 + b.0 + b.1).is_finite() {
        return;
    }
    let (sign, top, bottom) = if a.1 < b.1 { (1.0, a, b) } else { (-1.0, b, a) };
    let slope = (bottom.0 - top.0) / (bottom.1 - top.1);
    let last = (row - 1) as f64;
    let (from, to) = (top.1.max(0.0), bottom.1.min(rows as f64));
    let mut y = from;
    while y < to {
        let line = y.floor();
        let next = (line + 1.0).min(to);
        let height = next - y;
        if height <= 0.0 {
            break;
        }
        let x0 = (top.0 + (y - top.1) * slope).clamp(0.0, last);
        let x1 = (top.0 + (next - top.1) * slope).clamp(0.0, last);
        let cells = &mut areas[line as usize * row..(line as usize + 1) * row];
        spread_area(cells, x0.min(x1), x0.max(x1), sign * height);
        y = next;
    }
}

/// Spreads an edge of a height, from x0 to x1 within one row, over the cells.
fn spread_area(cells: &mut [f32], x0: f64, x1: f64, height: f64) {
    let most = cells.len() - 1;
    let mut put = |cell: usize, area: f64| cells[cell.min(most)] += area as f32;
    let (first, end) = (x0.floor(), x1.ceil());
    if end <= first + 1.0 {
        // Within one pixel: what is right of the edge's middle is covered.
        let middle = f64::midpoint(x0, x1) - first;
        put(first as usize, height * (1.0 - middle));
        put(first as usize + 1, height * middle);
        return;
    }
    let steep = height / (x1 - x0);
    let mut covered = 0.0;
    let mut cell = first;
    while cell < end {
        let (left, right) = (x0.max(cell), x1.min(cell + 1.0));
        // The edge's part within the cell covers what is right of it, and later cells in full.
        let part = (right - left) * steep;
        let here = part * (1.0 - (f64::midpoint(left, right) - cell));
        put(cell as usize, covered + here);
        covered = part - here;
        cell += 1.0;
    }
    put(end as usize, covered);
}

fn circle(center: Point, radius: f64) -> Vec<Point> {
    let sides = ((radius * 6.0) as usize).clamp(8, 64);
    (0..sides)
        .map(|i| {
            let (sin, cos) = (i as f64 / sides as f64 * std::f64::consts::TAU).sin_cos();
            (center.0 + radius * cos, center.1 + radius * sin)
        })
        .collect()
}

/// A line cut into its dashes.
fn dashes(points: Vec<Point>, stroke: &Stroke) -> Vec<Vec<Point>> {
    let pattern = stroke.dash.pattern();
    if pattern.is_empty() {
        return vec![points];
    }
    let mut out = Vec::new();
    let mut current = Vec::new();
    let (mut index, mut left) = (0, pattern[0] * stroke.width);
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length = (b.0 - a.0).hypot(b.1 - a.1);
        let mut done = 0.0;
        while done < length {
            let step = left.min(length - done).max(1e-6);
            let at = |t: f64| {
                let t = (t / length).min(1.0);
                (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
            };
            if index % 2 == 0 {
                if current.is_empty() {
                    current.push(at(done));
                }
                current.push(at(done + step));
            }
            done += step;
            left -= step;
            if left <= 1e-9 {
                index = (index + 1) % pattern.len();
                left = pattern[index] * stroke.width;
                if !current.is_empty() {
                    out.push(std::mem::take(&mut current));
                }
            }
        }
    }
    if !current.is_empty() {
        out.push(current);
    }
    out
}

/// The shape of a line: a rectangle for each part, and a circle where two meet, all in one
/// direction, so that their areas add up.
fn outline_of(line: &[Point], half: f64, closed: bool, shape: &mut Vec<Vec<Point>>) {
    let mut before: Option<Point> = None;
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = dx.hypot(dy);
        if length == 0.0 || !length.is_finite() {
            continue;
        }
        let (ux, uy) = (dx / length, dy / length);
        let (nx, ny) = (-uy * half, ux * half);
        shape.push(vec![
            (a.0 - nx, a.1 - ny),
            (b.0 - nx, b.1 - ny),
            (b.0 + nx, b.1 + ny),
            (a.0 + nx, a.1 + ny),
        ]);
        // A bend that is hardly seen needs no circle.
        if before.is_some_and(|(px, py)| px * ux + py * uy < 0.98) {
            shape.push(circle(a, half));
        }
        before = Some((ux, uy));
    }
    if let (true, Some(&first)) = (closed, line.first()) {
        shape.push(circle(first, half));
    }
}

#[cfg(test)]
mod tests {
    use super::super::color::Theme;
    use super::super::scene::stroke;
    use super::*;

    const BLACK: Rgb = Rgb(0, 0, 0);

    fn painted(scale: f64, draw: impl FnOnce(&mut Scene)) -> Canvas {
        let mut scene = Scene::new(10.0, 10.0, Theme::LIGHT);
        draw(&mut scene);
        let size = (10.0 * scale) as usize;
        let mut canvas = Canvas::new(size, size, scale, scene.theme.paper);
        for item in &scene.items {
            canvas.item(item);
        }
        canvas
    }

    /// How much black there is, in the scene's square pixels.
    fn black(canvas: &Canvas) -> f64 {
        let sum: f64 = canvas
            .rgba
            .chunks(4)
            .map(|p| 1.0 - f64::from(p[0]) / 255.0)
            .sum();
        sum / canvas.scale / canvas.scale
    }

    #[test]
    fn shapes_cover_their_area() {
        let square = |scene: &mut Scene| {
            let points = vec![(2.25, 3.0), (7.0, 3.0), (7.0, 5.5), (2.25, 5.5)];
            scene.area(points, BLACK.solid(), None);
        };
        let dot = |scene: &mut Scene| scene.dots(vec![(5.0, 5.0)], 3.0, BLACK.solid(), None);
        let line = |scene: &mut Scene| {
            scene.line(vec![(1.0, 1.0), (4.0, 5.0)], stroke(BLACK.solid(), 2.0));
        };
        let ring = |scene: &mut Scene| {
            let outer = vec![(1.0, 1.0), (9.0, 1.0), (9.0, 9.0), (1.0, 9.0)];
            let inner = vec![(3.0, 3.0), (3.0, 7.0), (7.0, 7.0), (7.0, 3.0)];
            scene.items.push(Item::Path {
                lines: vec![outer, inner],
                closed: true,
                fill: Some(BLACK.solid()),
                stroke: None,
            });
        };
        for scale in [1.0, 2.0, 7.0] {
            let cases = [
                (black(&painted(scale, square)), 4.75 * 2.5),
                (black(&painted(scale, dot)), std::f64::consts::PI * 9.0),
                (black(&painted(scale, line)), 10.0),
                (black(&painted(scale, ring)), 64.0 - 16.0),
            ];
            for (i, (area, expected)) in cases.into_iter().enumerate() {
                let error = (area / expected - 1.0).abs();
                assert!(error < 0.04, "{i} at {scale}: {area}, not {expected}");
            }
        }
    }

    #[test]
    fn what_lies_outside_is_cut() {
        let far = painted(1.0, |scene| {
            let points = vec![(-1e4, -1e4), (1e4, -1e4), (1e4, 1e4), (-1e4, 1e4)];
            scene.items.push(Item::Clip(Frame {
                left: 2.0,
                top: 2.0,
                right: 5.0,
                bottom: 6.0,
            }));
            scene.area(points, BLACK.solid(), None);
            scene.items.push(Item::Unclip);
        });
        assert!((black(&far) - 12.0).abs() < 1e-6, "{}", black(&far));
    }

    #[test]
    fn dashes_have_gaps() {
        let line = Stroke {
            dash: Dash::Dashed,
            ..stroke(BLACK.solid(), 1.0)
        };
        let dashed = painted(4.0, |scene| scene.line(vec![(0.0, 5.0), (10.0, 5.0)], line));
        // From 0 to 3.7, and from 5.5 to 9.2.
        assert!((black(&dashed) - 7.4).abs() < 0.1, "{}", black(&dashed));
    }
}
