//! The command line.

use crate::checks::{self, Problem};
use crate::{doctor, install, lab, preload, run, server};
use clap::{Args, Parser, Subcommand};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// A Jupyter kernel for Rust with the Cuaderno deep-learning runtime preloaded.
#[derive(Debug, Parser)]
#[command(name = "cuaderno", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prepare everything that a lesson needs and open JupyterLab
    ///
    /// The first run makes .venv with a pinned JupyterLab (this needs the network), compiles the
    /// runtime, and registers the kernel "Rust (Cuaderno)" inside .venv only. Later runs find all
    /// of it in place. After an abort, run it again: it goes on.
    Lab {
        /// JupyterLab's port [default: the first free one from 8888 up]
        #[arg(long, value_name = "N")]
        port: Option<u16>,
        /// Don't open a browser window; JupyterLab prints its address
        #[arg(long)]
        no_browser: bool,
        /// Do everything but start JupyterLab
        #[arg(long, conflicts_with_all = ["port", "no_browser", "folder"])]
        prepare: bool,
        /// Install these Python packages into .venv too
        #[arg(long, value_name = "FILE", hide = true)]
        requirements: Vec<PathBuf>,
        /// The folder to open [default: the lessons]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Register the kernel with a Jupyter outside of .venv, such as VS Code's
    ///
    /// The registration names this program where it is: the checkout has to stay.
    Install(Place),
    /// Remove a registration
    Uninstall(Place),
    /// Execute notebooks without a browser
    ///
    /// Prints a line per notebook. A notebook ends at its first cell that fails, unless the cell
    /// is tagged `raises-exception`. The notebook's own file is not changed.
    Run {
        /// Notebooks to execute, one after the other, each in a session of its own
        #[arg(required = true, value_name = "NOTEBOOK")]
        notebooks: Vec<PathBuf>,
        /// Write each executed notebook into this folder, as .ipynb and as .html
        #[arg(long, value_name = "DIR")]
        html: Option<PathBuf>,
        /// Seconds that one cell may take
        #[arg(long, value_name = "S", default_value_t = 600)]
        timeout: u64,
        /// Notebooks that run at a time, each in its own process
        #[arg(long, short, value_name = "N", default_value_t = NonZeroUsize::MIN)]
        jobs: NonZeroUsize,
    },
    /// Check everything that a session needs, and say how to mend what is broken
    Doctor,
    /// Be a kernel (Jupyter starts this)
    Kernel {
        /// The file in which Jupyter says where to listen
        #[arg(long, value_name = "FILE")]
        connection_file: PathBuf,
    },
}

#[derive(Args, Debug)]
struct Place {
    /// For this user only (this is the default)
    #[arg(long, conflicts_with = "prefix")]
    user: bool,
    /// In an environment: a virtual or conda environment's folder, or /usr/local
    #[arg(long, value_name = "DIR")]
    prefix: Option<PathBuf>,
    /// The kernel's name in notebooks
    #[arg(long, default_value = install::NAME)]
    name: String,
}

