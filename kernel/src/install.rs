//! Tells Jupyter of the kernel: writes and removes kernelspecs.

use crate::checks::Problem;
use crate::venv::replace;
use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The kernel's name in notebooks' metadata.
pub const NAME: &str = "cuaderno";

/// The kernel's name in menus.
pub const DISPLAY_NAME: &str = "Rust (Cuaderno)";

const LOGO: &str = include_str!("logo.svg");

/// Jupyter's folder of kernels for this user.
///
/// # Errors
/// If there is no home folder.
pub fn user_kernels() -> anyhow::Result<PathBuf> {
    let data = match env::var_os("JUPYTER_DATA_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => {
            let home = env::home_dir().context("HOME is not set: name a folder by --prefix DIR")?;
            match env::var_os("XDG_DATA_HOME") {
                _ if cfg!(target_os = "macos") => home.join("Library/Jupyter"),
                Some(data) => PathBuf::from(data).join("jupyter"),
                None => home.join(".local/share/jupyter"),
            }
        }
    };
    Ok(data.join("kernels"))
}

/// The folder of kernels in an environment such as `.venv` or `/usr/local`.
pub fn prefix_kernels(prefix: &Path) -> PathBuf {
    prefix.join("share/jupyter/kernels")
}

/// Writes a kernelspec into a folder of kernels and returns its own folder.
///
/// The spec names the program where cargo puts it. A later `cargo build` replaces that file while
/// kernels run: it removes the old one and makes a new one, so a running kernel keeps its own, and
/// the next start gets the new one without another `install`. A copy would grow stale, and would
/// need copies of the two programs beside it and of the runtime's sources.
///
/// # Errors
/// If the name is no kernel name or the folder can't be written.
pub fn install(kernels: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || !name.chars().all(allowed) {
        bail!(
            "{name:?} can't be a kernel's name: only letters, digits, `.`, `_` and `-` can stand in it"
        );
    }
    let program = this_program()?;
    let display_name = if name == NAME {
        DISPLAY_NAME.to_owned()
    } else {
        format!("{DISPLAY_NAME}, {name}")
    };
    let spec = json!({
        "argv": [program, "kernel", "--connection-file", "{connection_file}"],
        "display_name": display_name,
        "language": "rust",
        "interrupt_mode": "message",
        "metadata": { "debugger": false },
    });
    let folder = kernels.join(name);
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(&folder)?;
        replace(&folder.join("logo-svg.svg"), LOGO.as_bytes())?;
        // Last: a folder without it is no kernel to Jupyter.
        replace(
            &folder.join("kernel.json"),
            format!("{spec:#}\n").as_bytes(),
        )
    };
    write().with_context(|| format!("can't write {}", folder.display()))?;
    Ok(folder)
}

/// Where this program is. A `cargo build` that replaced it since it was started does not matter:
/// Linux then adds a word to its path.
///
/// # Errors
/// If the program is gone.
pub fn this_program() -> anyhow::Result<PathBuf> {
    let path = env::current_exe()?;
    let text = path.to_string_lossy();
    let path = text
        .strip_suffix(" (deleted)")
        .map_or(path.clone(), PathBuf::from);
    path.canonicalize()
        .with_context(|| format!("{} is gone", path.display()))
}

/// Removes a kernelspec, if it is there and one of ours.
///
/// # Errors
/// If it is not, or can't be removed.
pub fn uninstall(kernels: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let folder = kernels.join(name);
    if !folder.exists() {
        bail!("no kernel {name} is registered in {}", kernels.display());
    }
    if program(&folder).is_none() {
        bail!("{} belongs to another kernel; it stays", folder.display());
    }
    fs::remove_dir_all(&folder).with_context(|| format!("can't remove {}", folder.display()))?;
    Ok(folder)
}

/// The program that a kernelspec of ours starts; `None` for others' kernelspecs.
pub fn program(folder: &Path) -> Option<PathBuf> {
    let spec: Value = serde_json::from_slice(&fs::read(folder.join("kernel.json")).ok()?).ok()?;
    let words: Vec<&str> = spec["argv"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    match words[..] {
        [program, "kernel", "--connection-file", _]
            if Path::new(program)
                .file_name()
                .is_some_and(|name| name == "cuaderno") =>
        {
            Some(PathBuf::from(program))
        }
        _ => None,
    }
}

/// Builds the two programs that a kernel needs beside it. `cargo run`, and so `cargo lab`, builds
/// only the one it starts.
///
/// # Errors
/// If they do not compile, or are missing where there is no cargo to build them.
pub fn build_programs(checkout: &Path) -> anyhow::Result<()> {
    let Some(cargo) = env::var_os("CARGO") else {
        for name in ["cuaderno-cargo", "cuaderno-cell"] {
            crate::preload::beside_this_program(name)?;
        }
        return Ok(());
    };
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--package", "cuaderno-kernel", "--bins"]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    forget_cargo(&mut build);
    let output = build.current_dir(checkout).stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let what = format!("the kernel's programs can't be built:\n{text}");
        return Err(Problem::new(what, "see the message above, then run the command again").into());
    }
    Ok(())
}

