//! `cargo verify`: runs every test of the project and sums them up.
//!
//! A step that fails does not stop the others, so one run shows all that is wrong; only steps
//! that need what a failed one makes are left out, and count as failed.

mod step;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use step::Step;

const USAGE: &str = "\
Runs every test: formatting, clippy, unit and doc tests, what starts the kernel (protocol,
conformance, lessons, browser, pages), and what is computed with the instructions of other
processors and under AddressSanitizer.

Usage: cargo verify [STEP]...

With names of steps only those are run: ";

fn main() -> ExitCode {
    let chosen: Vec<String> = env::args().skip(1).collect();
    let checkout = checkout();
    let steps = steps(&checkout);
    let names: Vec<&str> = steps.iter().map(|step| step.name).collect();
    if let Some(unknown) = chosen.iter().find(|name| !names.contains(&name.as_str())) {
        println!("{USAGE}{}", names.join(", "));
        return ExitCode::from(if unknown == "--help" || unknown == "-h" {
            0
        } else {
            2
        });
    }
    let steps: Vec<Step> = steps
        .into_iter()
        .filter(|step| chosen.is_empty() || chosen.iter().any(|name| name == step.name))
        .collect();
    step::run_all(&steps, &mut |step| step.run(&checkout)).report()
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies in the checkout")
        .into()
}

/// The steps in order: the quick ones, and those that find the most, come first.
fn steps(checkout: &Path) -> Vec<Step> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let cargo = |name, arguments: &[&str]| Step::new(name, &cargo, arguments);
    let kernel = [
        "run",
        "--package",
        "cuaderno-kernel",
        "--bin",
        "cuaderno",
        "--",
    ];
    let with = |arguments: &[&'static str]| [&kernel[..], arguments].concat();
    let python = checkout.join(".venv/bin/python").display().to_string();
    let mut steps = vec![
        cargo("fmt", &["fmt", "--all", "--check"]),
        cargo(
            "clippy",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        ),
        // Unit and doc tests, by package: tested as one, the packages would turn on more features of
        // what they share than `cargo lab` does, which then compiled evcxr once more.
        cargo(
            "runtime",
            &[
                "test",
                "--no-fail-fast",
                "--package",
                "cuaderno",
                "--package",
                "cuaderno-tests",
            ],
        ),
        cargo(
            "kernel",
            &["test", "--no-fail-fast", "--package", "cuaderno-kernel"],
        ),
        cargo(
            "prepare",
            &with(&[
                "lab",
                "--prepare",
                "--requirements",
                "tests/requirements.txt",
            ]),
        ),
        // Protocol, conformance, lessons, browser and the stock kernel: two files at a time, in the
        // order of tests/jupyter/conftest.py.
        Step::new(
            "jupyter",
            &python,
            &[
                "-m",
                "pytest",
                "-rs",
                "--numprocesses=2",
                "--dist=loadfile",
                "--no-loadscope-reorder",
                "tests/jupyter",
            ],
        )
        .after("prepare"),
        // As a teacher makes pages of lessons; every notebook has run whole in the step before.
        cargo(
            "render",
            &with(&[
                "run",
                "--jobs",
                "2",
                "--html",
                "target/pages",
                "lessons/04_linear_regression.ipynb",
                "lessons/gallery.ipynb",
            ]),
        )
        .after("prepare"),
    ];
    // Loops are compiled for several processors, and this one has one of them.
    if cfg!(target_arch = "x86_64") {
        for level in ["avx2", "base"] {
            steps.push(cargo(level, &NUMBERS).with("CUADERNO_SIMD", level));
        }
    }
    // The sanitizer's library comes with the stable toolchain, for which its flag is still closed.
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let sanitized = |name, arguments: &[&str]| {
            cargo(name, arguments)
                .with("RUSTC_BOOTSTRAP", "1")
                // What is kept to the end of the program is no mistake, nor is asking for more memory than
                // there is.
                .with("ASAN_OPTIONS", "detect_leaks=0:allocator_may_return_null=1")
                .with("RUSTFLAGS", "-Zsanitizer=address")
        };
        let narrow = [&SANITIZED[..], &["--", "gemm", "conv"]].concat();
        steps.push(sanitized("sanitize", &SANITIZED));
        steps.push(sanitized("sanitize-avx2", &narrow).with("CUADERNO_SIMD", "avx2"));
    }
    steps
}

/// The tests of what is computed.
const NUMBERS: [&str; 6] = ["test", "--package", "cuaderno", "--lib", "--test", "golden"];

/// The runtime's tests in which all its unsafe code runs, with every access to memory checked; Miri
/// knows neither rayon's threads at a bearable speed nor the wide instructions. A folder of its own,
/// so that nothing else is built again.
const SANITIZED: [&str; 18] = [
    "test",
    "--package",
    "cuaderno",
    "--lib",
    "--test",
    "golden",
    "--test",
    "attached",
    "--target",
    "x86_64-unknown-linux-gnu",
    "--target-dir",
    "target/sanitize",
    "--config",
    "profile.dev.package.cuaderno.opt-level=0",
    "--config",
    "profile.dev.package.cuaderno.debug-assertions=true",
    "--config",
    "profile.dev.package.cuaderno.overflow-checks=true",
];
