//! `cargo lab`: makes what a lesson needs, then opens JupyterLab on it. Every step looks first at
//! what is there, so a second run only starts JupyterLab, and one after an abort goes on.

use crate::checks::{self, Problem};
use crate::install;
use crate::preload;
use crate::progress::Step;
use crate::venv::Venv;
use anyhow::Context as _;
use std::env;
use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Room for the runtime, a session's cells and a notebook.
const ROOM: u64 = 300_000_000;

/// How long rustup may take to fetch the standard library's sources.
const FETCH_LIMIT: Duration = Duration::from_secs(300);

/// What to do besides the defaults.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// JupyterLab's port; without it the first free one from 8888 up.
    pub port: Option<u16>,
    /// Whether a browser window opens.
    pub browser: bool,
    /// The folder to open in place of the lessons.
    pub folder: Option<PathBuf>,
    /// Stop before JupyterLab starts.
    pub prepare: bool,
    /// Further requirements for `.venv`.
    pub requirements: Vec<PathBuf>,
}

/// Prepares everything and becomes JupyterLab.
///
/// # Errors
/// If a step fails, with what to do about it.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let checkout = preload::checkout();
    let folder = match &options.folder {
        Some(folder) => folder.clone(),
        None => checkout.join("lessons"),
    };
    if !options.prepare {
        check_port(options.port)?;
        if !folder.is_dir() {
            let what = format!("there is no folder {}", folder.display());
            return Err(Problem::new(what, "name one that is there: cargo lab DIR").into());
        }
    }
    let venv = prepare(&checkout, &options.requirements)?;
    if options.prepare {
        eprintln!("Ready. `cargo lab` opens the lessons.");
        return Ok(());
    }
    check_port(options.port)?;
    let folder = folder.canonicalize()?;
    eprintln!(
        "Opening JupyterLab on {} (Ctrl-C ends it)",
        folder.display()
    );
    // JupyterLab takes the place of this process, so every signal reaches it.
    let error = jupyter(&venv, options, &folder)?.exec();
    Err(anyhow::Error::new(error).context("JupyterLab does not start"))
}

/// Makes `.venv`, the runtime and the kernel's registration.
///
/// # Errors
/// If a step fails, with what to do about it.
pub fn prepare(checkout: &Path, further: &[PathBuf]) -> anyhow::Result<Venv> {
    let requirements = checkout.join("kernel/requirements.txt");
    let _alone = wait_for_others(&requirements);
    check_tools(checkout)?;
    install::build_programs(checkout)?;

    let venv = Venv::of(checkout);
    let further = further
        .iter()
        .map(|file| file.canonicalize())
        .collect::<Result<Vec<_>, _>>();
    let further = further.context("--requirements")?;
    venv.ensure(&[vec![requirements], further].concat())?;

    let step = Step::start(
        "Preparing the runtime for this version of Rust",
        "1 s, at first 3 to 6 min",
    );
    preload::ensure(&|line| step.say(line))?;
    step.done("the runtime is ready");

    install::install(&venv.kernels(), install::NAME)?;
    eprintln!(
        "ok  the kernel {} is registered in .venv",
        install::DISPLAY_NAME
    );
    Ok(venv)
}

/// Two `cargo lab` at once take turns. The lock ends with the process that holds it.
fn wait_for_others(file: &Path) -> Option<File> {
    let lock = File::open(file).ok()?;
    if lock.try_lock().is_err() {
        eprintln!("Another `cargo lab` is preparing this checkout; waiting for it …");
        // On a file system without locks the two go on side by side.
        let _ = lock.lock();
    }
    Some(lock)
}

fn check_tools(checkout: &Path) -> Result<(), Problem> {
    let path = checks::path();
    checks::rustc(&path)?;
    checks::linker(&path)?;
    if checks::standard_library().is_err() {
        let step = Step::start("Fetching the sources of Rust's standard library", "10 s");
        checks::fetch_standard_library(&path, FETCH_LIMIT)?;
        step.done("rust-src is installed");
    }
    checks::disk(checkout, ROOM)?;
    checks::disk(&env::temp_dir(), ROOM)?;
    Ok(())
}

