//! Whether a cell is whole: what a console asks when RETURN is pressed.

use ra_ap_syntax::ast::HasModuleItem as _;
use ra_ap_syntax::{Edition, SourceFile, SyntaxKind};

/// The answer to `is_complete_request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Ready to run.
    Complete,
    /// More lines must follow; the next starts with this many spaces.
    Incomplete {
        /// Depth of the open brackets, times four.
        indent: usize,
    },
    /// No line that could follow would make it right.
    Invalid,
}

/// Judges a cell of Rust.
pub fn of(code: &str) -> Completeness {
    let rust: String = code
        .lines()
        .map(|line| {
            if line.trim_start().starts_with([':', '%', '!']) {
                ""
            } else {
                line
            }
        })
        .collect::<Vec<_>>()
        .join("\n");
    match brackets(&rust) {
        Brackets::Mismatched => return Completeness::Invalid,
        Brackets::Open(depth) => return Completeness::Incomplete { indent: 4 * depth },
        Brackets::Unterminated => return Completeness::Incomplete { indent: 0 },
        Brackets::Balanced => {}
    }
    let trimmed = rust.trim_end();
    if parses(trimmed) {
        return Completeness::Complete;
    }
    // What a few continuations would mend is only unfinished.
    let continuations = [" x", " x;", " {}", " x {}", " = x;", " x => {} }"];
    if continuations
        .iter()
        .any(|more| parses(&format!("{trimmed}{more}")))
    {
        return Completeness::Incomplete { indent: 4 };
    }
    Completeness::Invalid
}

fn parses(code: &str) -> bool {
    let parsed = SourceFile::parse(
        &format!("async fn cell() {{\n{code}\n}}"),
        Edition::Edition2024,
    );
    parsed.errors().is_empty() && parsed.tree().items().count() == 1
}

enum Brackets {
    Balanced,
    Open(usize),
    Mismatched,
    Unterminated,
}

fn brackets(code: &str) -> Brackets {
    let parsed = SourceFile::parse(code, Edition::Edition2024);
    let mut open = Vec::new();
    for element in parsed.syntax_node().descendants_with_tokens() {
        let Some(token) = element.into_token() else {
            continue;
        };
        let text = token.text();
        match token.kind() {
            SyntaxKind::L_PAREN | SyntaxKind::L_BRACK | SyntaxKind::L_CURLY => {
                open.push(token.kind());
            }
            SyntaxKind::R_PAREN if open.pop() != Some(SyntaxKind::L_PAREN) => {
                return Brackets::Mismatched;
            }
            SyntaxKind::R_BRACK if open.pop() != Some(SyntaxKind::L_BRACK) => {
                return Brackets::Mismatched;
            }
            SyntaxKind::R_CURLY if open.pop() != Some(SyntaxKind::L_CURLY) => {
                return Brackets::Mismatched;
            }
            SyntaxKind::STRING if text.len() < 2 || !text.ends_with('"') => {
                return Brackets::Unterminated;
            }
            SyntaxKind::COMMENT if text.starts_with("/*") && !text.ends_with("*/") => {
                return Brackets::Unterminated;
            }
            _ => {}
        }
    }
    if open.is_empty() {
        Brackets::Balanced
    } else {
        Brackets::Open(open.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_judged_as_a_console_would() {
        let incomplete = |indent| Completeness::Incomplete { indent };
        let cases = [
            ("let x = 1;", Completeness::Complete),
            ("x + 1", Completeness::Complete),
            ("fn f() -> f32 { 1.0 }", Completeness::Complete),
            (":dep serde = \"1\"", Completeness::Complete),
            ("", Completeness::Complete),
            ("fn f() {", incomplete(4)),
            ("let v = vec![\n    f(1,", incomplete(8)),
            ("let s = \"abc", incomplete(0)),
            ("/* note", incomplete(0)),
            ("let x =", incomplete(4)),
            ("x +", incomplete(4)),
            ("fn f() }", Completeness::Invalid),
            ("let 1x = ;", Completeness::Invalid),
            ("(]", Completeness::Invalid),
        ];
        for (code, expected) in cases {
            assert_eq!(of(code), expected, "{code:?}");
        }
    }
}
