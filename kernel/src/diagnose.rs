//! From what went wrong to one Jupyter error: the student's own lines, and what to do.

use crate::hints;
use crate::session::{Cell, CellError};
use crate::source_map::SourceMap;
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;

/// A panic or a failed `?`, as the runtime reports it.
pub use crate::session::Report;

/// What ended a cell.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The user asked for it, and the variables are kept.
    Interrupted,
    /// A panic that reached the top of the cell.
    Panic(Report),
    /// A `?` at the top level of the cell met an error.
    Question(Report),
    /// The process ended: a signal, `exit`, or no memory.
    Crash {
        /// evcxr's description of the exit status.
        status: String,
        /// The last text on standard error.
        last_words: String,
        /// Whether the kernel ended it after an interrupt.
        killed: bool,
    },
    /// The cell does not compile.
    Compilation(Vec<Diagnostic>),
    /// evcxr refuses the cell, or a command failed.
    Other(String),
}

/// One error of the compiler.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The message, for errors that evcxr made itself.
    pub message: String,
    /// rustc's report, or null.
    pub json: Value,
    /// evcxr's own spans in the prepared cell: start line, start column, end line, end column.
    pub spans: Vec<(usize, usize, usize, usize)>,
}

impl Diagnostic {
    /// One of rustc's JSON reports.
    pub fn from_rustc(json: Value) -> Diagnostic {
        let message = json["message"].as_str().unwrap_or_default().to_owned();
        Diagnostic {
            message,
            json,
            spans: Vec::new(),
        }
    }

    /// Whether the report says something of code that a user wrote.
    fn concerns(&self, sources: &SourceMap) -> bool {
        self.json.is_null() || !by_cell(&self.json["spans"], sources).is_empty()
    }
}

/// What an error means for the names in a notebook.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Were there before, and are gone.
    pub lost: Vec<String>,
    /// Would have been kept, had the cell come to its end.
    pub unmade: Vec<String>,
    /// Every variable and item that there is.
    pub names: Vec<String>,
}

