//! The crates that a student adds with `:dep`, built by the real cargo.

use anyhow::{Context as _, bail};
use cuaderno_kernel::tools::{PROGRESS_SOCKET, RUNTIME_CRATE, Tools};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What rustc needs to know of the built crates.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Built {
    /// Names in the cell's source, with their files.
    pub externs: Vec<(String, PathBuf)>,
    /// Folders of what these depend on in turn.
    pub folders: Vec<PathBuf>,
}

/// The student's dependencies in the manifest of a session's crate; without the runtime.
pub fn of_manifest(manifest: &Path) -> anyhow::Result<toml::Table> {
    let text = fs::read_to_string(manifest)
        .with_context(|| format!("can't read {}", manifest.display()))?;
    let mut manifest: toml::Table = text.parse().context("the session's Cargo.toml")?;
    let Some(toml::Value::Table(mut dependencies)) = manifest.remove("dependencies") else {
        return Ok(toml::Table::new());
    };
    dependencies.remove(RUNTIME_CRATE);
    Ok(dependencies)
}

/// The real cargo, in the user's environment.
pub fn real_cargo(tools: &Tools) -> Command {
    let mut cargo = Command::new(&tools.cargo);
    cargo
        .env("PATH", &tools.path)
        .env("RUSTC", &tools.rustc)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_BUILD_BUILD_DIR")
        .env_remove("RUSTFLAGS");
    match &tools.cargo_home {
        Some(home) => cargo.env("CARGO_HOME", home),
        None => cargo.env_remove("CARGO_HOME"),
    };
    cargo
}

/// Writes a crate with these dependencies and nothing else, and returns its folder.
pub fn write_crate(tools: &Tools, dependencies: &toml::Table) -> anyhow::Result<PathBuf> {
    let folder = tools.session.join("dependencies");
    fs::create_dir_all(folder.join("src"))?;
    let manifest: toml::Table = toml::toml! {
        [package]
        name = "ctx"
        version = "1.0.0"
        edition = "2024"
        [profile.dev]
        debug = false
        opt-level = 2
        [workspace]
    };
    let mut manifest = manifest;
    manifest.insert(
        "dependencies".to_owned(),
        toml::Value::Table(dependencies.clone()),
    );
    let text = toml::to_string(&manifest)?;
    let path = folder.join("Cargo.toml");
    if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
        fs::write(path, text)?;
        fs::write(folder.join("src/lib.rs"), "")?;
    }
    Ok(folder)
}

/// Builds the dependencies, or finds them built.
pub fn build(tools: &Tools, dependencies: &toml::Table, offline: bool) -> anyhow::Result<Built> {
    if dependencies.is_empty() {
        return Ok(Built::default());
    }
    let folder = write_crate(tools, dependencies)?;
    let result = folder.join("built.json");
    let wanted = toml::to_string(dependencies)?;
    // A crate by path may have changed: only cargo knows. Others can't.
    if !wanted.contains("path") {
        let earlier: Option<(String, Built)> = fs::read(&result)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some((_, built)) = earlier.filter(|(for_what, _)| *for_what == wanted) {
            return Ok(built);
        }
    }
    let built = run_cargo(tools, &folder, offline)?;
    fs::write(result, serde_json::to_vec(&(&wanted, &built))?)?;
    Ok(built)
}

fn run_cargo(tools: &Tools, folder: &Path, offline: bool) -> anyhow::Result<Built> {
    let offline = offline.then_some("--offline");
    let mut cargo = real_cargo(tools)
        .args(offline)
        .args(["build", "--message-format=json"])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("can't start cargo")?;
    let progress = cargo.stderr.take().context("cargo's messages")?;
    let socket = tools.session.join(PROGRESS_SOCKET);
    let reporter = std::thread::spawn(move || report_progress(progress, &socket));
    let output = cargo.wait_with_output()?;
    // Only a panic could make it fail; then the messages are lost, not the build.
    let _ = reporter.join();
    let messages: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    if !output.status.success() {
        for message in &messages {
            if let Some(text) = message["message"]["rendered"].as_str() {
                eprintln!("{text}");
            }
        }
        bail!("cargo could not build the crates added with :dep");
    }
    let names = direct_dependencies(tools, folder, offline)?;
    let mut externs = Vec::new();
    for (name, package) in names {
        let file = messages
            .iter()
            .filter(|message| {
                message["reason"] == "compiler-artifact"
                    && message["package_id"] == package.as_str()
                    && message["target"]["kind"][0] != "custom-build"
            })
            .flat_map(|message| message["filenames"].as_array().into_iter().flatten())
            .filter_map(Value::as_str)
            .find(|file| !file.ends_with(".rmeta") && !file.ends_with(".d"));
        if let Some(file) = file {
            externs.push((name, PathBuf::from(file)));
        }
    }
    Ok(Built {
        externs,
        folders: vec![folder.join("target/debug/deps")],
    })
}

/// What cargo says of its progress goes to the notebook; errors to evcxr, which shows them.
fn report_progress(lines: impl Read, socket: &Path) {
    let mut notebook = UnixStream::connect(socket).ok();
    for line in BufReader::new(lines).lines().map_while(Result::ok) {
        let word = line.split_whitespace().next().unwrap_or_default();
        let progress = [
            "Updating",
            "Locking",
            "Downloading",
            "Downloaded",
            "Compiling",
            "Adding",
        ];
        match &mut notebook {
            Some(notebook) if progress.contains(&word) => {
                // Without a kernel that listens there is nobody to tell.
                let _ = writeln!(notebook, "{}", line.trim());
            }
            _ => eprintln!("{line}"),
        }
    }
}

/// Names in source and package ids of the crates that the student asked for.
fn direct_dependencies(
    tools: &Tools,
    folder: &Path,
    offline: Option<&str>,
) -> anyhow::Result<Vec<(String, String)>> {
    let output = real_cargo(tools)
        .args(offline)
        .args(["metadata", "--format-version=1"])
        .current_dir(folder)
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let root = &metadata["resolve"]["root"];
    let node = metadata["resolve"]["nodes"]
        .as_array()
        .and_then(|nodes| nodes.iter().find(|node| node["id"] == *root))
        .context("cargo metadata names no root")?;
    Ok(node["deps"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|dependency| {
            Some((
                dependency["name"].as_str()?.to_owned(),
                dependency["pkg"].as_str()?.to_owned(),
            ))
        })
        .collect())
}
