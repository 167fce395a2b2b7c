//! `cargo metadata` for rust-analyzer and evcxr: the session's crate, the runtime without what is
//! inside it, and the student's own dependencies.

use crate::dependencies;
use cuaderno_kernel::tools::{RUNTIME_CRATE, Tools};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Prints the metadata of the crate that `--manifest-path` or the current folder names.
pub fn answer(tools: &Tools, words: &[&str], offline: bool) -> anyhow::Result<ExitCode> {
    let manifest = match words.iter().position(|word| *word == "--manifest-path") {
        Some(at) => PathBuf::from(words.get(at + 1).copied().unwrap_or_default()),
        None => std::env::current_dir()?.join("Cargo.toml"),
    };
    if !manifest.starts_with(&tools.session) {
        // The standard library's workspace: rust-analyzer then reads its crates one by one.
        return Ok(ExitCode::FAILURE);
    }
    let dependencies = dependencies::of_manifest(&manifest)?;
    let metadata = if dependencies.is_empty() {
        session_alone(tools)
    } else {
        let folder = dependencies::write_crate(tools, &dependencies)?;
        let words = words.iter().filter(|word| **word != "--manifest-path");
        let words = words.filter(|word| Path::new(word) != manifest && !word.starts_with("-Z"));
        let output = dependencies::real_cargo(tools)
            .args(words)
            .current_dir(&folder)
            .output()?;
        if !output.status.success() {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            return Ok(ExitCode::from(101));
        }
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        let _ = offline;
        // The crate of the dependencies stands for the session's.
        let text = String::from_utf8(output.stdout)?;
        let from = folder.to_string_lossy().into_owned();
        let to = tools.session.to_string_lossy().into_owned();
        serde_json::from_str(&text.replace(&from, &to))?
    };
    println!("{}", with_runtime(metadata, tools));
    Ok(ExitCode::SUCCESS)
}

fn package(name: &str, id: &str, folder: &Path, kind: &str) -> Value {
    json!({
        "name": name, "version": "1.0.0", "id": id, "license": null, "license_file": null,
        "description": null, "source": null, "dependencies": [], "features": {},
        "targets": [{
            "kind": [kind], "crate_types": [kind], "name": name, "edition": "2024", "doc": true,
            "doctest": false, "test": true, "src_path": folder.join("src/lib.rs"),
        }],
        "manifest_path": folder.join("Cargo.toml"), "metadata": null, "publish": null,
        "authors": [], "categories": [], "keywords": [], "readme": null, "repository": null,
        "homepage": null, "documentation": null, "edition": "2024", "links": null,
        "default_run": null, "rust_version": null,
    })
}

fn node(id: &str) -> Value {
    json!({"id": id, "dependencies": [], "deps": [], "features": []})
}

fn session_alone(tools: &Tools) -> Value {
    let id = format!("path+file://{}#ctx@1.0.0", tools.session.display());
    json!({
        "packages": [package("ctx", &id, &tools.session, "cdylib")],
        "workspace_members": [id],
        "workspace_default_members": [id],
        "resolve": {"nodes": [node(&id)], "root": id},
        "target_directory": tools.session.join("target"),
        "build_directory": tools.session.join("target"),
        "version": 1,
        "workspace_root": tools.session,
        "metadata": null,
    })
}

fn with_runtime(mut metadata: Value, tools: &Tools) -> Value {
    let id = format!(
        "path+file://{}#{RUNTIME_CRATE}@1.0.0",
        tools.runtime_sources.display()
    );
    let Some(root) = metadata["workspace_members"][0].as_str().map(str::to_owned) else {
        return metadata;
    };
    let push = |list: &mut Value, item: Value| {
        if let Some(list) = list.as_array_mut() {
            list.push(item);
        }
    };
    push(
        &mut metadata["packages"],
        package(RUNTIME_CRATE, &id, &tools.runtime_sources, "lib"),
    );
    if let Some(packages) = metadata["packages"].as_array_mut() {
        for package in packages
            .iter_mut()
            .filter(|package| package["id"] == root.as_str())
        {
            push(
                &mut package["dependencies"],
                json!({
                    "name": RUNTIME_CRATE, "source": null, "req": "*", "kind": null,
                    "rename": null, "optional": false, "uses_default_features": true,
                    "features": [], "target": null, "registry": null,
                    "path": tools.runtime_sources,
                }),
            );
        }
    }
    if let Some(nodes) = metadata["resolve"]["nodes"].as_array_mut() {
        for node in nodes.iter_mut().filter(|node| node["id"] == root.as_str()) {
            push(&mut node["dependencies"], json!(id));
            push(
                &mut node["deps"],
                json!({
                    "name": RUNTIME_CRATE, "pkg": id, "dep_kinds": [{"kind": null, "target": null}],
                }),
            );
        }
        nodes.push(node(&id));
    }
    metadata
}
