//! What a session needs before its first cell: the runtime as a prebuilt library, the standard
//! library's sources for rust-analyzer, and a folder with the tools that stand for cargo.

use crate::tools::{RUNTIME_CRATE, TOOLS_VARIABLE, Tools};
use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The runtime, compiled for the rustc that compiles the cells.
#[derive(Clone, Debug)]
pub struct Prebuilt {
    /// `libcuaderno.so`.
    pub library: PathBuf,
    /// Folder with the metadata of its dependencies.
    pub dependencies: PathBuf,
    /// Folder of its `Cargo.toml`.
    pub sources: PathBuf,
}

/// The rustc and cargo that cells are compiled with, past rustup's proxies.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// rustc itself.
    pub rustc: PathBuf,
    /// cargo itself.
    pub cargo: PathBuf,
    /// `rustc -vV`.
    pub version: String,
    /// Folder of the shared standard library.
    pub library_folder: PathBuf,
}

/// The checkout that this program was built from.
pub fn checkout() -> PathBuf {
    match std::env::var_os("CUADERNO_CHECKOUT") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("the package lies in the checkout")
            .to_owned(),
    }
}

/// Finds rustc and cargo.
///
/// # Errors
/// If there is no rustc or cargo on the `PATH`.
pub fn toolchain() -> anyhow::Result<Toolchain> {
    static FOUND: OnceLock<Toolchain> = OnceLock::new();
    if let Some(toolchain) = FOUND.get() {
        return Ok(toolchain.clone());
    }
    let toolchain = find_toolchain()?;
    Ok(FOUND.get_or_init(|| toolchain).clone())
}

fn find_toolchain() -> anyhow::Result<Toolchain> {
    let output = Command::new("rustc")
        .args(["--print", "sysroot", "--print", "target-libdir"])
        .output()
        .context("can't start rustc; install Rust from https://rustup.rs")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines();
    let (Some(sysroot), Some(library_folder)) = (lines.next(), lines.next()) else {
        bail!(
            "rustc does not work: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    };
    let tool = |name: &str| {
        let path = Path::new(sysroot).join("bin").join(name);
        if path.exists() {
            Ok(path)
        } else {
            which::which(name)
        }
    };
    let rustc = tool("rustc").context("rustc")?;
    let version = Command::new(&rustc)
        .arg("-vV")
        .output()
        .context("rustc -vV")?
        .stdout;
    Ok(Toolchain {
        cargo: tool("cargo").context("cargo, which belongs to Rust, is not on the PATH")?,
        rustc,
        version: String::from_utf8_lossy(&version).into_owned(),
        library_folder: library_folder.into(),
    })
}

/// The sources of the standard library: `$RUST_SRC_PATH`, the `rust-src` component, or Debian's
/// package.
pub fn standard_library_sources() -> Option<PathBuf> {
    let sysroot = toolchain().ok().and_then(|toolchain| {
        Some(
            toolchain
                .rustc
                .parent()?
                .parent()?
                .join("lib/rustlib/src/rust/library"),
        )
    });
    let debian = fs::read_dir("/usr/src")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.starts_with("rustc-")
                .then(|| entry.path().join("library"))
        });
    let mut debian: Vec<PathBuf> = debian.collect();
    debian.sort();
    std::env::var_os("RUST_SRC_PATH")
        .map(PathBuf::from)
        .into_iter()
        .chain(sysroot)
        .chain(debian.into_iter().rev())
        .find(|folder| folder.join("core/src/lib.rs").exists())
}

/// The runtime's library, if it is there for this rustc and these sources.
///
/// # Errors
/// If there is no rustc, or the runtime's sources can't be read.
pub fn find() -> anyhow::Result<Option<Prebuilt>> {
    let prebuilt = locate(&toolchain()?, &checkout())?;
    Ok(prebuilt.library.exists().then_some(prebuilt))
}

fn locate(toolchain: &Toolchain, checkout: &Path) -> anyhow::Result<Prebuilt> {
    let folder = cache(checkout).join(key(toolchain, checkout)?);
    Ok(Prebuilt {
        library: folder.join(library_name()),
        dependencies: folder.join("dependencies"),
        sources: checkout.join("runtime"),
    })
}

fn cache(checkout: &Path) -> PathBuf {
    checkout.join("target/prebuilt")
}

