//! What the runtime prints where no Cuaderno kernel listens: a program of its own does the
//! displays, and its output is looked at.

use std::process::Command;

use cuaderno::prelude::*;

const CHILD: &str = "CUADERNO_TEST_CHILD";

/// The program: shows, updates, runs a loop, and gives a result.
#[test]
fn child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    println!("[start]");
    let handle = DisplayHandle::show(&"first");
    handle.update(&"second");
    handle.update(&"last");
    drop(handle);
    let board = Board::new("loss");
    for i in progress(0..50) {
        board.push("loss", f64::from(i));
    }
    drop(board);
    tensor([1, 2]).evcxr_display();
    ().evcxr_display();
    println!("[end]");
}

fn output(evcxr: bool) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["child", "--exact", "--nocapture"])
        .env(CHILD, "1")
        .env_remove("EVCXR_IS_RUNTIME");
    if evcxr {
        command.env("EVCXR_IS_RUNTIME", "1");
    }
    let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let start = output.find("[start]\n").expect(&output) + "[start]\n".len();
    let end = output.find("[end]").expect(&output);
    output[start..end].to_owned()
}

#[test]
fn a_program_prints_the_last_states_as_text() {
    let text = output(false);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "last");
    assert!(
        lines[1].starts_with("100%|████████████████████| 50/50 ["),
        "{text}"
    );
    assert_eq!(
        lines[2..],
        ["loss: loss 49.0000", "tensor([1, 2], shape=[2], dtype=i64)"]
    );
}

#[test]
fn the_stock_kernel_gets_its_own_marks() {
    let text = output(true);
    assert!(text.starts_with(
        "EVCXR_BEGIN_CONTENT text/plain\nlast\nEVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT text/plain\n100%|"
    ), "{text}");
    assert!(
        !text.contains("first") && !text.contains("second"),
        "{text}"
    );
    assert_eq!(
        text.matches("EVCXR_BEGIN_CONTENT image/svg+xml\n<svg")
            .count(),
        1
    );
    assert!(
        text.contains("EVCXR_BEGIN_CONTENT text/html\n<table"),
        "{text}"
    );
    assert_eq!(
        text.matches("EVCXR_BEGIN_CONTENT").count(),
        text.matches("\nEVCXR_END_CONTENT\n").count()
    );
}
