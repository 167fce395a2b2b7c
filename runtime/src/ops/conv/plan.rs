//! Where a sliding window finds its inputs: a convolution as sums over shifted rows.
//!
//! The source is copied once, with zeros around it, so that every place reads at its own position
//! plus a shift, whatever stride, padding and dilation are: rows of the image follow each other in
//! one line, the zeros at the end of one row are those before the next, and with a stride each
//! remainder of the division by it has a plane of its own. This is less to copy than im2col by the
//! size of the window, for the price of some places at the ends of rows that are computed and
//! dropped.

/// One dim of a window that slides over an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    pub(crate) input: usize,
    pub(crate) output: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) dilation: usize,
    /// Zeros before the input; those after it follow from the output.
    pub(crate) before: usize,
}

impl Axis {
    /// A dim that is not there.
    pub(crate) const NONE: Axis = Axis {
        input: 1,
        output: 1,
        kernel: 1,
        stride: 1,
        dilation: 1,
        before: 0,
    };
}

/// How places read the source along one dim.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// Elements of the source.
    pub(super) source: usize,
    /// Zeros before them.
    pub(super) before: usize,
    /// Element `i` is number `(i + before) / step` of plane `(i + before) % step`.
    pub(super) step: usize,
    /// Places.
    pub(super) grid: usize,
    /// From one row of a plane to the next.
    pub(super) pitch: usize,
    /// The largest shift.
    pub(super) reach: usize,
}

/// One element of the window: its number, its plane, and how far from the place it lies.
#[derive(Clone, Copy, Debug)]
struct Tap {
    kernel: usize,
    plane: usize,
    shift: usize,
}

/// The places `first..first + count` give the results `start, start + stride, ..`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) first: usize,
    pub(super) count: usize,
    pub(super) start: usize,
    pub(super) stride: usize,
}

/// An element of a window of two dims.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tap2 {
    pub(super) kernel: usize,
    pub(super) plane: usize,
    /// Rows and columns.
    pub(super) shift: (usize, usize),
}

/// Results that the same elements of the window contribute to.
#[derive(Debug)]
pub(super) struct Phase {
    pub(super) taps: Vec<Tap2>,
    pub(super) target: [Target; 2],
}

/// A convolution, or its gradient, without channels.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) lines: [Line; 2],
    pub(super) phases: Vec<Phase>,
    /// Results of a channel.
    pub(super) results: [usize; 2],
    /// Elements of the whole window.
    pub(super) kernel: usize,
    /// Whether some results are sums of nothing.
    pub(super) gaps: bool,
}

type Phases = Vec<(Vec<Tap>, Target)>;

impl Line {
    fn new(source: usize, before: usize, step: usize, grid: usize, phases: &Phases) -> Line {
        let taps = phases.iter().flat_map(|(taps, _)| taps);
        let reach = taps.map(|tap| tap.shift).max().unwrap_or(0);
        let needed = grid + reach;
        // Zeros before the source in every plane, which are also zeros after the row before.
        let zeros = before / step;
        let end = ((source + before).saturating_sub(1) / step + 1).min(needed);
        Line {
            source,
            before,
            step,
            grid,
            pitch: end.max(needed - zeros.min(needed)).max(grid).max(1),
            reach,
        }
    }

    /// Where an output finds its inputs.
    fn forward(axis: &Axis) -> (Line, Phases) {
        let tap = |kernel| Tap {
            kernel,
            plane: kernel * axis.dilation % axis.stride,
            shift: kernel * axis.dilation / axis.stride,
        };
        let target = Target {
            first: 0,
            count: axis.output,
            start: 0,
            stride: 1,
        };
        let phases = vec![((0..axis.kernel).map(tap).collect(), target)];
        let line = Line::new(axis.input, axis.before, axis.stride, axis.output, &phases);
        (line, phases)
    }

