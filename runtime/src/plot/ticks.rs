//! Where the marks of an axis stand, and what they say.

/// An axis from data to a fraction of its length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    log: bool,
    /// Marks stand at whole numbers only.
    pub(super) whole: bool,
    /// From high to low.
    flip: bool,
}

/// A mark: where, as a fraction of the axis, and its text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) text: String,
}

impl Axis {
    /// An axis that holds all finite values, with a margin; `from_zero` keeps 0 at the lower end.
    pub(super) fn around(values: impl Iterator<Item = f64>, log: bool, from_zero: bool) -> Axis {
        let fits = |v: &f64| v.is_finite() && (!log || *v > 0.0);
        let (low, high) = values
            .filter(fits)
            .map(|v| if log { v.log10() } else { v })
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
                (l.min(v), h.max(v))
            });
        if low > high {
            return Axis {
                low: 0.0,
                high: 1.0,
                log,
                whole: false,
                flip: false,
            };
        }
        // Halves first, so that the ends of f64 do not overflow.
        let half = high / 2.0 - low / 2.0;
        let width = low.abs().max(high.abs());
        let margin = match () {
            // Equal but for rounding: room around one value, as matplotlib makes it.
            () if half <= width * 1e-13 => {
                if width == 0.0 || log {
                    0.5
                } else {
                    width * 0.05
                }
            }
            () => half * 0.1,
        };
        let top = (high + margin).min(f64::MAX);
        let bottom = if from_zero && low >= 0.0 {
            0.0
        } else {
            (low - margin).max(f64::MIN)
        };
        Axis {
            low: bottom,
            high: top,
            log,
            whole: false,
            flip: false,
        }
    }

    /// An axis between two given ends.
    pub(super) fn between(low: f64, high: f64, log: bool) -> Axis {
        let end = |v: f64| {
            if log {
                v.max(f64::MIN_POSITIVE).log10()
            } else {
                v
            }
        };
        let (low, high) = (end(low), end(high));
        let wide = high - low > 1e-13 * low.abs().max(high.abs());
        Axis {
            low,
            high: if wide {
                high
            } else {
                low + 1.0_f64.max(low.abs() * 1e-12)
            },
            log,
            whole: false,
            flip: false,
        }
    }

    /// The same axis with marks at whole numbers only, if `whole`.
    pub(super) fn whole(self, whole: bool) -> Axis {
        Axis { whole, ..self }
    }

    /// The same axis from high to low, if `flip`.
    pub(super) fn flip(self, flip: bool) -> Axis {
        Axis { flip, ..self }
    }

    /// Where a value stands: 0 at the low end, 1 at the high end; `None` if it has no place.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let value = match self.log {
            true if value <= 0.0 => return None,
            true => value.log10(),
            false => value,
        };
        // Halves, so that the ends of f64 do not overflow.
        let (low, width) = (self.low / 2.0, self.high / 2.0 - self.low / 2.0);
        value
            .is_finite()
            .then(|| self.turned((value / 2.0 - low) / width))
    }

    fn turned(&self, fraction: f64) -> f64 {
        if self.flip { 1.0 - fraction } else { fraction }
    }

    /// Where 0 stands, or the end that is nearest to it: bars stand there.
    pub(super) fn base(&self) -> f64 {
        match self.log {
            true => self.turned(0.0),
            false => self.place(0.0).unwrap_or(0.0).clamp(0.0, 1.0),
        }
    }

    /// How many units the axis holds; of a logarithmic one, powers of ten.
    pub(super) fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Marks at given numbers.
    pub(super) fn at(&self, ticks: &[(f64, String)]) -> Vec<Tick> {
        let tick = |(value, text): &(f64, String)| {
            let at = self.place(*value)?;
            (-1e-9..=1.0 + 1e-9).contains(&at).then(|| Tick {
                at,
                text: text.clone(),
            })
        };
        ticks.iter().filter_map(tick).collect()
    }

    /// At most `most` labelled marks.
    pub(super) fn ticks(&self, most: usize) -> Vec<Tick> {
        if self.log && self.high - self.low >= 1.0 {
            return self.decades(most);
        }
        if self.log {
            let (low, high) = (10_f64.powf(self.low), 10_f64.powf(self.high));
            let inner = Axis {
                low,
                high,
                log: false,
                ..*self
            };
            let (values, step) = inner.steps(most);
            return self.labelled(&values, step);
        }
        let (values, step) = self.steps(most);
        self.labelled(&values, step)
    }

    /// Multiples of 1, 2, 2.5 or 5 times a power of ten.
    fn steps(&self, most: usize) -> (Vec<f64>, f64) {
        self.steps_among(most, &[1.0, 2.0, 2.5, 5.0, 10.0])
    }

    /// Multiples of one of the factors, which rise from 1 to 10, times a power of ten.
    pub(super) fn steps_among(&self, most: usize, factors: &[f64]) -> (Vec<f64>, f64) {
        let rough = (self.high / 2.0 - self.low / 2.0) / most.max(1) as f64 * 2.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = factors
            .iter()
            .map(|factor| factor * power)
            .find(|&step| step >= rough * 0.999)
            .unwrap_or(rough);
        let step = match self.whole && !self.log {
            true if step < 1.0 => 1.0,
            true if step < 10.0 && step.fract() != 0.0 => 5.0,
            _ => step,
        };
        let first = (self.low / step - 1e-9).ceil();
        let last = (self.high / step + 1e-9).floor();
        let count = if (last - first).is_finite() {
            (last - first) as usize
        } else {
            0
        };
        let values = (0..=count.min(4 * most))
            .map(|i| (first + i as f64) * step)
            .collect();
        (values, step)
    }

    fn decades(&self, most: usize) -> Vec<Tick> {
        let (first, last) = (self.low.ceil() as i32, self.high.floor() as i32);
        let every = ((last - first) as usize / most.max(1) + 1) as i32;
        (first..=last)
            .filter(|power| power.rem_euclid(every) == 0)
            .map(|power| Tick {
                at: self.turned((f64::from(power) - self.low) / (self.high - self.low)),
                text: if first >= -3 && last <= 4 {
                    format!("{}", 10_f64.powi(power))
                } else {
                    format!("10{}", superscript(power))
                },
            })
            .collect()
    }

    /// Marks without text between the powers of ten of a logarithmic axis, at 2, 3, .. 9 times
    /// each.
    pub(super) fn between_ticks(&self) -> Vec<f64> {
        if !self.log || !(1.0..=8.0).contains(&(self.high - self.low)) {
            return Vec::new();
        }
        (self.low.floor() as i32..=self.high.ceil() as i32)
            .flat_map(|power| (2..10).map(move |k| f64::from(power) + f64::from(k).log10()))
            .map(|log| self.turned((log - self.low) / (self.high - self.low)))
            .filter(|at| (0.0..=1.0).contains(at))
            .collect()
    }

    pub(super) fn labelled(&self, values: &[f64], step: f64) -> Vec<Tick> {
        let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let scientific = largest >= 1e6 || (largest > 0.0 && largest < 1e-4);
        let unit = if scientific {
            largest.log10().floor()
        } else {
            0.0
        };
        // As many digits as the step needs: 0.25 needs two, 0.5 one.
        let scaled = step / 10_f64.powf(unit);
        let digits = (0..12)
            .find(|&digits| {
                let shifted = scaled * 10_f64.powi(digits);
                (shifted - shifted.round()).abs() < 1e-6 * shifted
            })
            .unwrap_or(12) as usize;
        let text = |value: f64| {
            // A negative zero would read "-0".
            let value = if value.abs() < step * 1e-6 {
                0.0
            } else {
                value
            };
            let number = format!("{:.digits$}", value / 10_f64.powf(unit)).replace('-', "−");
            match scientific && value != 0.0 {
                true => format!("{number}·10{}", superscript(unit as i32)),
                false => number,
            }
        };
        let place = |&value: &f64| {
            Some(Tick {
                at: self.place(value)?,
                text: text(value),
            })
        };
        values
            .iter()
            .filter_map(place)
            .filter(|tick| (-1e-9..=1.0 + 1e-9).contains(&tick.at))
            .collect()
    }
}

