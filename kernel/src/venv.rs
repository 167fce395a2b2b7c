//! `.venv`: JupyterLab and what belongs to it, at the versions of `requirements.txt`.
//!
//! A stamp in the folder names what was installed to the end. It goes before anything changes and
//! comes back last, so whatever an abort leaves behind counts as broken and is made anew (pip's
//! own cache saves the downloads).

use crate::checks::{self, Problem, Python};
use crate::progress::Step;
use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const STAMP: &str = "cuaderno-stamp";

/// Room for `.venv`, pip's cache and its temporary files.
const ROOM: u64 = 1_000_000_000;

/// JupyterLab's own settings: it asks nothing of the network at its start.
const SETTINGS: &str = r#"{
  "@jupyterlab/apputils-extension:notification": {
    "fetchNews": "false",
    "checkForUpdates": false
  }
}
"#;

/// A virtual environment.
#[derive(Clone, Debug)]
pub struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The one in a checkout, whether it is there or not.
    pub fn of(checkout: &Path) -> Venv {
        Venv {
            folder: checkout.join(".venv"),
        }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its Python.
    pub fn python(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    /// Where Jupyter looks for kernels when it runs in it.
    pub fn kernels(&self) -> PathBuf {
        self.folder.join("share/jupyter/kernels")
    }

    /// Whether it works and has all of `requirements` installed.
    pub fn is_ready(&self, requirements: &[PathBuf]) -> bool {
        self.missing(requirements)
            .is_ok_and(|missing| missing.is_some_and(|files| files.is_empty()))
    }

    /// The files not yet installed; `None` if the environment has to be made from nothing.
    fn missing(&self, requirements: &[PathBuf]) -> anyhow::Result<Option<Vec<PathBuf>>> {
        let stamp = fs::read_to_string(self.folder.join(STAMP)).unwrap_or_default();
        let Some(version) = checks::python_version(&self.python(), &checks::path()) else {
            return Ok(None);
        };
        let mut missing = Vec::new();
        for (index, file) in requirements.iter().enumerate() {
            if stamp
                .lines()
                .any(|line| self.key(file, &version).is_ok_and(|key| key == line))
            {
                continue;
            }
            // The first file is what everything else builds on.
            if index == 0 {
                return Ok(None);
            }
            missing.push(file.clone());
        }
        Ok(Some(missing))
    }

    /// What an installation depends on. The place belongs to it: scripts name their Python by its
    /// whole path.
    fn key(&self, requirements: &Path, version: &str) -> anyhow::Result<String> {
        let content = fs::read(requirements)
            .with_context(|| format!("can't read {}", requirements.display()))?;
        let mut hash = Sha256::new();
        hash.update(content);
        hash.update(version);
        hash.update(self.folder.as_os_str().as_encoded_bytes());
        Ok(hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }

    /// Makes, mends or completes it; does nothing, and needs no network, if it is ready.
    ///
    /// # Errors
    /// If Python, the network or the disk fails, with what to do about it.
    pub fn ensure(&self, requirements: &[PathBuf]) -> anyhow::Result<()> {
        let (install, version) = match self.missing(requirements)? {
            Some(missing) if missing.is_empty() => return Ok(()),
            Some(missing) => (missing, None),
            None => (
                requirements.to_vec(),
                Some(checks::python(&checks::path())?),
            ),
        };
        checks::disk(&self.folder, ROOM)?;
        let stamp = self.folder.join(STAMP);
        let mut lines = fs::read_to_string(&stamp).unwrap_or_default();
        if let Some(python) = version {
            lines.clear();
            self.make(&python)?;
        } else {
            fs::remove_file(&stamp)?;
        }
        let step = Step::start(
            "Installing JupyterLab into .venv",
            "30 to 90 s, by the network",
        );
        self.install(&install, &step)?;
        self.write_settings()?;
        let version = checks::python_version(&self.python(), &checks::path())
            .with_context(|| format!("{} does not start", self.python().display()))?;
        for file in &install {
            lines.push_str(&self.key(file, &version)?);
            lines.push('\n');
        }
        replace(&stamp, lines.as_bytes())?;
        step.done("JupyterLab is in .venv");
        Ok(())
    }

    fn make(&self, python: &Python) -> anyhow::Result<()> {
        let step = Step::start("Making .venv", "5 s");
        if self.folder.is_dir() {
            step.say("removing what is left of an older one");
            fs::remove_dir_all(&self.folder)
                .with_context(|| format!("can't remove {}", self.folder.display()))?;
        } else if fs::symlink_metadata(&self.folder).is_ok() {
            fs::remove_file(&self.folder)?;
        }
        let output = isolated(&python.program)
            .args(["-m", "venv"])
            .arg(&self.folder)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("can't start {}", python.program.display()))?;
        if !output.status.success() {
            let text = [output.stdout, output.stderr].concat();
            return Err(venv_problem(&String::from_utf8_lossy(&text), python).into());
        }
        step.done(&format!(".venv is made with Python {}", python.version));
        Ok(())
    }

    fn install(&self, requirements: &[PathBuf], step: &Step) -> anyhow::Result<()> {
        let mut pip = isolated(self.python());
        pip.args([
            "-m",
            "pip",
            "install",
            "--no-input",
            "--progress-bar",
            "off",
        ])
        .args(["--disable-pip-version-check", "--no-warn-script-location"])
        // A user's own setting for installations outside of virtual environments.
        .env("PIP_USER", "0");
        for file in requirements {
            pip.arg("-r").arg(file);
        }
        let mut pip = pip
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("can't start pip")?;
        let errors = pip.stderr.take().context("pip's errors")?;
        let errors = std::thread::spawn(move || text_of(errors));
        let mut packages = 0;
        for line in BufReader::new(pip.stdout.take().context("pip's output")?).lines() {
            let line = line.unwrap_or_default();
            let mut words = line.split_whitespace();
            match (words.next(), words.next()) {
                (Some("Collecting"), Some(package)) => {
                    packages += 1;
                    step.say(&format!("package {packages}: {package}"));
                }
                (Some("Installing"), _) => step.say(&format!("writing {packages} packages")),
                _ => {}
            }
        }
        let errors = errors.join().unwrap_or_default();
        if pip.wait()?.success() {
            Ok(())
        } else {
            Err(pip_problem(&errors).into())
        }
    }

    fn write_settings(&self) -> anyhow::Result<()> {
        let folder = self.folder.join("share/jupyter/lab/settings");
        fs::create_dir_all(&folder)?;
        Ok(replace(
            &folder.join("overrides.json"),
            SETTINGS.as_bytes(),
        )?)
    }
}

/// Writes under another name first, so that a file that is there is whole.
///
/// # Errors
/// Those of the file system.
pub fn replace(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut unfinished = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut unfinished, content)?;
    use std::os::unix::fs::PermissionsExt as _;
    unfinished
        .as_file()
        .set_permissions(fs::Permissions::from_mode(0o644))?;
    unfinished.persist(file)?;
    Ok(())
}

