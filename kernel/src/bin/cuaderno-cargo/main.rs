//! Stands for `cargo` and `rustup` in a kernel's session.
//!
//! evcxr compiles a cell by `cargo build`, and rust-analyzer learns of crates by `cargo metadata`.
//! This program answers both for a crate whose only fixed dependency is the prebuilt runtime: a
//! cell is one call of rustc, and rust-analyzer hears of the runtime's own sources only. The real
//! cargo comes in when a student adds a crate with `:dep`.

mod build;
mod dependencies;
mod metadata;

use cuaderno_kernel::tools::Tools;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut arguments = std::env::args();
    let program = arguments.next().unwrap_or_default();
    let arguments: Vec<String> = arguments.collect();
    let result = Tools::from_environment()
        .map_err(anyhow::Error::from)
        .and_then(|tools| {
            match Path::new(&program)
                .file_name()
                .and_then(|name| name.to_str())
            {
                Some("rustup") => Ok(rustup(&tools, &program, &arguments)),
                _ => cargo(&tools, &arguments),
            }
        });
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(101)
    })
}

fn cargo(tools: &Tools, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let offline = words.first() == Some(&"--offline");
    match words[usize::from(offline)..] {
        ["metadata", ..] => metadata::answer(tools, &words, offline),
        ["build", ..] => build::run(tools, build::Output::Library, offline),
        ["check", ..] => build::run(tools, build::Output::Diagnostics, offline),
        // rust-analyzer asks for the workspace, the configuration and the target's description;
        // without an answer it takes the defaults, which are right here.
        ["locate-project" | "-Z" | "rustc", ..] => Ok(ExitCode::FAILURE),
        _ => Err(dependencies::real_cargo(tools)
            .args(arguments)
            .exec()
            .into()),
    }
}

/// evcxr asks where the tools are. Nothing is ever installed from inside a session.
fn rustup(tools: &Tools, program: &str, arguments: &[String]) -> ExitCode {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match words[..] {
        ["which", "cargo"] => Path::new(program).with_file_name("cargo"),
        ["which", "rustc"] => tools.rustc.clone(),
        [toolchain, "which", tool @ ("cargo" | "rustc")] if toolchain.starts_with('+') => {
            return which(tools, toolchain, tool);
        }
        _ => return ExitCode::FAILURE,
    };
    println!("{}", answer.display());
    ExitCode::SUCCESS
}

fn which(tools: &Tools, toolchain: &str, tool: &str) -> ExitCode {
    let mut rustup = Command::new("rustup");
    rustup
        .args([toolchain, "which", tool])
        .env("PATH", &tools.path);
    match rustup.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
