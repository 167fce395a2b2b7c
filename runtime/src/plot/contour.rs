//! Lines of equal height and the areas between them, by marching squares.

use std::collections::HashMap;

use super::clip::Point;
use super::panel::Layer;
use super::ticks::Axis;

/// Heights on a grid: `z[i * x.len() + j]` at `(x[j], y[i])`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid<'a> {
    pub(super) x: &'a [f64],
    pub(super) y: &'a [f64],
    pub(super) z: &'a [f64],
}

/// How many levels there are without a choice.
const LEVELS: usize = 11;

/// Their distance is one of these times a power of ten: more choices than for marks of an axis, so
/// that there are about as many levels as asked for.
const FACTORS: [f64; 10] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];

/// Round numbers from below the lowest to above the highest height.
pub(super) fn levels(layer: &Layer, low: f64, high: f64) -> Vec<f64> {
    let axis = Axis::between(low, high, false);
    let most = layer.look.levels.unwrap_or(LEVELS);
    let (mut inner, step) = axis.steps_among(most, &FACTORS);
    if let (Some(&first), Some(&last)) = (inner.first(), inner.last()) {
        if first > low {
            inner.insert(0, first - step);
        }
        if last < high {
            inner.push(last + step);
        }
    }
    inner
}

/// A point on the grid's lines: a corner, or where a side crosses a height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Knot {
    Corner(usize),
    /// Between a corner and the one right of it (or, `up`, in the next row), at the lower or the
    /// upper height.
    Side {
        from: usize,
        up: bool,
        upper: bool,
    },
}

