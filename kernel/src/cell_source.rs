//! What happens to evcxr's generated source before rustc sees it.
//!
//! evcxr writes one crate per cell. Four things in it are changed, line for line, so that every
//! line number stays what it was:
//! - evcxr's notifications, which it prints among the student's own output, become calls of the
//!   runtime (`cuaderno::host::generated`), which sends them apart from any text;
//! - the error of a `?` goes the same way, with its place;
//! - the variable store, compiled anew in every cell, becomes the runtime's compiled one;
//! - variables that the cell does not name stay in the store: they cost no time, and a panic
//!   cannot lose them.

use regex::Regex;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The source to compile in place of `source`.
pub fn rewrite(source: &str) -> String {
    let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
    replace_panic_notification(&mut lines);
    replace_question_mark(&mut lines);
    replace_variable_store(&mut lines);
    leave_unnamed_variables(&mut lines);
    let mut rewritten = lines.join("\n");
    rewritten.push('\n');
    rewritten
}

fn replace_panic_notification(lines: &mut [String]) {
    const PRINT: &str = r#"    println!("EVCXR_PANIC_NOTIFICATION");"#;
    // The last one is evcxr's; a student's own text stands before it.
    if let Some(line) = lines.iter_mut().rev().find(|line| *line == PRINT) {
        "    ::cuaderno::host::generated::unwound();".clone_into(line);
    }
}

fn replace_question_mark(lines: &mut [String]) {
    static PRINT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"^ *eprintln!\("(\{[^}]*\})", error\);$"#).expect("valid"));
    const NOTIFY: &str = r#"println!("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED);"#;
    let Some(start) = lines
        .iter()
        .position(|line| line.trim() == "struct EvcxrUserCodeError {}")
    else {
        return;
    };
    for line in lines[start..].iter_mut().take(9) {
        if line.trim_start().starts_with("fn from(") {
            line.insert_str(0, "#[track_caller] ");
        } else if line.trim() == NOTIFY {
            line.clear();
        } else if let Some(format) = PRINT.captures(line).map(|found| found[1].to_owned()) {
            *line = format!(
                "::cuaderno::host::generated::question(&::std::format!(\"{format}\", error));"
            );
        }
    }
}

fn replace_variable_store(lines: &mut [String]) {
    let Some(start) = lines
        .iter()
        .position(|line| line == "mod evcxr_internal_runtime {")
    else {
        return;
    };
    let end = lines[start..]
        .windows(2)
        .position(|pair| pair[0] == "}" && pair[1] == "#[unsafe(no_mangle)]");
    let Some(end) = end.map(|length| start + length) else {
        return;
    };
    for line in &mut lines[start + 1..end] {
        line.clear();
    }
    "pub use ::cuaderno::host::store::*;".clone_into(&mut lines[start + 1]);
}

