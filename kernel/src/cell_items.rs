//! Makes `impl` blocks replaceable.
//!
//! evcxr keeps a session's items by name, so that running a cell again replaces them; an `impl`
//! has no name and would be there twice. Here each gets one: a constant before it, named after
//! what it implements, under which evcxr files the block. An inherent `impl` is split into one
//! block per method, since a later cell may well redefine one of them.

use ra_ap_syntax::ast::{self, HasModuleItem as _, HasName as _};
use ra_ap_syntax::{AstNode as _, Edition, SourceFile};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// A cell's code, ready for evcxr.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// The code.
    pub text: String,
    /// The line of the user's cell (from 1) that each line of `text` comes from.
    pub lines: Vec<usize>,
}

/// Which `impl` blocks each cell brought in.
#[derive(Debug, Default)]
pub struct CellItems {
    by_cell: HashMap<String, Vec<String>>,
    before_last: Option<(String, Option<Vec<String>>)>,
}

/// Text to insert at a byte offset of the cell; every line of it counts as the line there.
struct Insertion {
    at: usize,
    text: String,
}

impl CellItems {
    /// Names the blocks of a cell, and empties those that the cell's last run brought in and this
    /// one does not.
    pub fn prepare(&mut self, code: &str, cell: Option<&str>) -> Prepared {
        let (insertions, names) = insertions(code);
        let mut stale = Vec::new();
        if let Some(cell) = cell {
            let earlier = self.by_cell.insert(cell.to_owned(), names.clone());
            stale = earlier
                .iter()
                .flatten()
                .filter(|name| !names.contains(name))
                .cloned()
                .collect();
            self.before_last = Some((cell.to_owned(), earlier));
        }
        let mut prepared = apply(code, &insertions);
        if !stale.is_empty() {
            let first = first_rust_line(code);
            let markers: Vec<String> = stale.iter().map(|name| marker(name)).collect();
            let mut lines: Vec<&str> = prepared.text.lines().collect();
            lines.splice(first..first, markers.iter().map(String::as_str));
            prepared
                .lines
                .splice(first..first, std::iter::repeat_n(first + 1, markers.len()));
            prepared.text = lines.join("\n");
        }
        prepared
    }

    /// The last prepared cell did not compile: evcxr still has what was there before.
    pub fn forget_last(&mut self) {
        if let Some((cell, earlier)) = self.before_last.take() {
            match earlier {
                Some(names) => self.by_cell.insert(cell, names),
                None => self.by_cell.remove(&cell),
            };
        }
    }
}

fn marker(name: &str) -> String {
    format!("#[allow(non_upper_case_globals)] const {name}: () = ();")
}

fn is_command(line: &str) -> bool {
    line.starts_with('!') || line.trim_start().starts_with(':')
}

/// Index of the first line that is neither blank, comment nor command.
fn first_rust_line(code: &str) -> usize {
    let skipped = code
        .lines()
        .take_while(|line| is_command(line) || line.trim().is_empty() || line.starts_with("//"));
    skipped.count()
}

/// Names of the variables that a cell makes at its top level.
pub fn bound_names(code: &str) -> Vec<String> {
    let Some(list) = statements(code) else {
        return Vec::new();
    };
    list.syntax()
        .children()
        .filter_map(ast::LetStmt::cast)
        .filter_map(|statement| statement.pat())
        .flat_map(|pattern| {
            pattern
                .syntax()
                .descendants()
                .filter_map(ast::IdentPat::cast)
        })
        .filter_map(|pattern| Some(pattern.name()?.text().to_string()))
        .collect()
}

const OPEN: &str = "fn cell() {\n";

/// A cell's statements, if it parses; every offset is `OPEN.len()` more than in the cell.
fn statements(code: &str) -> Option<ast::StmtList> {
    let rust: String = code
        .split_inclusive('\n')
        .map(|line| {
            if is_command(line) {
                blank(line)
            } else {
                line.to_owned()
            }
        })
        .collect();
    let parsed = SourceFile::parse(&format!("{OPEN}{rust}\n}}"), Edition::Edition2024);
    if !parsed.errors().is_empty() {
        return None;
    }
    match parsed.tree().items().next() {
        Some(ast::Item::Fn(function)) => function.body()?.stmt_list(),
        _ => None,
    }
}

/// The `impl` blocks of a cell: what to insert, and the names given.
fn insertions(code: &str) -> (Vec<Insertion>, Vec<String>) {
    let mut insertions = Vec::new();
    let mut names = Vec::new();
    let statements = statements(code);
    for node in statements.iter().flat_map(|list| list.syntax().children()) {
        let Some(block) = ast::Impl::cast(node) else {
            continue;
        };
        for (offset, name, header) in parts(&block) {
            let at = offset - OPEN.len();
            let text = match header {
                None => format!("{}\n", marker(&name)),
                Some(header) => format!("}}\n{}\n{header}{{\n", marker(&name)),
            };
            insertions.push(Insertion { at, text });
            names.push(name);
        }
    }
    (insertions, names)
}

/// Same length, no Rust.
fn blank(line: &str) -> String {
    line.chars()
        .map(|c| if c == '\n' { c } else { ' ' })
        .collect::<String>()
}

