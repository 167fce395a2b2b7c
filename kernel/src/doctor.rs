//! `cuaderno doctor`: one line for each thing that a session needs, and how to mend it.

use crate::checks::{self, Problem};
use crate::install;
use crate::preload;
use crate::venv::Venv;
use std::path::{Path, PathBuf};

/// What a check found: a few words if all is well.
type Finding = Result<String, Problem>;

const RUN_LAB: &str = "run `cargo lab --prepare`";

/// Runs every check and prints a line for each; whether all is well.
pub fn run() -> bool {
    let checkout = preload::checkout();
    let path = checks::path();
    let mut well = true;
    let mut show = |name: &str, finding: Finding| {
        println!("{}", line(name, &finding));
        well &= finding.is_ok();
    };
    show("Rust", checks::rustc(&path));
    show("standard library", checks::standard_library().map(shown));
    show("linker", checks::linking(&path).map(shown));
    show(
        "Python",
        checks::python(&path)
            .map(|python| format!("{} ({})", python.program.display(), python.version)),
    );
    show("disk space", disk(&checkout));
    show("programs", programs());
    show("JupyterLab", jupyterlab(&checkout));
    show("registration", registration(&Venv::of(&checkout).kernels()));
    for folder in install::user_kernels()
        .into_iter()
        .flat_map(|kernels| ours(&kernels))
    {
        show("registration", spec(&folder));
    }
    // Making the runtime is the only way to know that it can be made.
    show("runtime", runtime());
    well
}

fn line(name: &str, finding: &Finding) -> String {
    match finding {
        Ok(words) => format!("ok  {name}: {words}"),
        Err(problem) => {
            let text = format!("{name}: {}\nmend: {}", problem.what, problem.remedy);
            format!("!!  {}", text.replace('\n', "\n    "))
        }
    }
}

fn shown(path: PathBuf) -> String {
    path.display().to_string()
}

/// Room for the cells of a few sessions.
const ROOM: u64 = 300_000_000;

fn disk(checkout: &Path) -> Finding {
    let free = checks::disk(checkout, ROOM)?.min(checks::disk(&std::env::temp_dir(), ROOM)?);
    Ok(format!("{} free", checks::size(free)))
}

fn programs() -> Finding {
    for name in ["cuaderno-cargo", "cuaderno-cell"] {
        preload::beside_this_program(name).map_err(|error| {
            Problem::new(
                format!("{error:#}"),
                "run `cargo build --package cuaderno-kernel --bins`",
            )
        })?;
    }
    Ok("cuaderno-cargo and cuaderno-cell are beside this one".to_owned())
}

fn jupyterlab(checkout: &Path) -> Finding {
    let venv = Venv::of(checkout);
    if venv.is_ready(&[checkout.join("kernel/requirements.txt")]) {
        return Ok(shown(venv.folder().to_owned()));
    }
    let what = if venv.folder().exists() {
        ".venv does not work, is not complete, or belongs to other requirements"
    } else {
        ".venv is not made yet"
    };
    Err(Problem::new(what, RUN_LAB))
}

fn registration(kernels: &Path) -> Finding {
    let folder = kernels.join(install::NAME);
    if !folder.join("kernel.json").exists() {
        let what = format!(
            "{} is not registered in {}",
            install::DISPLAY_NAME,
            kernels.display()
        );
        return Err(Problem::new(what, RUN_LAB));
    }
    spec(&folder)
}

/// The kernelspecs of ours among a folder of kernels.
fn ours(kernels: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(kernels).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| install::program(path).is_some())
        .collect()
}

fn spec(folder: &Path) -> Finding {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    match install::program(folder) {
        Some(program) if program.exists() => {
            Ok(format!("{} starts {}", folder.display(), program.display()))
        }
        Some(program) => Err(Problem::new(
            format!(
                "{} starts {}, which is not there",
                folder.display(),
                program.display()
            ),
            format!(
                "run `cargo lab --prepare` for .venv, `cuaderno install --name {name}` for others"
            ),
        )),
        None => Err(Problem::new(
            format!("{} is no kernelspec of ours", folder.display()),
            RUN_LAB,
        )),
    }
}

fn runtime() -> Finding {
    let found = preload::find()
        .map_err(|error| Problem::new(format!("{error:#}"), "mend the lines above first"))?;
    found
        .map(|prebuilt| shown(prebuilt.library))
        .ok_or_else(|| {
            Problem::new(
                "not prepared for this version of Rust and of the runtime",
                RUN_LAB,
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_finding_is_a_line_and_a_problem_says_how_to_mend_it() {
        assert_eq!(
            line("Rust", &Ok("rustc 1.95.0".to_owned())),
            "ok  Rust: rustc 1.95.0"
        );
        let problem = Problem::new("there is none", "install one");
        assert_eq!(
            line("linker", &Err(problem)),
            "!!  linker: there is none\n    mend: install one"
        );
    }

    #[test]
    fn a_checkout_without_venv_is_told_to_run_lab() {
        let checkout = tempfile::tempdir().unwrap();
        let problem = jupyterlab(checkout.path()).unwrap_err();
        assert_eq!(
            problem,
            Problem::new(".venv is not made yet", "run `cargo lab --prepare`")
        );
        fs::create_dir(checkout.path().join(".venv")).unwrap();
        assert!(
            jupyterlab(checkout.path())
                .unwrap_err()
                .what
                .contains("does not work")
        );
    }

    #[test]
    fn a_registration_that_starts_nothing_is_a_problem() {
        let kernels = tempfile::tempdir().unwrap();
        assert!(
            registration(kernels.path())
                .unwrap_err()
                .what
                .contains("is not registered")
        );
        let folder = kernels.path().join(install::NAME);
        fs::create_dir(&folder).unwrap();
        let spec =
            r#"{"argv": ["/gone/cuaderno", "kernel", "--connection-file", "{connection_file}"]}"#;
        fs::write(folder.join("kernel.json"), spec).unwrap();
        let problem = registration(kernels.path()).unwrap_err();
        assert!(
            problem
                .what
                .contains("starts /gone/cuaderno, which is not there"),
            "{problem}"
        );
        assert_eq!(ours(kernels.path()), std::slice::from_ref(&folder));
        fs::write(folder.join("kernel.json"), "{}").unwrap();
        assert!(
            registration(kernels.path())
                .unwrap_err()
                .what
                .contains("no kernelspec of ours")
        );
        assert!(ours(kernels.path()).is_empty());
    }
}