/// Builds the runtime's library unless it is there for this rustc and these sources.
///
/// # Errors
/// If it does not compile or can't be written.
pub fn ensure(report: &dyn Fn(&str)) -> anyhow::Result<Prebuilt> {
    let toolchain = toolchain()?;
    let checkout = checkout();
    let prebuilt = locate(&toolchain, &checkout)?;
    if prebuilt.library.exists() {
        return Ok(prebuilt);
    }
    let cache = cache(&checkout);
    fs::create_dir_all(&cache).with_context(|| format!("can't write {}", cache.display()))?;
    // Another kernel may be building the same; the lock ends with the process that holds it.
    let lock = File::create(cache.join("lock"))?;
    if lock.try_lock().is_err() {
        report("Another kernel is preparing the runtime; waiting for it …");
        lock.lock()?;
    }
    if !prebuilt.library.exists() {
        report("Preparing the runtime for this version of Rust (about a minute, once) …");
        let folder = prebuilt
            .library
            .parent()
            .expect("the library lies in a folder");
        build(&toolchain, &checkout, folder, report)?;
        remove_old(&cache, folder);
        report("The runtime is ready.");
    }
    Ok(prebuilt)
}

fn library_name() -> String {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    format!("{prefix}{RUNTIME_CRATE}{suffix}")
}

/// Names what a prebuilt library depends on: rustc, the runtime's sources, versions and profile.
fn key(toolchain: &Toolchain, checkout: &Path) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    hash.update(&toolchain.version);
    let runtime = checkout.join("runtime");
    let mut files = vec![
        checkout.join("Cargo.toml"),
        checkout.join("Cargo.lock"),
        runtime.join("Cargo.toml"),
    ];
    let mut folders = vec![runtime.join("src")];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("can't read the runtime's sources in {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path)
            } else {
                files.push(path)
            }
        }
    }
    files.sort();
    for file in files {
        let content = fs::read(&file).with_context(|| format!("can't read {}", file.display()))?;
        hash.update(
            file.strip_prefix(checkout)
                .unwrap_or(&file)
                .as_os_str()
                .as_encoded_bytes(),
        );
        hash.update((content.len() as u64).to_le_bytes());
        hash.update(content);
    }
    let digest = hash.finalize();
    Ok(digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Compiles into the checkout's target folder and copies what cells need, at last the library.
fn build(
    toolchain: &Toolchain,
    checkout: &Path,
    folder: &Path,
    report: &dyn Fn(&str),
) -> anyhow::Result<()> {
    let mut cargo = Command::new(&toolchain.cargo)
        .args([
            "rustc",
            "--package",
            RUNTIME_CRATE,
            "--lib",
            "--crate-type",
            "dylib",
        ])
        .args([
            "--message-format=json-render-diagnostics",
            "--",
            "-Cprefer-dynamic",
        ])
        .current_dir(checkout)
        .env("RUSTC", &toolchain.rustc)
        .env("CARGO_TARGET_DIR", checkout.join("target/runtime"))
        .env_remove("RUSTFLAGS")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("can't start cargo")?;
    let stdout = cargo.stdout.take().context("cargo's output")?;
    let artifacts = std::thread::spawn(move || artifacts(stdout));
    let mut errors = String::new();
    for line in BufReader::new(cargo.stderr.take().context("cargo's messages")?).lines() {
        let line = line?;
        if line.trim_start().starts_with("Compiling") {
            report(line.trim());
        } else {
            errors.push_str(&line);
            errors.push('\n');
        }
    }
    let artifacts = artifacts
        .join()
        .map_err(|_| anyhow::anyhow!("reading cargo's output"))?;
    if !cargo.wait()?.success() {
        bail!("the runtime does not compile:\n{errors}");
    }
    let dependencies = folder.join("dependencies");
    fs::create_dir_all(&dependencies)?;
    let mut library = None;
    for artifact in artifacts {
        let name = artifact.file_name().unwrap_or_default().to_owned();
        if name == library_name().as_str() {
            library = Some(artifact);
        } else if let Some("rlib" | "rmeta" | "so" | "dylib") =
            artifact.extension().and_then(|end| end.to_str())
        {
            copy(&artifact, &dependencies.join(name))?;
        }
    }
    let library = library.context("cargo built no library of the runtime")?;
    copy(&library, &folder.join(library_name()))
        .with_context(|| format!("can't write {}", folder.display()))
}

fn artifacts(stdout: impl io::Read) -> Vec<PathBuf> {
    let messages = BufReader::new(stdout).lines().map_while(Result::ok);
    messages
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(&line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|name| name.as_str().map(PathBuf::from))
        .collect()
}

/// Copies under a temporary name first: a file that is there is whole.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let unfinished = to.with_extension("unfinished");
    fs::copy(from, &unfinished)?;
    fs::rename(unfinished, to)
}

/// Keeps the newest few libraries: a running kernel may still use an older one.
fn remove_old(cache: &Path, current: &Path) {
    const KEPT: usize = 3;
    let mut others: Vec<_> = fs::read_dir(cache)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && path != current)
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .collect();
    others.sort();
    others.reverse();
    for (_, old) in others.into_iter().skip(KEPT) {
        // Best effort: what stays costs only disk space.
        let _ = fs::remove_dir_all(old);
    }
}

