//! From a line of generated source back to the cell that the user wrote.
//!
//! evcxr reorders statements and items and surrounds them, but copies their text. So a place is
//! found by its text: the line's own, and as many neighbours as agree.

use crate::cell_items::Prepared;

/// Every cell that compiled or was tried.
#[derive(Debug, Default)]
pub struct SourceMap {
    cells: Vec<CellSource>,
}

#[derive(Debug)]
struct CellSource {
    number: usize,
    prepared: Vec<String>,
    lines: Vec<usize>,
    original: Vec<String>,
}

/// A place in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number beside the cell.
    pub cell: usize,
    /// Line in the cell, from 1.
    pub line: usize,
    /// Characters by which the cell's line is longer at its start than the generated one.
    pub shift: usize,
}

impl SourceMap {
    /// Remembers a cell.
    pub fn add(&mut self, number: usize, prepared: &Prepared, original: &str) {
        self.cells.push(CellSource {
            number,
            prepared: prepared.text.lines().map(str::to_owned).collect(),
            lines: prepared.lines.clone(),
            original: original.lines().map(str::to_owned).collect(),
        });
    }

    /// Numbers of the cells, in order.
    pub fn numbers(&self) -> impl Iterator<Item = usize> {
        self.cells.iter().map(|cell| cell.number)
    }

    /// The user's line for a line (from 1) of the latest prepared cell.
    pub fn original_line(&self, line: usize) -> usize {
        let latest = self.cells.last();
        latest
            .and_then(|cell| cell.lines.get(line - 1).copied())
            .unwrap_or(line)
    }

    /// The lines of a cell, the latest of that number.
    pub fn lines(&self, number: usize) -> Option<&[String]> {
        self.cells
            .iter()
            .rev()
            .find(|cell| cell.number == number)
            .map(|cell| &cell.original[..])
    }

    /// Where a line (from 1) of generated source comes from, if a user wrote it.
    pub fn find(&self, source: &str, line: usize) -> Option<Place> {
        let generated: Vec<&str> = source.lines().collect();
        let mut index = line.checked_sub(1)?;
        if generated.get(index)?.trim() == "(" {
            // evcxr puts the last expression into brackets of its own, on a line before it.
            index += 1;
        }
        let text = generated.get(index)?.trim();
        if text.is_empty() || is_generated(text) {
            return None;
        }
        let mut best: Option<(usize, Place)> = None;
        for cell in &self.cells {
            for (at, candidate) in cell.prepared.iter().enumerate() {
                let Some(byte) = candidate.find(text) else {
                    continue;
                };
                let whole = candidate.trim() == text;
                let neighbours = agreement(&generated, index, &cell.prepared, at);
                // A lone bracket stands in every cell: only its neighbours tell which.
                let telling = text.chars().any(char::is_alphanumeric);
                if neighbours == 0 && !(telling && (whole || text.len() >= 4)) {
                    continue;
                }
                let score = neighbours + if whole { 2 } else { 0 };
                // The latest of equals: an older cell's text may have been replaced.
                if best.as_ref().is_none_or(|(highest, _)| score >= *highest) {
                    let before = generated[index].len() - generated[index].trim_start().len();
                    let shift = candidate[..byte].chars().count().saturating_sub(before);
                    let line = cell.lines.get(at).copied().unwrap_or(at + 1);
                    best = Some((
                        score,
                        Place {
                            cell: cell.number,
                            line,
                            shift,
                        },
                    ));
                }
            }
        }
        best.map(|(_, place)| place)
    }
}

/// Lines that evcxr or the kernel wrote around the user's.
fn is_generated(line: &str) -> bool {
    [
        "evcxr_",
        "EvcxrUserCodeError",
        "::cuaderno::host::",
        "cuaderno_impl_",
    ]
    .iter()
    .any(|mark| line.contains(mark))
        || [
            "match std::panic::catch_unwind(",
            "std::panic::AssertUnwindSafe(||{",
            "})) {",
            "Ok(_) => {}",
            "Err(_) => {",
            "#[unsafe(no_mangle)]",
            "Ok(())})();",
        ]
        .contains(&line)
}

/// How many lines around two places are the same.
fn agreement(generated: &[&str], index: usize, cell: &[String], at: usize) -> usize {
    const REACH: usize = 12;
    let same = |a: Option<&&str>, b: Option<&String>| match (a, b) {
        (Some(a), Some(b)) => a.trim() == b.trim(),
        _ => false,
    };
    let below = (1..=REACH).take_while(|d| same(generated.get(index + d), cell.get(at + d)));
    let above = (1..=REACH).take_while(|d| {
        index >= *d && at >= *d && same(generated.get(index - d), cell.get(at - d))
    });
    below.count() + above.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell_items::CellItems;

    fn map(cells: &[&str]) -> SourceMap {
        let mut map = SourceMap::default();
        for (index, code) in cells.iter().enumerate() {
            let prepared = CellItems::default().prepare(code, None);
            map.add(index + 1, &prepared, code);
        }
        map
    }

    #[test]
    fn a_line_is_found_in_the_cell_that_its_neighbours_come_from() {
        let map = map(&[
            "fn f() {\n    let a = 1;\n    g(a)\n}",
            "fn h() {\n    let a = 1;\n    k(a)\n}",
        ]);
        let source =
            "use x;\nfn f() {\n    let a = 1;\n    g(a)\n}\nfn h() {\n    let a = 1;\n    k(a)\n}";
        assert_eq!(
            map.find(source, 3),
            Some(Place {
                cell: 1,
                line: 2,
                shift: 0
            })
        );
        assert_eq!(
            map.find(source, 7),
            Some(Place {
                cell: 2,
                line: 2,
                shift: 0
            })
        );
    }

    #[test]
    fn the_second_statement_of_a_line_is_shifted() {
        let map = map(&["let a = 1; let b = a.x();"]);
        let source = "let a = 1;\n let b = a.x();\n";
        assert_eq!(
            map.find(source, 2),
            Some(Place {
                cell: 1,
                line: 1,
                shift: 10
            })
        );
    }

    #[test]
    fn the_bracket_before_the_last_expression_is_the_expression() {
        let map = map(&["let a = 1;\nf(a)"]);
        let source = "let a = 1;\n(\nf(a)\n).evcxr_display();";
        assert_eq!(map.find(source, 2).map(|place| place.line), Some(2));
    }

    #[test]
    fn generated_lines_are_nobodys() {
        let map = map(&["x"]);
        assert_eq!(map.find("evcxr_variable_store.put(x)", 1), None);
        assert_eq!(map.find("a\n\nb", 2), None);
        let map = self::map(&["fn area(w: f32) -> f32 { w * w }"]);
        assert_eq!(map.find("let a = 1;\n}\n", 2), None);
    }
}