fn check_port(port: Option<u16>) -> Result<(), Problem> {
    let Some(port) = port else { return Ok(()) };
    let next = port.checked_add(1).unwrap_or(8888);
    TcpListener::bind(("127.0.0.1", port))
        .map(drop)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => Problem::new(
                format!("port {port} is in use, perhaps by another JupyterLab"),
                format!(
                    "take another one: cargo lab --port {next}, or end the program that has it"
                ),
            ),
            _ => Problem::new(
                format!("port {port} can't be opened: {error}"),
                "take one from 1024 up, or none: JupyterLab then finds a free one",
            ),
        })
}

fn jupyter(venv: &Venv, options: &Options, folder: &Path) -> anyhow::Result<Command> {
    // Not `bin/jupyter`: a script's first line has a limit on its length.
    let mut jupyter = Command::new(venv.python());
    jupyter.args(["-m", "jupyterlab"]);
    jupyter.arg(format!("--ServerApp.root_dir={}", folder.display()));
    jupyter.arg(format!(
        "--MultiKernelManager.default_kernel_name={}",
        install::NAME
    ));
    // It would look for a language server of each of twenty languages, and list those it misses.
    jupyter.arg("--LanguageServerManager.autodetect=False");
    // Its default, 1 MB a second, would drop what one cell may well print.
    jupyter.arg("--ServerApp.iopub_data_rate_limit=100000000");
    if let Some(port) = options.port {
        jupyter
            .arg(format!("--ServerApp.port={port}"))
            .arg("--ServerApp.port_retries=0");
    }
    if !options.browser {
        jupyter.arg("--no-browser");
    }
    // SAFETY: only asks.
    if unsafe { libc::geteuid() } == 0 {
        // As in a container; JupyterLab would refuse to start.
        jupyter.arg("--allow-root");
    }
    let bin = venv.folder().join("bin");
    let path = checks::path();
    let path = env::join_paths(std::iter::once(bin).chain(env::split_paths(&path)))
        .context("PATH can't be extended")?;
    jupyter.env("PATH", path).env("VIRTUAL_ENV", venv.folder());
    jupyter.env_remove("PYTHONHOME").env_remove("PYTHONPATH");
    install::forget_cargo(&mut jupyter);
    Ok(jupyter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named_with_another_to_take() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let problem = check_port(Some(port)).unwrap_err();
        assert!(
            problem.what.contains(&format!("port {port} is in use")),
            "{problem}"
        );
        assert!(problem.remedy.contains("cargo lab --port"), "{problem}");
        drop(taken);
        assert_eq!(check_port(Some(port)), Ok(()));
        assert_eq!(check_port(None), Ok(()));
    }

    #[test]
    fn jupyterlab_opens_the_folder_in_our_kernel_at_that_port() {
        let venv = Venv::of(Path::new("/checkout"));
        let options = Options {
            port: Some(9000),
            ..Options::default()
        };
        let command = jupyter(&venv, &options, Path::new("/checkout/lessons")).unwrap();
        assert_eq!(command.get_program(), "/checkout/.venv/bin/python");
        let arguments: Vec<&str> = command
            .get_args()
            .filter_map(|word| word.to_str())
            .collect();
        for word in [
            "--ServerApp.root_dir=/checkout/lessons",
            "--ServerApp.port=9000",
            "--no-browser",
            "--MultiKernelManager.default_kernel_name=cuaderno",
        ] {
            assert!(arguments.contains(&word), "{word} in {arguments:?}");
        }
        let path = command
            .get_envs()
            .find(|(name, _)| *name == "PATH")
            .unwrap()
            .1
            .unwrap();
        assert!(path.to_str().unwrap().starts_with("/checkout/.venv/bin:"));
    }

    #[test]
    fn a_second_preparation_waits_for_the_first() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let first = wait_for_others(file.path()).unwrap();
        let path = file.path().to_owned();
        let second = std::thread::spawn(move || wait_for_others(&path).is_some());
        std::thread::sleep(Duration::from_millis(100));
        assert!(!second.is_finished());
        drop(first);
        assert!(second.join().unwrap());
    }
}