/// How the names of sessions' folders begin.
const FOLDER_PREFIX: &str = "cuaderno-";

/// A session's folder and its tools.
#[derive(Debug)]
pub struct Workplace {
    folder: tempfile::TempDir,
    path: String,
    cargo_home: Option<String>,
}

impl Workplace {
    /// Makes the folder and points this process's environment at the tools in it.
    ///
    /// # Safety
    /// Changes the environment: no other thread may run yet.
    ///
    /// # Errors
    /// If the folder can't be written.
    pub unsafe fn enter() -> anyhow::Result<Workplace> {
        let folder = tempfile::Builder::new()
            .prefix(FOLDER_PREFIX)
            .tempdir()
            .with_context(|| format!("can't write {}", std::env::temp_dir().display()))?;
        let here = folder.path().canonicalize()?;
        fs::write(here.join(PID_FILE), std::process::id().to_string())?;
        remove_abandoned(&std::env::temp_dir());
        let bin = here.join("bin");
        fs::create_dir(&bin)?;
        let stand_in = beside_this_program("cuaderno-cargo")?;
        for name in ["cargo", "rustup"] {
            symlink(&stand_in, bin.join(name))?;
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let cargo_home = std::env::var("CARGO_HOME").ok();
        let sources = standard_library_sources().context(
            "the sources of Rust's standard library are missing, and without them the kernel \
             can't tell the types of your variables; run: rustup component add rust-src",
        )?;
        link_standard_library(&sources, &here.join("std"))?;
        let environment = [
            (TOOLS_VARIABLE, here.join("tools.json").into_os_string()),
            ("EVCXR_TMPDIR", here.clone().into_os_string()),
            ("EVCXR_CONFIG_DIR", here.clone().into_os_string()),
            ("RUST_SRC_PATH", here.join("std").into_os_string()),
            ("CARGO_HOME", here.clone().into_os_string()),
            ("PATH", format!("{}:{path}", bin.display()).into()),
        ];
        for (name, value) in environment {
            // SAFETY: promised by the caller.
            unsafe { std::env::set_var(name, value) };
        }
        Ok(Workplace {
            folder,
            path,
            cargo_home,
        })
    }

    /// The session's folder.
    pub fn folder(&self) -> PathBuf {
        self.folder
            .path()
            .canonicalize()
            .unwrap_or_else(|_| self.folder.path().to_owned())
    }

    /// The `PATH` and `CARGO_HOME` that the student's own processes get.
    pub fn user_environment(&self) -> (&str, Option<&str>) {
        (&self.path, self.cargo_home.as_deref())
    }

    /// Writes down for the tools where everything is.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn equip(&self, toolchain: &Toolchain, prebuilt: &Prebuilt) -> anyhow::Result<()> {
        let tools = Tools {
            cargo: toolchain.cargo.clone(),
            rustc: toolchain.rustc.clone(),
            path: self.path.clone(),
            cargo_home: self.cargo_home.clone(),
            runtime_library: prebuilt.library.clone(),
            runtime_dependencies: vec![prebuilt.dependencies.clone()],
            runtime_sources: prebuilt.sources.clone(),
            session: self.folder(),
        };
        Ok(tools.write(&self.folder().join("tools.json"))?)
    }
}

/// In a session's folder: the kernel that it belongs to.
const PID_FILE: &str = "kernel.pid";

/// Removes the folders of kernels that were ended before they could do so themselves.
fn remove_abandoned(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        if !entry
            .file_name()
            .to_string_lossy()
            .starts_with(FOLDER_PREFIX)
        {
            continue;
        }
        let owner = fs::read_to_string(entry.path().join(PID_FILE)).ok();
        let owner = owner.and_then(|text| text.parse::<libc::pid_t>().ok());
        // SAFETY: signal 0 only asks whether the process is there.
        if owner.is_some_and(|pid| unsafe { libc::kill(pid, 0) } != 0) {
            // Best effort: another kernel may be removing it too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A program of this package, which cargo puts beside `cuaderno`.
///
/// # Errors
/// If it is not there.
pub fn beside_this_program(name: &str) -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe()?;
    here.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|path| path.exists())
        .with_context(|| {
            format!(
                "{name} is missing beside {}; run: cargo build --workspace",
                here.display()
            )
        })
}

/// Links the crates that a cell's types come from. The processor intrinsics beside them are more
/// than half of all sources, and no cell's variable has their types: leaving them out halves
/// rust-analyzer's start and memory.
fn link_standard_library(sources: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)?;
    for name in ["core", "alloc", "std"] {
        let part = folder.join(name);
        fs::create_dir(&part)?;
        symlink(sources.join(name).join("src"), part.join("src"))?;
        symlink(
            sources.join(name).join("Cargo.toml"),
            part.join("Cargo.toml"),
        )?;
    }
    Ok(())
}
