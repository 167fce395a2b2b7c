//! A step: one command, its heading, and what came of it.

use std::collections::HashMap;
use std::env;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// One command of `cargo verify`.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name on the command line and in the summary.
    pub name: &'static str,
    program: String,
    arguments: Vec<String>,
    variables: Vec<(&'static str, &'static str)>,
    needs: Option<&'static str>,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    Failed,
    /// A step that it needs had failed.
    LeftOut(&'static str),
}

impl Step {
    pub fn new(name: &'static str, program: &str, arguments: &[&str]) -> Step {
        let arguments = arguments.iter().map(|&word| word.to_owned()).collect();
        Step {
            name,
            program: program.to_owned(),
            arguments,
            variables: Vec::new(),
            needs: None,
        }
    }

    /// Sets a variable of the environment for the command.
    pub fn with(mut self, name: &'static str, value: &'static str) -> Step {
        self.variables.push((name, value));
        self
    }

    /// Names a step without which this one makes no sense.
    pub fn after(mut self, name: &'static str) -> Step {
        self.needs = Some(name);
        self
    }

    /// Runs the command in the checkout; whether it ended well.
    pub fn run(&self, checkout: &Path) -> bool {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .current_dir(checkout)
            .stdin(Stdio::null());
        // Cargo describes the package of a program that it runs. Build scripts (that of `ring` looks
        // at OUT_DIR) would run again, now with and now without it.
        for (name, _) in env::vars_os().filter(|(name, _)| is_of_package(&name.to_string_lossy())) {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().copied());
        match command.status() {
            Ok(status) => status.success(),
            Err(error) => {
                eprintln!("error: can't start {}: {error}", self.program);
                false
            }
        }
    }

    fn words(&self) -> String {
        let program = Path::new(&self.program)
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        format!("{program} {}", self.arguments.join(" "))
    }
}

fn is_of_package(variable: &str) -> bool {
    matches!(variable, "CARGO" | "OUT_DIR")
        || [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ]
        .iter()
        .any(|start| variable.starts_with(start))
}

/// The verdict and the time of each step.
#[derive(Debug, Default)]
pub struct Summary {
    steps: Vec<(&'static str, Verdict, Duration)>,
}

/// Runs the steps in order, by `run`.
pub fn run_all(steps: &[Step], run: &mut dyn FnMut(&Step) -> bool) -> Summary {
    let mut summary = Summary::default();
    let mut verdicts: HashMap<&str, Verdict> = HashMap::new();
    for (number, step) in (1..).zip(steps) {
        println!(
            "\n=== {number}/{} {}: {}",
            steps.len(),
            step.name,
            step.words()
        );
        let started = Instant::now();
        // A step that was not asked for may have been run before.
        let failed = |name: &&str| verdicts.get(name).is_some_and(|v| *v != Verdict::Passed);
        let verdict = match step.needs.filter(failed) {
            Some(needed) => Verdict::LeftOut(needed),
            None if run(step) => Verdict::Passed,
            None => Verdict::Failed,
        };
        summary.steps.push((step.name, verdict, started.elapsed()));
        println!("{}", summary.line(number - 1));
        verdicts.insert(step.name, verdict);
    }
    summary
}

impl Summary {
    /// Prints what came of every step, and the count last.
    pub fn report(&self) -> ExitCode {
        println!("\n=== summary");
        for index in 0..self.steps.len() {
            println!("{}", self.line(index));
        }
        println!("{}", self.count());
        if self.failed() == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn line(&self, index: usize) -> String {
        let (name, verdict, time) = self.steps[index];
        match verdict {
            Verdict::Passed => format!("--- {name}: passed, {:.1} s", time.as_secs_f32()),
            Verdict::Failed => format!("--- {name}: FAILED, {:.1} s", time.as_secs_f32()),
            Verdict::LeftOut(needed) => format!("--- {name}: FAILED, it needs {needed}"),
        }
    }

    fn failed(&self) -> usize {
        self.steps
            .iter()
            .filter(|(_, verdict, _)| *verdict != Verdict::Passed)
            .count()
    }

    fn count(&self) -> String {
        format!(
            "{} passed, {} failed",
            self.steps.len() - self.failed(),
            self.failed()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<Step> {
        vec![
            Step::new("first", "true", &[]),
            Step::new("second", "false", &[]),
            Step::new("third", "true", &["-m", "x"]).after("second"),
            Step::new("fourth", "true", &[]).after("first"),
        ]
    }

    #[test]
    fn a_failure_leaves_out_what_needs_it_and_nothing_else() {
        let mut ran = Vec::new();
        let summary = run_all(&steps(), &mut |step| {
            ran.push(step.name);
            step.run(Path::new("/"))
        });
        assert_eq!(ran, ["first", "second", "fourth"]);
        assert_eq!(summary.count(), "2 passed, 2 failed");
        assert_eq!(summary.line(2), "--- third: FAILED, it needs second");
    }

    #[test]
    fn a_step_alone_does_not_wait_for_what_it_needs() {
        let summary = run_all(&steps()[2..3], &mut |_| true);
        assert_eq!(summary.count(), "1 passed, 0 failed");
    }

    #[test]
    fn a_program_that_is_missing_fails() {
        assert!(!Step::new("none", "/nowhere/python", &[]).run(Path::new("/")));
    }

    #[test]
    fn a_variable_reaches_the_command() {
        let step = Step::new("variable", "sh", &["-c", "test \"$CUADERNO_TEST\" = yes"]);
        assert!(!step.run(Path::new("/")));
        assert!(step.with("CUADERNO_TEST", "yes").run(Path::new("/")));
    }

    #[test]
    fn only_what_cargo_says_of_a_package_is_taken_away() {
        assert!(
            ["CARGO", "OUT_DIR", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"]
                .into_iter()
                .all(is_of_package)
        );
        assert!(
            !["CARGO_HOME", "CARGO_TARGET_DIR", "PATH"]
                .into_iter()
                .any(is_of_package)
        );
    }
}