fn superscript(power: i32) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => char::from_u32('⁰' as u32 + c.to_digit(10).unwrap_or(0)).unwrap_or(c),
    };
    power.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: f64, high: f64, log: bool) -> Vec<String> {
        Axis::between(low, high, log)
            .ticks(6)
            .into_iter()
            .map(|tick| tick.text)
            .collect()
    }

    #[test]
    fn marks_are_round_numbers() {
        assert_eq!(
            texts(0.0, 1.0, false),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            texts(-1.1, 1.1, false),
            ["−1.0", "−0.5", "0.0", "0.5", "1.0"]
        );
        assert_eq!(texts(0.0, 10.0, false), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(
            texts(0.0, 1.4, false),
            ["0.00", "0.25", "0.50", "0.75", "1.00", "1.25"]
        );
        assert_eq!(texts(0.0, 5e7, false)[1], "1·10⁷");
        assert_eq!(texts(1e-5, 1e3, true), ["10⁻⁴", "10⁻²", "10⁰", "10²"]);
        assert_eq!(
            texts(2.0, 5.0, true),
            ["2.0", "2.5", "3.0", "3.5", "4.0", "4.5", "5.0"]
        );
    }

    #[test]
    fn any_numbers_give_an_axis() {
        let cases: &[&[f64]] = &[
            &[],
            &[f64::NAN],
            &[3.0],
            &[0.0, 0.0],
            &[-1e308, 1e308],
            &[1e-308, 2e-308],
            &[1e15, 1e15 + 1.0],
            &[f64::INFINITY, 1.0],
            &[-1.0, -2.0],
        ];
        for values in cases {
            for log in [false, true] {
                for from_zero in [false, true] {
                    let axis = Axis::around(values.iter().copied(), log, from_zero);
                    assert!(axis.high > axis.low, "{values:?}: {axis:?}");
                    let ticks = axis.ticks(6);
                    assert!(ticks.len() <= 24, "{values:?}: {ticks:?}");
                    for v in values.iter().filter_map(|&v| axis.place(v)) {
                        assert!((-1e-9..=1.000001).contains(&v), "{values:?}: {axis:?}, {v}");
                    }
                }
            }
        }
    }
}
