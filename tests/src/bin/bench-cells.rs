//! `cargo bench-cells`: builds the stock kernel beside ours and times cells on both.

use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let succeeds = |command: &mut Command| {
        let status = command.current_dir(&checkout).status();
        status.is_ok_and(|status| status.success())
    };
    let build = [
        "build",
        "--package",
        "cuaderno-kernel",
        "--bins",
        "--example",
        "stock",
    ];
    let lab = ["lab", "--prepare"];
    let python = checkout.join(".venv/bin/python");
    let done = succeeds(Command::new("cargo").args(build))
        && succeeds(Command::new("cargo").args(lab))
        && succeeds(
            Command::new(python)
                .arg("tests/bench/cells.py")
                .args(std::env::args().skip(1)),
        );
    if done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
