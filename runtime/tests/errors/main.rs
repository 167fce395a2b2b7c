//! The texts of mistakes in the math: the op first, every shape, the numbers that clash, a remedy.
//!
//! Each test shows what a group of wrong calls says. `cargo insta` is not needed: the texts are
//! compared with those in this file.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The text that a call panics with.
fn text(run: impl FnOnce()) -> String {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(()) => "no panic".to_owned(),
        Err(payload) => match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(_) => "a panic without an error's text".to_owned(),
        },
    }
}

/// The texts of several calls, each after the call.
macro_rules! texts {
    ($($call:expr;)*) => {{
        let mut all = String::new();
        $(
            let called = stringify!($call).split_whitespace().collect::<Vec<_>>().join(" ");
            all += &format!("> {called}\n{}\n\n", text(|| { let _ = $call; }));
        )*
        all
    }};
}

mod gradients;
mod losses;
mod recurrent;
mod shapes;
mod transforms;
mod values;