/// Where each part of a block starts, its name, and the header to repeat before it.
fn parts(block: &ast::Impl) -> Vec<(usize, String, Option<String>)> {
    let start = usize::from(block.syntax().text_range().start());
    let Some(list) = block.assoc_item_list() else {
        return Vec::new();
    };
    let header_length = usize::from(list.syntax().text_range().start()) - start;
    let header = block.syntax().text().to_string()[..header_length].to_owned();
    let key: String = header.split_whitespace().collect();
    let items: Vec<ast::AssocItem> = list.assoc_items().collect();
    let named: Option<Vec<String>> = items.iter().map(item_key).collect();
    let splittable = block.trait_().is_none() && !header.contains("//");
    match named {
        Some(named) if splittable && !named.is_empty() => items
            .iter()
            .zip(named)
            .enumerate()
            .map(|(index, (item, item_key))| {
                let at = match index {
                    0 => start,
                    _ => usize::from(item.syntax().text_range().start()),
                };
                let header = (index > 0).then(|| header.replace('\n', " "));
                (at, name(&format!("{key}{item_key}")), header)
            })
            .collect(),
        _ => vec![(start, name(&key), None)],
    }
}

fn item_key(item: &ast::AssocItem) -> Option<String> {
    match item {
        ast::AssocItem::Fn(f) => Some(format!("fn {}", f.name()?.text())),
        ast::AssocItem::Const(c) => Some(format!("const {}", c.name()?.text())),
        ast::AssocItem::TypeAlias(t) => Some(format!("type {}", t.name()?.text())),
        ast::AssocItem::MacroCall(_) => None,
    }
}

fn name(key: &str) -> String {
    let digest = Sha256::digest(key);
    let hex: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("cuaderno_impl_{hex}")
}

/// Puts each insertion on lines of its own; what follows on the same line keeps its column.
fn apply(code: &str, insertions: &[Insertion]) -> Prepared {
    let mut text = String::new();
    let mut lines = Vec::new();
    let mut at = 0;
    let mut line = 1;
    for insertion in insertions {
        let piece = &code[at..insertion.at];
        copy(piece, &mut text, &mut lines, &mut line);
        let column = code[..insertion.at]
            .chars()
            .rev()
            .take_while(|c| *c != '\n')
            .count();
        if column > 0 {
            text.push('\n');
            lines.push(line);
        }
        text.push_str(&insertion.text);
        lines.extend(std::iter::repeat_n(
            line,
            insertion.text.matches('\n').count(),
        ));
        text.push_str(&" ".repeat(column));
        at = insertion.at;
    }
    copy(&code[at..], &mut text, &mut lines, &mut line);
    lines.push(line);
    Prepared { text, lines }
}

/// Copies code; `lines` gets an entry for each line that ends in it.
fn copy(piece: &str, text: &mut String, lines: &mut Vec<usize>, line: &mut usize) {
    text.push_str(piece);
    for _ in piece.matches('\n') {
        lines.push(*line);
        *line += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepare(code: &str) -> Prepared {
        CellItems::default().prepare(code, None)
    }

    #[test]
    fn a_cell_without_impl_stays_as_it_is() {
        for code in [
            "let x = 1;\nx",
            ":dep serde = \"1\"\nlet x = 1;",
            "",
            "let x =",
        ] {
            let prepared = prepare(code);
            assert_eq!(prepared.text, code);
            assert_eq!(
                prepared.lines,
                (1..=code.matches('\n').count() + 1).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn each_method_is_a_block_of_its_own_and_keeps_its_place() {
        let code = "struct A;\nimpl A {\n    fn f() {}\n    /// g\n    fn g() {}\n}\nA::f()";
        let prepared = prepare(code);
        assert_eq!(prepared.text.matches("impl A {").count(), 2);
        assert_eq!(prepared.text.matches("const cuaderno_impl_").count(), 2);
        for text in ["    fn f() {}", "    fn g() {}", "A::f()"] {
            let line = prepared
                .text
                .lines()
                .position(|line| line == text)
                .expect(text);
            let original = code.lines().position(|line| line == text).expect(text);
            assert_eq!(prepared.lines[line], original + 1);
        }
        assert_eq!(prepared.lines.len(), prepared.text.lines().count());
    }

    #[test]
    fn the_same_block_gets_the_same_name_whatever_its_layout() {
        let names = |code: &str| insertions(code).1;
        assert_eq!(
            names("impl  A {\n fn f() {}}"),
            names("impl A { fn f() { todo!() } }")
        );
        assert_ne!(names("impl A { fn f() {} }"), names("impl A { fn g() {} }"));
        assert_ne!(names("impl T for A {}"), names("impl T for B {}"));
        assert_eq!(names("impl T for A { fn f() {} fn g() {} }").len(), 1);
    }

    #[test]
    fn a_method_that_a_cell_no_longer_has_goes_away() {
        let mut items = CellItems::default();
        items.prepare("impl A { fn f() {} fn g() {} }", Some("cell"));
        let again = items.prepare("impl A { fn f() {} }", Some("cell"));
        let stale = insertions("impl A { fn g() {} }").1.remove(0);
        assert!(again.text.starts_with(&marker(&stale)));
        items.forget_last();
        assert!(
            items
                .prepare("impl A { fn f() {} }", Some("cell"))
                .text
                .contains(&stale)
        );
    }

    #[test]
    fn code_after_an_impl_on_its_line_keeps_its_column() {
        let prepared = prepare("struct A; impl A { fn f() {} }");
        let line = prepared.text.lines().last().expect("a line");
        assert_eq!(line.find("impl A"), Some("struct A; ".len()));
    }
}
