//! `cargo bench-tensors`: builds our half of the benchmark, sees that PyTorch is there, and runs
//! both side by side.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

const TORCH: &str = "torch==2.9.0";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, String> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let python = match arguments.iter().position(|a| a == "--python") {
        Some(at) if at + 1 < arguments.len() => {
            let path = arguments.remove(at + 1);
            arguments.remove(at);
            PathBuf::from(path)
        }
        Some(_) => return Err("--python needs the path of a Python that has PyTorch".to_owned()),
        None => environment(&checkout)?,
    };
    let worker = build(&checkout)?;
    let status = Command::new(python)
        .current_dir(&checkout)
        .arg("tests/bench/tensors.py")
        .arg("--ours")
        .arg(worker)
        .args(arguments)
        .status()
        .map_err(|error| format!("tests/bench/tensors.py: {error}"))?;
    Ok(status.success())
}

/// A Python with PyTorch in the target folder, made at the first run.
fn environment(checkout: &Path) -> Result<PathBuf, String> {
    let folder = checkout.join("target/bench-python");
    let python = folder.join("bin/python");
    let has_torch = Command::new(&python)
        .args(["-c", "import torch"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if has_torch {
        return Ok(python);
    }
    println!("installing {TORCH} into {} (some GB)", folder.display());
    let make = ["-m", "venv"];
    let made = Command::new("python3").args(make).arg(&folder).status();
    let install = ["-m", "pip", "install", "--quiet", TORCH, "numpy"];
    let installed = made.is_ok_and(|status| status.success())
        && (Command::new(&python).args(install).status()).is_ok_and(|status| status.success());
    if installed {
        Ok(python)
    } else {
        Err(format!(
            "{TORCH} could not be installed; --python PATH takes one that has it"
        ))
    }
}

/// The path of the worker, built as the runtime is built for cells.
fn build(checkout: &Path) -> Result<String, String> {
    let arguments = ["build", "--package", "cuaderno", "--bench", "ops"];
    let output = Command::new("cargo")
        .current_dir(checkout)
        .args(arguments)
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .filter(|line| line.contains("\"name\":\"ops\""))
        .find_map(|line| {
            let at = line.split("\"executable\":\"").nth(1)?;
            at.split('"').next().map(str::to_owned)
        })
        .ok_or_else(|| "cargo named no executable for the benchmark".to_owned())
}
