//! What the machine must have, and what to do where it has not.

use crate::preload;
use std::ffi::{CString, OsStr};
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Something that only the user can mend, with the way to do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problem {
    /// Joins the two.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Problem {
        Problem {
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// The disk is full, or nearly so.
    pub fn disk_full(what: impl Into<String>) -> Problem {
        Problem::new(
            what,
            "make room (`cargo clean` in old Rust projects and `pip cache purge` free the most)",
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhelp: {}", self.what, self.remedy)
    }
}

impl std::error::Error for Problem {}

const INSTALL_LINKER: &str = "install one: `sudo apt-get install build-essential` on Debian and \
    Ubuntu, `sudo dnf install gcc` on Fedora, `xcode-select --install` on macOS";

const INSTALL_PYTHON: &str = "install one: `sudo apt-get install python3 python3-venv` on Debian \
    and Ubuntu, `sudo dnf install python3` on Fedora, `brew install python` on macOS; \
    CUADERNO_PYTHON=/path/to/python3 names one that is not on the PATH";

/// Finds a program on a `PATH`.
pub fn find(program: impl AsRef<OsStr>, path: &OsStr) -> Option<PathBuf> {
    which::which_in(program, Some(path), std::env::current_dir().ok()?).ok()
}

/// The `PATH` of this process.
pub fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// rustc's version, if it is new enough.
///
/// # Errors
/// If there is no rustc, or only an older one.
pub fn rustc(path: &OsStr) -> Result<String, Problem> {
    const NEEDED: &str = env!("CARGO_PKG_RUST_VERSION");
    let missing = || {
        Problem::new(
            "there is no Rust compiler",
            "install Rust: https://rustup.rs",
        )
    };
    let rustc = find("rustc", path).ok_or_else(missing)?;
    let output = Command::new(rustc).arg("-V").env("PATH", path).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let text = text.map_err(|_| missing())?;
    let found = text
        .split(' ')
        .nth(1)
        .and_then(version)
        .ok_or_else(missing)?;
    if version(NEEDED).is_some_and(|needed| found < needed) {
        return Err(Problem::new(
            format!("the Rust compiler is too old: {text}, and {NEEDED} is needed"),
            "bring it up to date: `rustup update stable`",
        ));
    }
    Ok(text)
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Where the sources of Rust's standard library are.
///
/// # Errors
/// If they are nowhere.
pub fn standard_library() -> Result<PathBuf, Problem> {
    preload::standard_library_sources().ok_or_else(|| {
        Problem::new(
            "the sources of Rust's standard library are missing: without them the kernel can't \
             tell the types of your variables",
            "run `rustup component add rust-src`; where Rust does not come from rustup, install \
             the distribution's package (`rust-src`) or set RUST_SRC_PATH",
        )
    })
}

/// As [`standard_library`], after an attempt to have rustup fetch them.
///
/// # Errors
/// If they are nowhere and rustup can't help within `limit`.
pub fn fetch_standard_library(path: &OsStr, limit: Duration) -> Result<PathBuf, Problem> {
    let Some(rustup) = find("rustup", path) else {
        return standard_library();
    };
    let child = Command::new(rustup)
        .args(["component", "add", "rust-src"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Ok(mut child) = child {
        let end = Instant::now() + limit;
        while matches!(child.try_wait(), Ok(None)) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(50));
        }
        // Ended already, unless the limit was reached.
        let _ = child.kill();
        let _ = child.wait();
    }
    standard_library()
}

/// The C linker that rustc calls.
///
/// # Errors
/// If there is none.
pub fn linker(path: &OsStr) -> Result<PathBuf, Problem> {
    find("cc", path).ok_or_else(|| {
        Problem::new(
            "there is no C linker (`cc`), which Rust needs to link programs",
            INSTALL_LINKER,
        )
    })
}

/// Links an empty program: a linker without the C library's own files fails only here.
///
/// # Errors
/// If linking fails.
pub fn linking(path: &OsStr) -> Result<PathBuf, Problem> {
    let linker = linker(path)?;
    let failed = |reason: String| {
        Problem::new(
            format!(
                "Rust can't link a program with {}: {reason}",
                linker.display()
            ),
            INSTALL_LINKER,
        )
    };
    let folder = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
    let source = folder.path().join("empty.rs");
    std::fs::write(&source, "fn main() {}").map_err(|error| failed(error.to_string()))?;
    let output = Command::new("rustc")
        .env("PATH", path)
        .arg(&source)
        .arg("-o")
        .arg(folder.path().join("empty"))
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let errors = text
            .lines()
            .filter(|line| line.contains("error") || line.contains("cannot"));
        return Err(failed(errors.take(3).collect::<Vec<_>>().join("\n")));
    }
    Ok(linker)
}

/// A Python that can make a `.venv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// Its path.
    pub program: PathBuf,
    /// Such as `3.11`.
    pub version: String,
}

/// The oldest Python that `requirements.txt` has pins for.
const OLDEST_PYTHON: (u32, u32) = (3, 9);

/// Finds Python, a later one under its own name where `python3` is too old.
///
/// # Errors
/// If there is none, only older ones, or one that can't make virtual environments.
pub fn python(path: &OsStr) -> Result<Python, Problem> {
    let chosen = std::env::var_os("CUADERNO_PYTHON");
    let names = match chosen {
        Some(program) => vec![program],
        None => [
            "python3",
            "python3.13",
            "python3.12",
            "python3.11",
            "python3.10",
            "python3.9",
        ]
        .map(Into::into)
        .to_vec(),
    };
    let mut problem = Problem::new("there is no Python 3.9 or newer", INSTALL_PYTHON);
    for program in names.iter().filter_map(|name| find(name, path)) {
        let Some(found) = python_version(&program, path) else {
            continue;
        };
        if version(&found).is_none_or(|found| found < OLDEST_PYTHON) {
            problem = Problem::new(
                format!(
                    "{} is Python {found}, and 3.9 or newer is needed",
                    program.display()
                ),
                INSTALL_PYTHON,
            );
            continue;
        }
        if has_venv(&program, path) {
            return Ok(Python {
                program,
                version: found,
            });
        }
        return Err(no_venv(&program, &found));
    }
    Err(problem)
}

/// Asks a Python for its version; `None` if it does not start.
pub fn python_version(program: &Path, path: &OsStr) -> Option<String> {
    let script = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = Command::new(program)
        .args(["-c", script])
        .env("PATH", path)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && version(&text).is_some()).then_some(text)
}