    /// Where an input finds the outputs that it went into.
    ///
    /// Input `i` went into output `o` by element `k` if `i + before = o stride + k dilation`. So
    /// inputs of one remainder share their elements, and for them o = t - k dilation / stride with
    /// t = (i + before) / stride.
    fn backward(axis: &Axis) -> (Line, Phases) {
        let &Axis {
            input,
            kernel,
            stride,
            dilation,
            before,
            ..
        } = axis;
        let range = |rest: usize| {
            let first = before.saturating_sub(rest).div_ceil(stride);
            let end = (input + before).saturating_sub(rest).div_ceil(stride);
            (first, end.max(first))
        };
        let ranges: Vec<_> = (0..stride).map(|rest| (rest, range(rest))).collect();
        let used = || ranges.iter().filter(|(_, (first, end))| end > first);
        let origin = used().map(|(_, (first, _))| *first).min().unwrap_or(0);
        let end = used().map(|(_, (_, end))| *end).max().unwrap_or(0);
        let farthest = (kernel - 1) * dilation / stride;
        let zeros = farthest.saturating_sub(origin);
        let phase = |&(rest, (first, end)): &(usize, (usize, usize))| {
            let taps = (0..kernel).filter(|k| k * dilation % stride == rest);
            let tap = |k| Tap {
                kernel: k,
                plane: 0,
                shift: zeros + origin - k * dilation / stride,
            };
            let target = Target {
                first: first - origin,
                count: end - first,
                start: first * stride + rest - before,
                stride,
            };
            (taps.map(tap).collect(), target)
        };
        let phases = used().map(phase).collect();
        let line = Line::new(axis.output, zeros, 1, end - origin, &phases);
        (line, phases)
    }
}

impl Plan {
    /// Outputs from inputs.
    pub(crate) fn forward(axes: &[Axis; 2]) -> Plan {
        Plan::new(axes, axes.map(|axis| axis.output), Line::forward)
    }

    /// The gradient of the inputs from that of the outputs.
    pub(crate) fn backward(axes: &[Axis; 2]) -> Plan {
        Plan::new(axes, axes.map(|axis| axis.input), Line::backward)
    }

    fn new(axes: &[Axis; 2], results: [usize; 2], line: fn(&Axis) -> (Line, Phases)) -> Plan {
        let (rows, row_phases) = line(&axes[0]);
        let (columns, column_phases) = line(&axes[1]);
        let mut phases = Vec::new();
        let mut gaps = false;
        for (row_taps, row_target) in &row_phases {
            for (column_taps, column_target) in &column_phases {
                let pairs = row_taps
                    .iter()
                    .flat_map(|row| column_taps.iter().map(move |column| (row, column)));
                let tap = |(row, column): (&Tap, &Tap)| Tap2 {
                    kernel: row.kernel * axes[1].kernel + column.kernel,
                    plane: row.plane * columns.step + column.plane,
                    shift: (row.shift, column.shift),
                };
                let taps: Vec<Tap2> = pairs.map(tap).collect();
                if taps.is_empty() {
                    gaps = true;
                    continue;
                }
                phases.push(Phase {
                    taps,
                    target: [*row_target, *column_target],
                });
            }
        }
        Plan {
            lines: [rows, columns],
            phases,
            results,
            kernel: axes[0].kernel * axes[1].kernel,
            gaps,
        }
    }

    /// Planes of a channel of the source.
    pub(super) fn planes(&self) -> usize {
        self.lines[0].step * self.lines[1].step
    }

    /// Elements of a channel of the source.
    pub(super) fn source(&self) -> usize {
        self.lines[0].source * self.lines[1].source
    }
}

/// A part of a batch whose source is prepared at once: whole images, or rows of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) image: usize,
    pub(super) images: usize,
    /// The first row of places, and how many.
    pub(super) row: usize,
    pub(super) rows: usize,
    /// Rows of a plane for each image.
    pub(super) height: usize,
}

impl Part {
    /// Elements of a plane.
    pub(super) fn plane(&self, plan: &Plan) -> usize {
        self.images * self.height * plan.lines[1].pitch
    }

    /// From the first place to the last.
    pub(super) fn places(&self, plan: &Plan) -> usize {
        let columns = plan.lines[1];
        let rows = (self.images - 1) * self.height + self.rows - 1;
        rows * columns.pitch + columns.grid
    }
}

/// Cuts images into parts of about so many places.
pub(super) fn parts(plan: &Plan, images: std::ops::Range<usize>, places: usize) -> Vec<Part> {
    let [rows, columns] = plan.lines;
    let size = rows.pitch * columns.pitch;
    if rows.grid * columns.grid == 0 {
        return Vec::new();
    }
    let mut parts = Vec::new();
    if size <= places {
        // Evenly, so that the last is not small.
        let count = images.len().div_ceil(places / size).max(1);
        let each = images.len().div_ceil(count).max(1);
        for image in images.clone().step_by(each) {
            parts.push(Part {
                image,
                images: each.min(images.end - image),
                row: 0,
                rows: rows.grid,
                height: rows.pitch,
            });
        }
        return parts;
    }
    let count = size.div_ceil(places).min(rows.grid);
    let each = rows.grid.div_ceil(count);
    for image in images {
        for row in (0..rows.grid).step_by(each) {
            let high = each.min(rows.grid - row);
            parts.push(Part {
                image,
                images: 1,
                row,
                rows: high,
                height: high + rows.reach,
            });
        }
    }
    parts
}
