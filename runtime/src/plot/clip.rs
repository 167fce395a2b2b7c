//! Lines cut to the frame, without what no pixel shows.

/// A point on the canvas.
pub(super) type Point = (f64, f64);

/// The frame's left, top, right and bottom edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    pub(super) fn holds(&self, (x, y): Point) -> bool {
        // Half a unit for points that rounding puts on the edge.
        x >= self.left - 0.5
            && x <= self.right + 0.5
            && y >= self.top - 0.5
            && y <= self.bottom + 0.5
    }

    /// Whether a point is inside or on the edge, to the last digit.
    fn encloses(&self, (x, y): Point) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }

    /// The part of a segment inside the frame (Liang and Barsky, 1984).
    fn cut(&self, a: Point, b: Point) -> Option<(Point, Point)> {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut start, mut end) = (0.0_f64, 1.0_f64);
        for (step, room) in [
            (-dx, a.0 - self.left),
            (dx, self.right - a.0),
            (-dy, a.1 - self.top),
            (dy, self.bottom - a.1),
        ] {
            if step == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if step < 0.0 {
                start = start.max(room / step);
            } else {
                end = end.min(room / step);
            }
        }
        let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
        (start <= end).then(|| (at(start), at(end)))
    }

    /// The lines inside the frame through points, of which `None` is a gap.
    pub(super) fn lines(&self, points: impl Iterator<Item = Option<Point>>) -> Vec<Vec<Point>> {
        let mut lines: Vec<Vec<Point>> = Vec::new();
        let mut before: Option<Point> = None;
        // Whether the next segment starts where the last line ends.
        let mut connected = false;
        for point in points {
            if let (Some(a), Some(b)) = (before, point) {
                // Most segments are inside, after another that is.
                if connected && self.encloses(b) {
                    lines.last_mut().expect("it ends there").push(b);
                    before = point;
                    continue;
                }
                match self.cut(a, b) {
                    Some((start, end)) => {
                        match lines.last_mut() {
                            Some(line) if connected && start == a => line.push(end),
                            _ => lines.push(vec![start, end]),
                        }
                        connected = end == b;
                    }
                    None => connected = false,
                }
            } else {
                connected = false;
                // A point between two gaps is a line of its own.
                if let Some(point) = point.filter(|&point| self.holds(point)) {
                    lines.push(vec![point]);
                    connected = true;
                }
            }
            before = point;
        }
        lines
    }
}

/// Leaves out points of a line that share a column `width` wide with their neighbours, but for the
/// first, the lowest, the highest and the last.
pub(super) fn thinned(line: &[Point], width: f64) -> Vec<Point> {
    thinned_by(line.len(), |i| line[i], width)
}

/// The same of `n` points that are not beside each other in memory.
pub(super) fn thinned_by(n: usize, at: impl Fn(usize) -> Point, width: f64) -> Vec<Point> {
    let mut out = Vec::with_capacity(n.min(4096));
    let mut start = 0;
    while start < n {
        let first = at(start);
        let left = (first.0 / width).floor() * width;
        let column = left..left + width;
        let (mut lowest, mut highest) = ((first.1, start), (first.1, start));
        // A point that rounding puts beside its column is a run of its own.
        let mut end = start + 1;
        while end < n {
            let (x, y) = at(end);
            if !column.contains(&x) {
                break;
            }
            if y < lowest.0 {
                lowest = (y, end);
            }
            if y > highest.0 {
                highest = (y, end);
            }
            end += 1;
        }
        if end - start <= 4 {
            out.extend((start..end).map(&at));
        } else {
            let (low, high) = (lowest.1.min(highest.1), lowest.1.max(highest.1));
            let mut last = usize::MAX;
            for i in [start, low, high, end - 1] {
                if i != last {
                    out.push(at(i));
                }
                last = i;
            }
        }
        start = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        left: 0.0,
        top: 0.0,
        right: 10.0,
        bottom: 10.0,
    };

    #[test]
    fn lines_are_cut_at_the_frame() {
        let points = [(-5.0, 5.0), (5.0, 5.0), (5.0, 20.0), (8.0, 20.0)];
        let lines = FRAME.lines(points.into_iter().map(Some));
        assert_eq!(lines, [vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)]]);
    }

    #[test]
    fn gaps_and_lone_points() {
        let points = [
            Some((1.0, 1.0)),
            None,
            Some((2.0, 2.0)),
            Some((3.0, 3.0)),
            None,
            Some((99.0, 0.0)),
        ];
        let lines = FRAME.lines(points.into_iter());
        assert_eq!(lines, [vec![(1.0, 1.0)], vec![(2.0, 2.0), (3.0, 3.0)]]);
    }

    #[test]
    fn thinning_keeps_the_outline() {
        let noisy: Vec<Point> = (0..100_000)
            .map(|i| (f64::from(i) / 1000.0, f64::from(i * 7919 % 1000)))
            .collect();
        let thin = thinned(&noisy, 1.0);
        assert!(thin.len() <= 400, "{}", thin.len());
        let top = |points: &[Point]| points.iter().map(|p| p.1).fold(0.0, f64::max);
        assert_eq!(top(&thin), top(&noisy));
        assert_eq!((thin.first(), thin.last()), (noisy.first(), noisy.last()));
        let short = [(0.0, 1.0), (5.0, 2.0)];
        assert_eq!(thinned(&short, 1.0), short);
    }
}