fn has_venv(program: &Path, path: &OsStr) -> bool {
    // Debian ships `venv` without `ensurepip`, on which it depends.
    let output = Command::new(program)
        .args(["-c", "import ensurepip, venv"])
        .env("PATH", path)
        .output();
    output.is_ok_and(|output| output.status.success())
}

/// Python is there but can't make virtual environments.
pub fn no_venv(program: &Path, version: &str) -> Problem {
    Problem::new(
        format!(
            "{} (Python {version}) can't make a `.venv`: ensurepip is missing",
            program.display()
        ),
        format!(
            "on Debian and Ubuntu: `sudo apt-get install python3-venv` (or python{version}-venv)"
        ),
    )
}

/// Free bytes on the disk of a folder, if there are at least `needed`.
///
/// # Errors
/// If there are fewer.
pub fn disk(folder: &Path, needed: u64) -> Result<u64, Problem> {
    // A folder that is not there yet will be made on its parent's disk.
    let folder = folder
        .ancestors()
        .find(|folder| folder.exists())
        .unwrap_or(Path::new("/"));
    let Some(free) = free_space(folder) else {
        return Ok(u64::MAX);
    };
    if free < needed {
        return Err(Problem::disk_full(format!(
            "the disk is full: {} are free for {}, and {} are needed",
            size(free),
            folder.display(),
            size(needed)
        )));
    }
    Ok(free)
}

fn free_space(folder: &Path) -> Option<u64> {
    let folder = CString::new(folder.as_os_str().as_bytes()).ok()?;
    // SAFETY: a valid path and a struct of its own for the answer.
    unsafe {
        let mut answer: libc::statvfs = std::mem::zeroed();
        (libc::statvfs(folder.as_ptr(), &mut answer) == 0)
            .then(|| answer.f_bavail as u64 * answer.f_frsize as u64)
    }
}