impl Grid<'_> {
    fn place(&self, knot: Knot, (low, high): (f64, f64)) -> Point {
        let columns = self.x.len();
        let corner = |i: usize| (self.x[i % columns], self.y[i / columns]);
        match knot {
            Knot::Corner(i) => corner(i),
            Knot::Side { from, up, upper } => {
                let to = from + if up { columns } else { 1 };
                let (a, b) = (self.z[from], self.z[to]);
                let height = if upper { high } else { low };
                // Halves, so that the ends of f64 do not overflow.
                let t = ((height / 2.0 - a / 2.0) / (b / 2.0 - a / 2.0)).clamp(0.0, 1.0);
                let ((ax, ay), (bx, by)) = (corner(from), corner(to));
                (ax * (1.0 - t) + bx * t, ay * (1.0 - t) + by * t)
            }
        }
    }

    /// The outlines of where `low <= z < high`, without the sides that two squares share.
    fn edges(&self, low: f64, high: f64) -> HashMap<Knot, Vec<Knot>> {
        let (rows, columns) = (self.y.len(), self.x.len());
        let class = |z: f64| i8::from(z >= low) + i8::from(z >= high);
        let mut edges: HashMap<Knot, Vec<Knot>> = HashMap::new();
        let mut outline: Vec<Knot> = Vec::with_capacity(12);
        for i in 0..rows.saturating_sub(1) {
            for j in 0..columns.saturating_sub(1) {
                let first = i * columns + j;
                let corners = [first, first + 1, first + 1 + columns, first + columns];
                if corners.iter().any(|&c| !self.z[c].is_finite()) {
                    continue;
                }
                outline.clear();
                for k in 0..4 {
                    let (a, b) = (corners[k], corners[(k + 1) % 4]);
                    let (ca, cb) = (class(self.z[a]), class(self.z[b]));
                    if ca == 1 {
                        outline.push(Knot::Corner(a));
                    }
                    let side = |upper| Knot::Side {
                        from: a.min(b),
                        up: k % 2 == 1,
                        upper,
                    };
                    let crosses_low = (ca == 0) != (cb == 0);
                    let crosses_high = (ca == 2) != (cb == 2);
                    match (crosses_low, crosses_high, ca < cb) {
                        (true, true, true) => outline.extend([side(false), side(true)]),
                        (true, true, false) => outline.extend([side(true), side(false)]),
                        (true, false, _) => outline.push(side(false)),
                        (false, true, _) => outline.push(side(true)),
                        (false, false, _) => {}
                    }
                }
                for k in 0..outline.len() {
                    let (a, b) = (outline[k], outline[(k + 1) % outline.len()]);
                    // The neighbour walks a shared side the other way.
                    let back = edges.get_mut(&b);
                    let shared = back.and_then(|list| {
                        let at = list.iter().position(|&knot| knot == a)?;
                        list.swap_remove(at);
                        Some(())
                    });
                    if shared.is_none() {
                        edges.entry(a).or_default().push(b);
                    }
                }
            }
        }
        edges
    }

    /// The outlines of where `low <= z < high`, closed.
    pub(super) fn areas(&self, low: f64, high: f64) -> Vec<Vec<Point>> {
        self.chains(self.edges(low, high), (low, high))
    }

    /// The lines on which z is `height`.
    pub(super) fn lines(&self, height: f64) -> Vec<Vec<Point>> {
        let mut edges = self.edges(height, f64::INFINITY);
        let on_line = |knot: &Knot| matches!(knot, Knot::Side { .. });
        edges.retain(|from, list| {
            // Sides of the grid's border join a crossing and a corner, or two crossings only where
            // both corners are low, which no area has.
            list.retain(on_line);
            on_line(from) && !list.is_empty()
        });
        self.chains(edges, (height, f64::INFINITY))
    }

    /// Edges joined end to end.
    fn chains(&self, mut edges: HashMap<Knot, Vec<Knot>>, heights: (f64, f64)) -> Vec<Vec<Point>> {
        edges.retain(|_, list| !list.is_empty());
        // Open lines start where no edge ends.
        let ends: std::collections::HashSet<Knot> = edges.values().flatten().copied().collect();
        let mut starts: Vec<Knot> = edges
            .keys()
            .filter(|knot| !ends.contains(knot))
            .copied()
            .collect();
        starts.extend(edges.keys().copied().collect::<Vec<_>>());
        // Maps have no order of their own, and the picture should be the same every time.
        let key = |knot: &Knot| match *knot {
            Knot::Corner(i) => (i, 0),
            Knot::Side { from, up, upper } => (from, 1 + i32::from(up) * 2 + i32::from(upper)),
        };
        let open = starts.len() - edges.len();
        starts[..open].sort_by_key(key);
        starts[open..].sort_by_key(key);
        let mut chains = Vec::new();
        for start in starts {
            while edges.contains_key(&start) {
                let mut chain = vec![self.place(start, heights)];
                let mut knot = start;
                while let Some(list) = edges.get_mut(&knot) {
                    let Some(next) = list.pop() else { break };
                    if list.is_empty() {
                        edges.remove(&knot);
                    }
                    chain.push(self.place(next, heights));
                    knot = next;
                }
                chains.push(chain);
            }
        }
        chains
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(loops: &[Vec<Point>]) -> f64 {
        let one = |points: &Vec<Point>| {
            let next = points.iter().cycle().skip(1);
            points
                .iter()
                .zip(next)
                .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
                .sum::<f64>()
                / 2.0
        };
        loops.iter().map(one).sum()
    }

    /// A cone of height 1 on the square from -1 to 1.
    fn cone(n: usize) -> (Vec<f64>, Vec<f64>) {
        let x: Vec<f64> = (0..n)
            .map(|i| 2.0 * i as f64 / (n - 1) as f64 - 1.0)
            .collect();
        let z = x
            .iter()
            .flat_map(|&y| x.iter().map(move |&x| 1.0 - x.hypot(y)))
            .collect();
        (x, z)
    }

    #[test]
    fn areas_between_heights_fill_the_square() {
        let (x, z) = cone(41);
        let grid = Grid {
            x: &x,
            y: &x,
            z: &z,
        };
        let levels = [-1.0, -0.2, 0.0, 0.25, 0.5, 2.0];
        let areas: Vec<f64> = levels
            .windows(2)
            .map(|pair| area(&grid.areas(pair[0], pair[1])))
            .collect();
        assert!((areas.iter().sum::<f64>() - 4.0).abs() < 1e-9, "{areas:?}");
        let disc = std::f64::consts::PI * 0.25;
        assert!((areas[4] - disc).abs() < 0.01, "{areas:?}");
        let ring = std::f64::consts::PI * (0.75 * 0.75 - 0.25);
        assert!((areas[3] - ring).abs() < 0.01, "{areas:?}");
    }

    #[test]
    fn a_line_of_equal_height_is_one_circle() {
        let (x, z) = cone(41);
        let grid = Grid {
            x: &x,
            y: &x,
            z: &z,
        };
        let lines = grid.lines(0.5);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        for &(x, y) in &lines[0] {
            assert!((x.hypot(y) - 0.5).abs() < 0.01);
        }
        // Cut by the border it is four arcs.
        assert_eq!(grid.lines(-0.2).len(), 4);
        assert!(grid.lines(5.0).is_empty() && grid.lines(-5.0).is_empty());
    }

    #[test]
    fn holes_and_small_grids() {
        let z = [0.0, 1.0, f64::NAN, 0.0, 1.0, 1.0];
        let grid = Grid {
            x: &[0.0, 1.0, 2.0],
            y: &[0.0, 1.0],
            z: &z,
        };
        assert!((area(&grid.areas(0.5, 2.0)) - 0.5).abs() < 1e-9);
        for empty in [&[][..], &[1.0]] {
            let grid = Grid {
                x: empty,
                y: empty,
                z: empty,
            };
            assert!(grid.areas(0.0, 2.0).is_empty() && grid.lines(1.0).is_empty());
        }
    }
}