fn leave_unnamed_variables(lines: &mut [String]) {
    static CHECK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^vars_ok &= evcxr_variable_store\.check_variable::<.*>\(stringify!\((\w+)\)\);$",
        )
        .expect("valid")
    });
    static TAKE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^let (?:mut )?\w+ = evcxr_variable_store\.take_variable::<.*>\(stringify!\((\w+)\)\);$",
        )
        .expect("valid")
    });
    static PUT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^evcxr_variable_store\.put_variable::<.*>\(stringify!\((\w+)\), \w+\);$")
            .expect("valid")
    });
    static TYPE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(?:struct|enum|union|type)\s+(\w+)").expect("valid"));
    static WORD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[\p{L}_][\p{L}\p{N}_]*").expect("valid"));

    let mut handling: HashMap<String, [Vec<usize>; 3]> = HashMap::new();
    let mut named: HashSet<&str> = HashSet::new();
    let mut defined: HashSet<&str> = HashSet::new();
    for (index, line) in lines.iter().enumerate() {
        let found = [&CHECK, &TAKE, &PUT]
            .into_iter()
            .enumerate()
            .find_map(|(which, pattern)| Some((which, pattern.captures(line)?[1].to_owned())));
        match found {
            Some((which, name)) => handling.entry(name).or_default()[which].push(index),
            None => {
                named.extend(WORD.find_iter(line).map(|word| word.as_str()));
                defined.extend(
                    TYPE.captures_iter(line)
                        .filter_map(|found| Some(found.get(1)?.as_str())),
                );
            }
        }
    }
    let mut unused: Vec<&usize> = Vec::new();
    for (name, [check, take, put]) in &handling {
        // Exactly one line of each kind: a variable that is bound anew is stored twice.
        let ([check], [take], [put]) = (&check[..], &take[..], &put[..]) else {
            continue;
        };
        if named.contains(name.as_str()) {
            continue;
        }
        unused.extend([take, put]);
        // A type that cells define may have been redefined: then the variable is lost, and
        // whoever runs this cell should hear of it.
        let of_cells = WORD
            .find_iter(&lines[*check])
            .any(|word| defined.contains(word.as_str()));
        if !of_cells {
            unused.push(check);
        }
    }
    let unused: Vec<usize> = unused.into_iter().copied().collect();
    for index in unused {
        lines[index].clear();
    }
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    const CELL: &str = include_str!("../tests/generated_cell.rs.txt");

    #[test]
    fn every_line_stays_where_it_was() {
        assert_eq!(rewrite(CELL).lines().count(), CELL.lines().count());
        for text in [
            "let y = x + n;",
            "impl<T: std::fmt::Display> From<T>",
            "y\n)));",
        ] {
            assert_eq!(line_of(CELL, text), line_of(&rewrite(CELL), text));
        }
    }

    #[test]
    fn the_notifications_go_to_the_runtime() {
        let rewritten = rewrite(CELL);
        assert!(!rewritten.contains("EVCXR_PANIC_NOTIFICATION"));
        assert!(!rewritten.contains("USER_ERROR_OCCURRED"));
        assert!(rewritten.contains("generated::unwound()"));
        assert!(rewritten.contains(r#"generated::question(&::std::format!("{}", error))"#));
        assert!(rewritten.contains("#[track_caller]"));
    }

    #[test]
    fn a_students_own_marker_stays() {
        let cell = CELL.replace(
            "let y = x + n;",
            "    println!(\"EVCXR_PANIC_NOTIFICATION\");\nlet y = x + n;",
        );
        assert!(rewrite(&cell).contains("    println!(\"EVCXR_PANIC_NOTIFICATION\");"));
    }

    #[test]
    fn only_named_variables_are_loaded() {
        let rewritten = rewrite(CELL);
        assert!(!rewritten.contains("stringify!(unused)"));
        assert_eq!(rewritten.matches("stringify!(x)").count(), 3);
        assert_eq!(rewritten.matches("stringify!(y)").count(), 1);
    }

    #[test]
    fn the_type_of_an_unnamed_variable_is_checked_if_cells_define_it() {
        let cell = CELL
            .replace(
                "mod evcxr_internal_runtime {",
                "struct Row;\nmod evcxr_internal_runtime {",
            )
            .replace(
                "::<String>(stringify!(unused)",
                "::<Row>(stringify!(unused)",
            );
        let rewritten = rewrite(&cell);
        assert_eq!(rewritten.matches("stringify!(unused)").count(), 1);
        assert!(rewritten.contains("check_variable::<Row>(stringify!(unused))"));
    }

    #[test]
    fn a_variable_named_in_a_format_string_is_loaded() {
        let cell = CELL.replace("let y = x + n;", "let y = x + n; println!(\"{unused}\");");
        assert_eq!(rewrite(&cell).matches("stringify!(unused)").count(), 3);
    }

    fn line_of(source: &str, text: &str) -> usize {
        source[..source.find(text).expect(text)].lines().count()
    }
}