/// A Python that finds only its own packages and ends with this process.
fn isolated(python: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(python);
    command.env_remove("PYTHONHOME").env_remove("PYTHONPATH");
    #[cfg(target_os = "linux")]
    // SAFETY: prctl is safe to call between fork and exec.
    unsafe {
        use std::os::unix::process::CommandExt as _;
        // An installation that goes on after an abort would disturb the next one.
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
    command
}

fn text_of(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    // What could be read is what there is to show.
    let _ = from.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn venv_problem(output: &str, python: &Python) -> Problem {
    if checks::says_disk_full(output) {
        return Problem::disk_full("the disk is full: .venv can't be made");
    }
    if output.contains("ensurepip") {
        return checks::no_venv(&python.program, &python.version);
    }
    Problem::new(
        format!(
            "{} -m venv .venv failed:\n{}",
            python.program.display(),
            last_lines(output)
        ),
        "mend this Python, or name another one: CUADERNO_PYTHON=/path/to/python3 cargo lab",
    )
}

/// pip's errors as one message.
fn pip_problem(errors: &str) -> Problem {
    const NETWORK: [&str; 6] = [
        "connection broken by",
        "NewConnectionError",
        "Failed to establish a new connection",
        "Temporary failure in name resolution",
        "ProxyError",
        "ReadTimeoutError",
    ];
    if checks::says_disk_full(errors) {
        return Problem::disk_full("the disk is full: JupyterLab can't be installed");
    }
    if NETWORK.iter().any(|words| errors.contains(words)) {
        return Problem::new(
            "JupyterLab can't be downloaded: the Python package index does not answer",
            "the first run needs the network (later ones don't); behind a proxy set HTTPS_PROXY, \
             for a mirror PIP_INDEX_URL, and run the command again",
        );
    }
    Problem::new(
        format!("pip could not install JupyterLab:\n{}", last_lines(errors)),
        "run the command again: .venv is made anew; if it fails twice, please report it with the \
         lines above",
    )
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    /// A checkout with a `.venv` whose Python is a script, as a finished `ensure` leaves it.
    struct Checkout {
        folder: tempfile::TempDir,
        requirements: Vec<PathBuf>,
        venv: Venv,
    }

    impl Checkout {
        fn ready() -> Checkout {
            let folder = tempfile::tempdir().unwrap();
            let requirements = ["lab.txt", "tests.txt"].map(|name| folder.path().join(name));
            for file in &requirements {
                fs::write(file, "jupyterlab==4.6.0\n").unwrap();
            }
            fs::write(&requirements[1], "pytest==9.2.0\n").unwrap();
            let venv = Venv::of(folder.path());
            fs::create_dir_all(venv.folder().join("bin")).unwrap();
            let checkout = Checkout {
                folder,
                requirements: requirements.to_vec(),
                venv,
            };
            checkout.python("echo 3.11");
            checkout.stamp(1);
            checkout
        }

        fn python(&self, script: &str) {
            fs::write(self.venv.python(), format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(self.venv.python(), fs::Permissions::from_mode(0o755)).unwrap();
        }

        fn stamp(&self, files: usize) {
            let keys: Vec<String> = self.requirements[..files]
                .iter()
                .map(|file| self.venv.key(file, "3.11").unwrap())
                .collect();
            fs::write(self.venv.folder().join(STAMP), keys.join("\n")).unwrap();
        }

        fn missing(&self, files: usize) -> Option<usize> {
            let missing = self.venv.missing(&self.requirements[..files]).unwrap();
            missing.map(|files| files.len())
        }
    }

    #[test]
    fn a_finished_environment_is_left_alone() {
        let checkout = Checkout::ready();
        assert!(checkout.venv.is_ready(&checkout.requirements[..1]));
        // No pip and no network: the script that stands for Python knows neither.
        checkout.venv.ensure(&checkout.requirements[..1]).unwrap();
    }

    #[test]
    fn more_requirements_are_added_to_what_is_there() {
        let checkout = Checkout::ready();
        assert_eq!(checkout.missing(2), Some(1));
        checkout.stamp(2);
        assert_eq!(checkout.missing(2), Some(0));
    }

    #[test]
    fn a_broken_environment_is_made_anew() {
        let checkout = Checkout::ready();
        checkout.python("exit 1");
        assert_eq!(checkout.missing(1), None, "its Python does not start");
        checkout.python("echo 3.12");
        assert_eq!(
            checkout.missing(1),
            None,
            "Python was replaced by a newer one"
        );
        checkout.python("echo 3.11");
        assert_eq!(checkout.missing(1), Some(0));
        fs::write(&checkout.requirements[0], "jupyterlab==4.7.0\n").unwrap();
        assert_eq!(checkout.missing(1), None, "other versions are asked for");
        checkout.stamp(1);
        fs::remove_file(checkout.venv.folder().join(STAMP)).unwrap();
        assert_eq!(checkout.missing(1), None, "an abort left no stamp");
        fs::remove_file(checkout.venv.python()).unwrap();
        symlink("/nowhere/python3", checkout.venv.python()).unwrap();
        assert_eq!(checkout.missing(1), None, "its Python is gone");
    }

    #[test]
    fn an_environment_that_was_moved_is_made_anew() {
        let checkout = Checkout::ready();
        let elsewhere = checkout.folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::rename(checkout.venv.folder(), elsewhere.join(".venv")).unwrap();
        assert!(!Venv::of(&elsewhere).is_ready(&checkout.requirements[..1]));
    }

    #[test]
    fn pip_without_a_network_is_one_message() {
        let checkout = Checkout::ready();
        let pip = "WARNING: Retrying (Retry(total=4)) after connection broken by \
            'NewConnectionError('Failed to establish a new connection')': /simple/anyio/\n\
            ERROR: Could not find a version that satisfies the requirement anyio==4.16.0\n\
            ERROR: No matching distribution found for anyio==4.16.0";
        checkout.python(&format!(
            "case \"$2\" in pip) cat >&2 <<'END'\n{pip}\nEND\nexit 1;; *) echo 3.11;; esac"
        ));
        let error = checkout.venv.ensure(&checkout.requirements).unwrap_err();
        let problem = error.downcast::<Problem>().unwrap();
        assert!(problem.what.contains("does not answer"), "{problem}");
        assert!(problem.remedy.contains("PIP_INDEX_URL"), "{problem}");
        // The attempt may have left half a package behind.
        assert_eq!(checkout.missing(1), None);
    }

    #[test]
    fn pips_other_errors_are_shown_or_explained() {
        let full = pip_problem(
            "ERROR: Could not install packages due to an OSError: [Errno 28] \
            No space left on device",
        );
        assert!(full.what.contains("the disk is full"), "{full}");
        let other = pip_problem("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES");
        assert!(other.what.contains("DO NOT MATCH THE HASHES"), "{other}");
    }

    #[test]
    fn a_venv_that_fails_says_why() {
        let python = Python {
            program: "/usr/bin/python3".into(),
            version: "3.11".to_owned(),
        };
        let missing = venv_problem("... because ensurepip is not available. ...", &python);
        assert!(missing.remedy.contains("python3.11-venv"), "{missing}");
        let full = venv_problem("OSError: [Errno 28] No space left on device", &python);
        assert!(full.what.contains("disk is full"), "{full}");
        let other = venv_problem("Segmentation fault", &python);
        assert!(other.what.contains("Segmentation fault"), "{other}");
    }
}
