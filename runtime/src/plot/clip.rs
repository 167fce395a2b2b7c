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
    let column = |p: &Point| (p.0 / width).floor();
    let mut out = Vec::with_capacity(line.len().min(4096));
    for run in line.chunk_by(|a, b| column(a) == column(b)) {
        if run.len() <= 4 {
            out.extend_from_slice(run);
            continue;
        }
        let by_height = |&a: &usize, &b: &usize| run[a].1.total_cmp(&run[b].1);
        let lowest = (0..run.len()).min_by(by_height).unwrap_or(0);
        let highest = (0..run.len()).max_by(by_height).unwrap_or(0);
        let mut kept = [0, lowest, highest, run.len() - 1];
        kept.sort_unstable();
        let mut last = None;
        for i in kept {
            if last != Some(i) {
                out.push(run[i]);
            }
            last = Some(i);
        }
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