/// Takes what `cargo run` adds to the environment from a command. Build scripts that look at one of
/// these variables (that of `ring` at OUT_DIR) would run again, and notebooks would see them.
pub fn forget_cargo(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let of_package = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ];
        if matches!(&*text, "CARGO" | "OUT_DIR")
            || of_package.iter().any(|start| text.starts_with(start))
        {
            command.env_remove(&name);
        }
    }
    // The checkout's own build of the runtime would be found before the one that a session of the
    // stock kernel compiles.
    let folder = env::current_exe().ok();
    for name in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
        if let (Some(paths), Some(folder)) = (env::var_os(name), folder.as_deref()) {
            let folder = folder.parent().unwrap_or(folder);
            match outside(&paths, folder) {
                Some(paths) => command.env(name, paths),
                None => command.env_remove(name),
            };
        }
    }
}

/// The folders of a list that do not lie in this one; none if there are none.
fn outside(paths: &OsStr, folder: &Path) -> Option<OsString> {
    let others = env::split_paths(paths).filter(|path| !path.starts_with(folder));
    let joined = env::join_paths(others).expect("they stood in such a list");
    (!joined.is_empty()).then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_loses_the_folders_of_the_build() {
        let folder = Path::new("/c/target/debug");
        let left = |list: &str| outside(OsStr::new(list), folder);
        assert_eq!(
            left("/c/target/debug/deps:/usr/lib:/c/target/debug:/c/target/debugged"),
            Some("/usr/lib:/c/target/debugged".into())
        );
        assert_eq!(left("/c/target/debug/build/x/out:/c/target/debug"), None);
    }

    #[test]
    fn a_spec_starts_this_program_and_can_be_removed() {
        let kernels = tempfile::tempdir().unwrap();
        let folder = install(kernels.path(), NAME).unwrap();
        let spec: Value =
            serde_json::from_slice(&fs::read(folder.join("kernel.json")).unwrap()).unwrap();
        assert_eq!(spec["display_name"], "Rust (Cuaderno)");
        assert_eq!(spec["language"], "rust");
        assert_eq!(spec["interrupt_mode"], "message");
        let program = env::current_exe().unwrap().canonicalize().unwrap();
        assert_eq!(
            spec["argv"],
            json!([program, "kernel", "--connection-file", "{connection_file}"])
        );
        assert!(
            fs::read_to_string(folder.join("logo-svg.svg"))
                .unwrap()
                .starts_with("<svg")
        );
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            2,
            "nothing unfinished is left"
        );
    }

    #[test]
    fn a_second_installation_takes_the_place_of_the_first() {
        let kernels = tempfile::tempdir().unwrap();
        let folder = install(kernels.path(), "mine").unwrap();
        fs::write(folder.join("kernel.json"), "{ half").unwrap();
        install(kernels.path(), "mine").unwrap();
        let text = fs::read_to_string(folder.join("kernel.json")).unwrap();
        assert!(text.contains("Rust (Cuaderno), mine"), "{text}");
    }

    #[test]
    fn only_kernels_of_ours_are_removed() {
        let kernels = tempfile::tempdir().unwrap();
        let spec = |program: &str| json!({ "argv": [program, "kernel", "--connection-file", "{connection_file}"] });
        for (name, program) in [("ours", "/somewhere/cuaderno"), ("other", "/usr/bin/other")] {
            fs::create_dir(kernels.path().join(name)).unwrap();
            let file = kernels.path().join(name).join("kernel.json");
            fs::write(file, spec(program).to_string()).unwrap();
        }
        uninstall(kernels.path(), "ours").unwrap();
        assert!(!kernels.path().join("ours").exists());
        let error = uninstall(kernels.path(), "other").unwrap_err().to_string();
        assert!(error.contains("belongs to another kernel"), "{error}");
        let error = uninstall(kernels.path(), "ours").unwrap_err().to_string();
        assert!(error.contains("no kernel ours is registered"), "{error}");
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        let kernels = tempfile::tempdir().unwrap();
        for name in ["", "../up", "two words", "a/b"] {
            assert!(install(kernels.path(), name).is_err(), "{name:?}");
        }
    }
}