impl Place {
    fn kernels(&self) -> anyhow::Result<PathBuf> {
        match &self.prefix {
            Some(prefix) => Ok(install::prefix_kernels(&std::path::absolute(prefix)?)),
            None => install::user_kernels(),
        }
    }
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    match execute(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", message(&error));
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Lab {
            port,
            no_browser,
            prepare,
            requirements,
            folder,
        } => {
            lab::run(&lab::Options {
                port,
                browser: !no_browser,
                folder,
                prepare,
                requirements,
            })?;
        }
        Command::Install(place) => {
            install::build_programs(&preload::checkout())?;
            checks::standard_library()?;
            preload::ensure(&|line| eprintln!("{line}"))?;
            let folder = install::install(&place.kernels()?, &place.name)?;
            println!(
                "{} is registered in {}",
                install::DISPLAY_NAME,
                folder.display()
            );
        }
        Command::Uninstall(place) => {
            let folder = install::uninstall(&place.kernels()?, &place.name)?;
            println!("removed {}", folder.display());
        }
        Command::Run {
            notebooks,
            html,
            timeout,
            jobs,
        } => {
            let timeout = Duration::from_secs(timeout);
            return run::run(&notebooks, html.as_deref(), timeout, jobs);
        }
        Command::Doctor => {
            return Ok(if doctor::run() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        // SAFETY: the program has one thread until here.
        Command::Kernel { connection_file } => unsafe { server::run(&connection_file)? },
    }
    Ok(ExitCode::SUCCESS)
}

/// The error as the user reads it; a full disk is recognised wherever it shows.
fn message(error: &anyhow::Error) -> String {
    let full = error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| {
            matches!(
                error.kind(),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
            )
        })
    });
    let text = format!("{error:#}");
    if error.downcast_ref::<Problem>().is_none() && (full || checks::says_disk_full(&text)) {
        return Problem::disk_full(format!("the disk is full: {text}")).to_string();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;
    use clap::CommandFactory as _;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Arguments::try_parse_from(line.split(' ')).map(|arguments| arguments.command)
    }

    #[test]
    fn the_definition_is_sound_and_every_command_has_help() {
        let command = Arguments::command();
        command.clone().debug_assert();
        let names: Vec<&str> = command
            .get_subcommands()
            .map(|command| command.get_name())
            .collect();
        assert_eq!(
            names,
            ["lab", "install", "uninstall", "run", "doctor", "kernel"]
        );
        for command in command.get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{} {argument}",
                    command.get_name()
                );
            }
        }
    }

    #[test]
    fn lab_takes_a_port_and_a_folder() {
        let Command::Lab {
            port,
            no_browser,
            prepare,
            folder,
            ..
        } = parse("cuaderno lab --port 9000 --no-browser notes").unwrap()
        else {
            panic!("not lab");
        };
        assert_eq!((port, no_browser, prepare), (Some(9000), true, false));
        assert_eq!(folder, Some("notes".into()));
        assert!(parse("cuaderno lab --port 70000").is_err());
        assert!(parse("cuaderno lab --prepare --port 9000").is_err());
    }

    #[test]
    fn run_takes_notebooks_and_waits_ten_minutes_a_cell() {
        let Command::Run {
            notebooks,
            html,
            timeout,
            jobs,
        } = parse("cuaderno run a.ipynb b.ipynb --html out").unwrap()
        else {
            panic!("not run");
        };
        assert_eq!(
            (notebooks.len(), html, timeout, jobs.get()),
            (2, Some("out".into()), 600, 1)
        );
        assert!(parse("cuaderno run a.ipynb -j 2").is_ok());
        assert!(parse("cuaderno run a.ipynb --jobs 0").is_err());
        assert!(parse("cuaderno run").is_err());
    }

    #[test]
    fn install_goes_to_the_user_or_to_a_prefix() {
        let Command::Install(place) = parse("cuaderno install --prefix /opt/env").unwrap() else {
            panic!("not install");
        };
        assert_eq!(place.name, "cuaderno");
        assert_eq!(
            place.kernels().unwrap(),
            PathBuf::from("/opt/env/share/jupyter/kernels")
        );
        assert!(parse("cuaderno install --user --prefix /opt/env").is_err());
        assert!(parse("cuaderno uninstall --user --name mine").is_ok());
    }

    #[test]
    fn a_full_disk_is_recognised_under_other_words() {
        let full = std::io::Error::from_raw_os_error(libc::ENOSPC);
        let error = anyhow::Error::new(full).context("can't write /somewhere");
        let text = message(&error);
        assert!(
            text.starts_with("the disk is full: can't write /somewhere"),
            "{text}"
        );
        assert!(text.contains("help: make room"), "{text}");
        let other: anyhow::Result<()> = Err(anyhow::anyhow!("no such file")).context("can't read");
        assert_eq!(message(&other.unwrap_err()), "can't read: no such file");
    }

    #[test]
    fn a_problem_is_shown_with_its_remedy_once() {
        let error = anyhow::Error::new(Problem::disk_full("the disk is full: 1 MB are free"));
        assert_eq!(message(&error).matches("help:").count(), 1);
        assert_eq!(message(&error).matches("the disk is full").count(), 1);
    }
}