/// The error to send.
pub fn error(
    failure: &Failure,
    cell: &Cell,
    sources: &SourceMap,
    variables: &Variables,
) -> CellError {
    let (name, value, mut traceback) = match failure {
        Failure::Interrupted => {
            let value = "the cell was interrupted; your variables are kept".to_owned();
            (
                "KeyboardInterrupt".to_owned(),
                value.clone(),
                vec![interrupted(cell.number, &value)],
            )
        }
        Failure::Panic(report) => ("Panic".to_owned(), report.message.clone(), {
            vec![at_place("panic", report, cell, sources)]
        }),
        Failure::Question(report) => ("Error".to_owned(), report.message.clone(), {
            vec![at_place("error", report, cell, sources)]
        }),
        Failure::Crash {
            status,
            last_words,
            killed,
        } => {
            let (name, value) = crash(status, last_words, *killed);
            let level = Level::ERROR.with_name("the process that runs your cells ended");
            let path = format!("In [{}]", cell.number);
            let cell = Snippet::<Annotation<'_>>::source(cell.code.as_str()).path(path);
            let shown = render(&[level.primary_title(value.as_str()).element(cell)]);
            (name.to_owned(), value, vec![shown])
        }
        Failure::Compilation(diagnostics) => {
            compilation(diagnostics, cell, sources, &variables.names)
        }
        Failure::Other(message) => {
            let message = hints::own_words(message);
            let hint = hints::for_message(&message);
            let mut shown = vec![at_variable(&message, cell)];
            shown.extend(hint.map(hint_line));
            ("Error".to_owned(), first_line(&message), shown)
        }
    };
    let list = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    if !variables.lost.is_empty() {
        let lost = list(&variables.lost);
        traceback.push(format!(
            "\x1b[1mnote\x1b[0m: lost: {lost}; the rest is still there"
        ));
    }
    let unmade: Vec<String> = variables
        .unmade
        .iter()
        .filter(|name| !variables.lost.contains(name))
        .cloned()
        .collect();
    if !unmade.is_empty() {
        let unmade = list(&unmade);
        traceback.push(format!(
            "\x1b[1mnote\x1b[0m: the cell did not finish, so there is no new {unmade}"
        ));
    }
    CellError {
        name,
        value,
        traceback,
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// What is shown of a cell that was stopped.
pub fn interrupted(cell: usize, text: &str) -> String {
    let title = Level::ERROR.with_name("interrupted").primary_title(text);
    render(&[title.element(Origin::path(format!("In [{cell}]")))])
}

/// A message about a variable, with the line that makes it.
fn at_variable(message: &str, cell: &Cell) -> String {
    let title = Level::ERROR.primary_title(message);
    let name = message.split('`').nth(1).filter(|name| !name.is_empty());
    let found = name.and_then(|name| {
        let pattern = format!(r"let\s+(?:mut\s+)?({})\b", regex::escape(name));
        let captures = regex::Regex::new(&pattern).ok()?.captures(&cell.code)?;
        captures.get(1).map(|found| found.range())
    });
    let path = format!("In [{}]", cell.number);
    match found {
        Some(span) => render(&[title.element(
            Snippet::source(cell.code.as_str())
                .path(path)
                .annotation(AnnotationKind::Primary.span(span)),
        )]),
        None => render(&[title.element(Origin::path(path))]),
    }
}

fn hint_line(hint: impl AsRef<str>) -> String {
    format!("\x1b[1;32min a notebook\x1b[0m: {}", hint.as_ref())
}

fn render(groups: &[Group<'_>]) -> String {
    Renderer::styled().render(groups)
}

/// What a process's end was, for people.
fn crash(status: &str, last_words: &str, killed: bool) -> (&'static str, String) {
    let signal = |number: u32| status.contains(&format!("signal: {number} "));
    if killed {
        (
            "KeyboardInterrupt",
            "the cell did not react to the interrupt, so its process was \
                               ended. A loop that calls nothing of the runtime can be stopped \
                               softly if it calls `check_interrupt()`"
                .to_owned(),
        )
    } else if last_words.contains("has overflowed its stack") {
        (
            "StackOverflow",
            "stack overflow: a function calls itself too deep, or a large array \
                           lies on the stack (put it into a `Vec` or `Box`)"
                .to_owned(),
        )
    } else if last_words.contains("memory allocation of") {
        let line = last_words
            .lines()
            .rev()
            .find(|line| line.contains("memory allocation of"));
        (
            "OutOfMemory",
            format!("out of memory: {}", line.unwrap_or_default()),
        )
    } else if signal(9) {
        (
            "Killed",
            "killed by the system, most likely because memory ran out".to_owned(),
        )
    } else if signal(11) || signal(7) {
        (
            "SegmentationFault",
            "segmentation fault: unsafe code touched memory that it must not \
                               touch"
                .to_owned(),
        )
    } else if signal(6) {
        ("Abort", "aborted".to_owned())
    } else if let Some((_, code)) = status.split_once("exit status: ") {
        ("Exit", format!("exited with code {}", code.trim()))
    } else {
        ("Crash", first_line(status))
    }
}

/// A report with the line that it points at.
fn at_place(name: &str, report: &Report, running: &Cell, sources: &SourceMap) -> String {
    let level = Level::ERROR.with_name(name.to_owned());
    // Help behind the message stands on lines of its own, as the runtime's errors have it.
    let (message, help) = match report.message.split_once("\nhelp: ") {
        Some((message, help)) => (message, Some(help)),
        None => (report.message.as_str(), None),
    };
    let place = report
        .file
        .as_ref()
        .zip(report.line)
        .and_then(|(file, line)| {
            let source = std::fs::read_to_string(file).ok()?;
            sources.find(&source, line)
        });
    let text = place.as_ref().and_then(|place| {
        let lines = sources.lines(place.cell)?;
        let line = lines.get(place.line - 1)?;
        let start: usize = lines[..place.line - 1]
            .iter()
            .map(|line| line.len() + 1)
            .sum();
        let column = report.column.unwrap_or(1) - 1 + place.shift;
        let at = start + byte_of(line, column);
        Some((
            lines.join("\n"),
            expression_from(line, at - start, start),
            place.cell,
        ))
    });
    let mut group = match &text {
        Some((source, span, cell)) => level.primary_title(message).element(
            Snippet::source(source)
                .path(format!("In [{cell}]"))
                .annotation(AnnotationKind::Primary.span(span.clone())),
        ),
        // Raised somewhere below a call of the cell, by code that does not pass its caller's place.
        None => level
            .primary_title(message)
            .element(Origin::path(format!("In [{}]", running.number))),
    };
    if let Some(help) = help {
        group = group.element(Level::HELP.message(help));
    }
    render(&[group])
}

/// The word or call that starts at a byte of a line.
fn expression_from(line: &str, at: usize, start: usize) -> Range<usize> {
    let rest = &line[at..];
    let word = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    start + at..start + at + word.max(rest.chars().next().map_or(0, char::len_utf8))
}

fn byte_of(line: &str, column: usize) -> usize {
    line.char_indices()
        .nth(column)
        .map_or(line.len(), |(at, _)| at)
}

fn compilation(
    diagnostics: &[Diagnostic],
    cell: &Cell,
    sources: &SourceMap,
    names: &[String],
) -> (String, String, Vec<String>) {
    let mut traceback: Vec<String> = Vec::new();
    let mut advice = None;
    let mut first = None;
    let concerning = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.concerns(sources));
    for diagnostic in diagnostics {
        // Errors in generated code follow from those in the student's.
        let summary = diagnostic.message.starts_with("aborting due to");
        if summary || concerning && !diagnostic.concerns(sources) {
            continue;
        }
        let (name, value, shown) = if diagnostic.json.is_null() {
            own(diagnostic, cell, sources)
        } else {
            rustc(diagnostic, sources)
        };
        if traceback.contains(&shown) {
            continue;
        }
        traceback.push(shown);
        // One piece of advice is enough: later errors mostly follow from the first.
        advice = advice.or_else(|| {
            hints::for_diagnostic(&diagnostic.json, names)
                .or_else(|| hints::for_message(&diagnostic.message).map(str::to_owned))
        });
        first.get_or_insert((name, value));
    }
    traceback.extend(advice.map(hint_line));
    let (name, value) = first.unwrap_or_default();
    (name, value, traceback)
}

/// An error of evcxr's own, with the line that it names.
fn own(diagnostic: &Diagnostic, cell: &Cell, sources: &SourceMap) -> (String, String, String) {
    let message = hints::own_words(&diagnostic.message);
    let source = cell.code.as_str();
    let offset = |line: usize, column: usize| {
        let line = sources.original_line(line);
        let start: usize = source
            .lines()
            .take(line - 1)
            .map(|line| line.len() + 1)
            .sum();
        start
            + source
                .lines()
                .nth(line - 1)
                .map_or(0, |text| byte_of(text, column - 1))
    };
    let spans = diagnostic
        .spans
        .iter()
        .map(|(line, column, end_line, end_column)| {
            let (start, end) = (offset(*line, *column), offset(*end_line, *end_column));
            AnnotationKind::Primary.span(start..end.max(start))
        });
    let spans: Vec<Annotation<'_>> = spans.collect();
    let title = Level::ERROR.primary_title(message.as_str());
    let shown = if spans.is_empty() {
        render(&[Group::with_title(title)])
    } else {
        let snippet = Snippet::source(source).path(format!("In [{}]", cell.number));
        render(&[title.element(snippet.annotations(spans))])
    };
    ("CompileError".to_owned(), first_line(&message), shown)
}

/// rustc's report, on the student's lines only.
fn rustc(diagnostic: &Diagnostic, sources: &SourceMap) -> (String, String, String) {
    let json = &diagnostic.json;
    let message = hints::own_words(json["message"].as_str().unwrap_or(&diagnostic.message));
    let code = json["code"]["code"].as_str();
    let mut title = Level::ERROR.primary_title(message.as_str());
    if let Some(code) = code {
        title = title.id(code);
    }
    let texts = cell_texts(sources);
    let mut group = Group::with_title(title);
    for (cell, spans) in by_cell(&json["spans"], sources) {
        let annotations = spans.into_iter().map(|span| {
            let kind = if span.primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            kind.span(span.range).label(span.label)
        });
        let Some(text) = texts.get(&cell) else {
            continue;
        };
        let snippet = Snippet::source(text.as_str()).path(format!("In [{cell}]"));
        group = group.element(snippet.annotations(annotations));
    }
    let mut groups = vec![group];
    for child in json["children"].as_array().into_iter().flatten() {
        let text = child["message"].as_str().unwrap_or_default();
        if text.is_empty() || hints::is_internal(text) {
            continue;
        }
        let level = match child["level"].as_str() {
            Some("help") => Level::HELP,
            _ => Level::NOTE,
        };
        let spans = by_cell(&child["spans"], sources);
        if spans.is_empty() {
            // A note on generated code says nothing to the student.
            if child["spans"].as_array().is_none_or(Vec::is_empty) {
                let last = groups.pop().expect("there is always one");
                groups.push(last.element(level.message(text.to_owned())));
            }
            continue;
        }
        let mut group = Group::with_title(level.secondary_title(text.to_owned()));
        for (cell, spans) in spans {
            let Some(source) = texts.get(&cell) else {
                continue;
            };
            let path = format!("In [{cell}]");
            if spans.iter().any(|span| span.replacement.is_some()) {
                let patches = spans
                    .into_iter()
                    .filter_map(|span| Some(Patch::new(span.range, span.replacement?)));
                group = group.element(Snippet::source(source.as_str()).path(path).patches(patches));
            } else {
                let annotations = spans
                    .into_iter()
                    .map(|span| AnnotationKind::Primary.span(span.range).label(span.label));
                let snippet = Snippet::source(source.as_str()).path(path);
                group = group.element(snippet.annotations(annotations));
            }
        }
        groups.push(group);
    }
    (
        code.unwrap_or("CompileError").to_owned(),
        message.clone(),
        render(&groups),
    )
}

fn cell_texts(sources: &SourceMap) -> BTreeMap<usize, String> {
    sources
        .numbers()
        .filter_map(|n| Some((n, sources.lines(n)?.join("\n"))))
        .collect()
}

struct Span {
    range: Range<usize>,
    primary: bool,
    label: Option<String>,
    replacement: Option<String>,
}

/// The spans that lie in cells, as byte ranges of the cells' texts.
fn by_cell(spans: &Value, sources: &SourceMap) -> BTreeMap<usize, Vec<Span>> {
    let mut found: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
    for json in spans.as_array().into_iter().flatten() {
        let Some(json) = outermost(json) else {
            continue;
        };
        let Some((cell, range)) = range_in_cell(json, sources) else {
            continue;
        };
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        found.entry(cell).or_default().push(Span {
            range,
            primary: json["is_primary"] == true,
            label: text("label").filter(|label| !hints::is_internal(label)),
            replacement: text("suggested_replacement"),
        });
    }
    found
}

/// The place where the student called the macro that the code comes from.
fn outermost(span: &Value) -> Option<&Value> {
    let file = span["file_name"].as_str()?;
    if file.ends_with("/lib.rs") && file.contains("/cells/") {
        return Some(span);
    }
    outermost(&span["expansion"]["span"])
}

fn range_in_cell(span: &Value, sources: &SourceMap) -> Option<(usize, Range<usize>)> {
    let source = std::fs::read_to_string(span["file_name"].as_str()?).ok()?;
    let number = |name: &str| span[name].as_u64().and_then(|n| usize::try_from(n).ok());
    let position = |line: usize, column: usize| {
        let place = sources.find(&source, line)?;
        let lines = sources.lines(place.cell)?;
        let start: usize = lines[..place.line - 1]
            .iter()
            .map(|line| line.len() + 1)
            .sum();
        Some((
            place.cell,
            start + byte_of(&lines[place.line - 1], column - 1 + place.shift),
        ))
    };
    let (cell, start) = position(number("line_start")?, number("column_start")?)?;
    let end = position(number("line_end")?, number("column_end")?);
    let end = end
        .filter(|(other, end)| *other == cell && *end >= start)
        .map_or(start, |(_, e)| e);
    Some((cell, start..end))
}
