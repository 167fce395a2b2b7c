//! `%time`, `%%time` and `:help`: what a cell may say besides Rust and evcxr's commands.

use crate::session::{Completion, Display};
use serde_json::json;
use std::time::Duration;

/// A cell after its magics are taken out. Every line keeps its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is left for evcxr.
    pub code: String,
    /// Whether the whole cell is timed.
    pub time: bool,
    /// Whether the help was asked for.
    pub help: bool,
}

/// Takes the magics out of a cell.
pub fn plan(code: &str) -> Plan {
    let mut plan = Plan::default();
    let mut lines = Vec::new();
    let mut at_start = true;
    for line in code.lines() {
        let word = line.trim();
        let blank = word.is_empty() || word.starts_with("//");
        let kept = match word {
            "%%time" if at_start => {
                plan.time = true;
                String::new()
            }
            ":help" if at_start => {
                plan.help = true;
                String::new()
            }
            _ => match word.strip_prefix("%time ") {
                Some(statement) => timed(statement.trim()),
                None => line.to_owned(),
            },
        };
        // Commands may follow each other at the start of a cell, and nowhere else.
        at_start &= blank || word.starts_with([':', '%']);
        lines.push(kept);
    }
    plan.code = lines.join("\n");
    plan
}

/// A statement that prints how long it took; an expression keeps its value.
fn timed(statement: &str) -> String {
    const START: &str = "cuaderno::host::generated::start_timer();";
    const STOP: &str = "cuaderno::host::generated::stop_timer();";
    if statement.starts_with("let ") || statement.is_empty() {
        format!("{START} {statement} {STOP}")
    } else if let Some(expression) = statement.strip_suffix(';') {
        format!("{START} {{ {expression}; {STOP} }}")
    } else {
        format!("{{ {START} let timed = {statement}; {STOP} timed }}")
    }
}

/// What `%%time` prints.
pub fn time_report(run: Duration, whole: Duration) -> String {
    let compile = whole.saturating_sub(run);
    format!(
        "Wall time: {} (and {} to compile)\n",
        time_text(run),
        time_text(compile)
    )
}

/// A duration as IPython writes it: three digits and a unit.
fn time_text(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds >= 60.0 {
        let whole = seconds.round() as u64;
        return format!("{}min {}s", whole / 60, whole % 60);
    }
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
    let (size, unit) = units
        .into_iter()
        .find(|(size, _)| seconds >= *size)
        .unwrap_or((1e-9, "ns"));
    let value = seconds / size;
    let digits = if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    format!("{value:.digits$} {unit}")
}

/// Whether a cell has a command after which the prelude is gone.
pub fn forgets_everything(code: &str) -> bool {
    code.lines()
        .any(|line| [":clear", ":restart"].contains(&line.trim()))
}

const COMMANDS: &[(&str, &str)] = &[
    ("%%time", "at the top of a cell: how long the cell ran"),
    ("%time", "before a statement: how long it took"),
    (":help", "this list"),
    (":vars", "variables and their types"),
    (":type", "the type of a variable; short form :t"),
    (
        ":dep",
        "adds a crate: `:dep serde = \"1\"`, `:dep mine = { path = \"../mine\" }`",
    ),
    (":show_deps", "crates added so far"),
    (":doc", "documentation of an expression"),
    (":explain", "explains the last compile error at length"),
    (
        ":opt",
        "optimisation of your cells: 0 (compiles fastest), 1, 2, 3",
    ),
    (":clear", "forgets variables and items; crates stay"),
    (
        ":restart",
        "starts the process of the cells anew and runs everything again but variables",
    ),
    (
        ":efmt",
        "format of the errors that `?` returns: `{}`, `{:?}` or `{:#?}`",
    ),
    (":types", "whether results show their type"),
    (":fmt", "format of results without a picture or table"),
    (":timing", "whether each cell's time is printed"),
    (":env", "sets an environment variable"),
    (
        ":build_env",
        "sets an environment variable for the compiler",
    ),
    (":offline", "1: never ask the network for crates"),
    (":toolchain", "which Rust compiles your cells"),
    (":linker", "which linker is used"),
    (":last_compile_dir", "where the cells are compiled"),
    (":last_error_json", "the last compile error as rustc's JSON"),
    (
        ":preserve_vars_on_panic",
        "whether variables outlive a panic",
    ),
    (":load_config", "reads evcxr.toml again"),
    (":version", "evcxr's version"),
    (":quit", "ends the session"),
    ("!", "before a line: runs it in the shell"),
];

/// The answer to `:help`.
pub fn help() -> Display {
    let width = COMMANDS
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or(0);
    let plain: Vec<String> = COMMANDS
        .iter()
        .map(|(name, text)| format!("{name:width$}  {text}"))
        .collect();
    let rows: String = COMMANDS
        .iter()
        .map(|(name, text)| {
            let text = text.replace('<', "&lt;");
            format!(
                "<tr><td style=\"text-align:left\"><code>{name}</code></td>\
                     <td style=\"text-align:left\">{text}</td></tr>"
            )
        })
        .collect();
    let mut display = Display {
        result: true,
        ..Display::default()
    };
    display
        .data
        .insert("text/plain".to_owned(), json!(plain.join("\n")));
    display.data.insert(
        "text/html".to_owned(),
        json!(format!("<table>{rows}</table>")),
    );
    display
}

/// Magics that start with what stands between the two offsets.
pub fn complete(code: &str, start: usize, end: usize) -> Vec<Completion> {
    let (Some(before), Some(typed)) = (code.get(..start), code.get(start..end)) else {
        return Vec::new();
    };
    if typed.is_empty() || !before.chars().all(char::is_whitespace) {
        return Vec::new();
    }
    COMMANDS
        .iter()
        .filter(|(name, _)| name.starts_with(typed) && name.len() > typed.len())
        .map(|(name, text)| Completion {
            text: (*name).to_owned(),
            kind: "magic".to_owned(),
            signature: (*text).to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timed_cell_keeps_its_lines() {
        let plan = plan("%%time\nlet x = 1;\nx");
        assert!(plan.time);
        assert_eq!(plan.code, "\nlet x = 1;\nx");
    }

    #[test]
    fn a_timed_line_keeps_its_value() {
        assert_eq!(
            plan("let a = 1;\n%time a + 1").code,
            "let a = 1;\n{ cuaderno::host::generated::start_timer(); let timed = a + 1; \
             cuaderno::host::generated::stop_timer(); timed }"
        );
        assert!(plan("%time let b = 2;").code.contains("let b = 2;"));
    }

    #[test]
    fn rust_and_other_commands_pass_through() {
        for code in [":vars", "let x = 5 % 3;", "// note\n:dep serde = \"1\"", ""] {
            let expected = Plan {
                code: code.to_owned(),
                ..Plan::default()
            };
            assert_eq!(plan(code), expected);
        }
    }

    #[test]
    fn times_have_three_digits() {
        let cases = [
            (1.5e-7, "150 ns"),
            (0.012_34, "12.3 ms"),
            (2.0, "2.00 s"),
            (75.0, "1min 15s"),
        ];
        for (seconds, text) in cases {
            assert_eq!(time_text(Duration::from_secs_f64(seconds)), text);
        }
    }
}
