//! `cargo build` and `cargo check` for a cell: one call of rustc.

use crate::dependencies;
use anyhow::Context as _;
use cuaderno_kernel::cell_source;
use cuaderno_kernel::tools::{COMMAND_FILE, COMPILER_FILE, ERRORS_FILE, RUNTIME_CRATE, Tools};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// What is wanted of the compiler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Library,
    Diagnostics,
}

/// Compiles the session's crate and reports as cargo does with `--message-format=json`.
pub fn run(tools: &Tools, output: Output, offline: bool) -> anyhow::Result<ExitCode> {
    lead_group(tools)?;
    let manifest = tools.session.join("Cargo.toml");
    let dependencies = dependencies::of_manifest(&manifest)?;
    let built = dependencies::build(tools, &dependencies, offline)?;

    let source = tools.session.join("src/lib.rs");
    let text =
        fs::read_to_string(&source).with_context(|| format!("can't read {}", source.display()))?;
    // A file of its own for each cell: a panic's place then tells which cell's code it was.
    let cell = cell_folder(tools)?;
    fs::write(cell.join("lib.rs"), cell_source::rewrite(&text))?;

    let mut rustc = Command::new(&tools.rustc);
    rustc
        .args([
            "--crate-name",
            "ctx",
            "--edition=2024",
            "--error-format=json",
        ])
        .args(["--json=diagnostic-rendered-ansi", "--crate-type", "cdylib"])
        .arg(match output {
            Output::Library => "--emit=link",
            Output::Diagnostics => "--emit=metadata",
        })
        .args([
            "-Cprefer-dynamic",
            "-Cdebuginfo=0",
            "-Cstrip=debuginfo",
            "-Coverflow-checks=on",
        ])
        .args(["-Awarnings", "-Cdebug-assertions=on", "-Cembed-bitcode=no"])
        .arg(format!("-Copt-level={}", opt_level(&manifest)?))
        .arg("--out-dir")
        .arg(&cell)
        .arg("--extern")
        .arg(format!(
            "{RUNTIME_CRATE}={}",
            tools.runtime_library.display()
        ))
        .args(
            built.externs.iter().flat_map(|(name, file)| {
                ["--extern".to_owned(), format!("{name}={}", file.display())]
            }),
        )
        .args(
            tools
                .runtime_dependencies
                .iter()
                .chain(&built.folders)
                .flat_map(|folder| ["-L".to_owned(), format!("dependency={}", folder.display())]),
        )
        .arg(cell.join("lib.rs"))
        .env("PATH", &tools.path)
        .env_remove("RUSTC_WRAPPER");
    if cfg!(all(
        target_os = "linux",
        target_arch = "x86_64",
        target_env = "gnu"
    )) {
        // For one small object the system's linker is quicker to start than the bundled lld.
        rustc.arg("-Clinker-features=-lld");
    }
    if let Ok(flags) = std::env::var("RUSTFLAGS") {
        rustc.args(
            flags
                .split_whitespace()
                .filter(|flag| *flag != "-Cprefer-dynamic"),
        );
    }
    let arguments: Vec<_> = rustc
        .get_args()
        .map(|word| word.to_string_lossy())
        .collect();
    fs::write(cell.join(COMMAND_FILE), serde_json::to_vec(&arguments)?)?;
    report(rustc, &cell.join(library_name()), &tools.session)
}

/// Makes this process and the compiler a group that an interrupt can end as one.
fn lead_group(tools: &Tools) -> std::io::Result<()> {
    // SAFETY: moves this process alone.
    unsafe { libc::setpgid(0, 0) };
    fs::write(
        tools.session.join(COMPILER_FILE),
        std::process::id().to_string(),
    )
}

fn cell_folder(tools: &Tools) -> std::io::Result<PathBuf> {
    let cells = tools.session.join("cells");
    fs::create_dir_all(&cells)?;
    let number = fs::read_dir(&cells)?.count();
    let folder = cells.join(number.to_string());
    fs::create_dir(&folder)?;
    Ok(folder)
}

/// evcxr writes the level that `:opt` sets into the manifest.
fn opt_level(manifest: &Path) -> anyhow::Result<String> {
    let manifest: toml::Table = fs::read_to_string(manifest)?.parse()?;
    let level = manifest
        .get("profile")
        .and_then(|profiles| profiles.get("dev"));
    Ok(match level.and_then(|profile| profile.get("opt-level")) {
        Some(toml::Value::Integer(level)) => level.to_string(),
        Some(toml::Value::String(level)) => level.clone(),
        _ => "0".to_owned(),
    })
}

fn library_name() -> String {
    format!(
        "{}ctx{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    )
}

/// Passes rustc's messages on in cargo's envelope.
fn report(mut rustc: Command, library: &Path, session: &Path) -> anyhow::Result<ExitCode> {
    let mut process = rustc
        .stderr(Stdio::piped())
        .spawn()
        .context("can't start rustc")?;
    let stderr = process.stderr.take().context("rustc's messages")?;
    let mut errors = Vec::new();
    let mut out = std::io::stdout().lock();
    for line in BufReader::new(stderr).lines() {
        let line = line?;
        match serde_json::from_str::<Value>(&line) {
            Ok(message) => {
                if message["level"] == "error" {
                    errors.push(message.clone());
                }
                writeln!(
                    out,
                    "{}",
                    json!({"reason": "compiler-message", "message": message})
                )?;
            }
            Err(_) => eprintln!("{line}"),
        }
    }
    let status = process.wait()?;
    // evcxr passes on a part of each report; the kernel reads the whole.
    fs::write(session.join(ERRORS_FILE), serde_json::to_vec(&errors)?)?;
    // From here on there is nothing to stop.
    let _ = fs::remove_file(session.join(COMPILER_FILE));
    if !status.success() {
        return Ok(ExitCode::from(101));
    }
    let artifact = json!({
        "reason": "compiler-artifact", "target": {"name": "ctx"}, "filenames": [library],
    });
    writeln!(out, "{artifact}")?;
    Ok(ExitCode::SUCCESS)
}