/// Bytes as people read them.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..10_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        10_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// Whether a program's message, or an error's, says that the disk is full.
pub fn says_disk_full(text: &str) -> bool {
    [
        "No space left on device",
        "os error 28",
        "Disk quota exceeded",
    ]
    .iter()
    .any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    /// A folder to stand for the `PATH`, with shell scripts for programs.
    fn folder_with(programs: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, script) in programs {
            let program = folder.path().join(name);
            fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        }
        folder
    }

    fn python_script(version: &str, venv: bool) -> String {
        let code = i32::from(!venv);
        format!("case \"$2\" in *ensurepip*) exit {code};; *) echo {version};; esac")
    }

    #[test]
    fn a_path_without_tools_names_each_and_its_remedy() {
        let empty = folder_with(&[]);
        let path = empty.path().as_os_str();
        assert_eq!(
            rustc(path).unwrap_err().remedy,
            "install Rust: https://rustup.rs"
        );
        let problem = linker(path).unwrap_err();
        assert!(problem.what.contains("no C linker (`cc`)"), "{problem}");
        assert!(problem.remedy.contains("build-essential"), "{problem}");
        let problem = python(path).unwrap_err();
        assert!(problem.what.contains("no Python 3.9 or newer"), "{problem}");
        assert!(problem.remedy.contains("python3-venv"), "{problem}");
    }

    #[test]
    fn an_old_rustc_is_refused() {
        let old = folder_with(&[("rustc", "echo 'rustc 1.80.1 (3f5fd8dd4 2024-08-06)'")]);
        let problem = rustc(old.path().as_os_str()).unwrap_err();
        assert!(problem.what.contains("1.80.1") && problem.remedy.contains("rustup update"));
        let new = folder_with(&[("rustc", "echo 'rustc 2.0.0 (3f5fd8dd4 2030-08-06)'")]);
        assert_eq!(
            rustc(new.path().as_os_str()).unwrap(),
            "rustc 2.0.0 (3f5fd8dd4 2030-08-06)"
        );
    }

    #[test]
    fn an_old_python_is_refused_and_a_newer_one_beside_it_found() {
        let old = python_script("3.6", true);
        let folder = folder_with(&[("python3", &old)]);
        let problem = python(folder.path().as_os_str()).unwrap_err();
        assert!(
            problem
                .what
                .contains("is Python 3.6, and 3.9 or newer is needed"),
            "{problem}"
        );
        let folder = folder_with(&[
            ("python3", &old),
            ("python3.11", &python_script("3.11", true)),
        ]);
        let found = python(folder.path().as_os_str()).unwrap();
        assert_eq!(
            (
                found.version.as_str(),
                found.program.ends_with("python3.11")
            ),
            ("3.11", true)
        );
    }

    #[test]
    fn a_python_without_ensurepip_asks_for_the_package() {
        let folder = folder_with(&[("python3", &python_script("3.12", false))]);
        let problem = python(folder.path().as_os_str()).unwrap_err();
        assert!(problem.what.contains("ensurepip is missing"), "{problem}");
        assert!(
            problem.remedy.contains("sudo apt-get install python3-venv"),
            "{problem}"
        );
        assert!(problem.remedy.contains("python3.12-venv"), "{problem}");
    }

    #[test]
    fn a_python_that_does_not_start_counts_as_none() {
        let folder = folder_with(&[("python3", "exit 127")]);
        let problem = python(folder.path().as_os_str()).unwrap_err();
        assert!(problem.what.contains("no Python 3.9"), "{problem}");
    }

    #[test]
    fn a_linker_that_fails_is_reported_with_its_words() {
        let mut path = folder_with(&[("cc", "echo 'cannot find crti.o' >&2; exit 1")]).keep();
        let folder = path.clone();
        let rest = super::path();
        path = std::env::join_paths(std::iter::once(path).chain(std::env::split_paths(&rest)))
            .unwrap()
            .into();
        let problem = linking(path.as_os_str()).unwrap_err();
        assert!(problem.what.contains("cannot find crti.o"), "{problem}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_disk_with_too_little_room_is_full() {
        let folder = tempfile::tempdir().unwrap();
        assert!(disk(&folder.path().join("not/yet/there"), 1).is_ok());
        let problem = disk(folder.path(), u64::MAX).unwrap_err();
        assert!(problem.what.starts_with("the disk is full: "), "{problem}");
        assert!(problem.remedy.contains("make room"), "{problem}");
    }

    #[test]
    fn rustup_is_given_no_longer_than_the_limit() {
        let slow = folder_with(&[("rustup", "exec /bin/sleep 60")]);
        let start = Instant::now();
        let _ = fetch_standard_library(slow.path().as_os_str(), Duration::from_millis(200));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(
            [size(1_500_000), size(250_000_000), size(77_300_000_000)],
            ["1.5 MB", "250 MB", "77.3 GB"]
        );
    }
}
