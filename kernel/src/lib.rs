//! A Jupyter kernel for Rust with the Cuaderno runtime preloaded.

pub mod cell_items;
pub mod cell_source;
pub mod checks;
pub mod cli;
pub mod completeness;
pub mod diagnose;
pub mod doctor;
pub mod executor;
pub mod frame;
pub mod hints;
pub mod history;
pub mod install;
pub mod lab;
pub mod magics;
pub mod notebook;
pub mod output;
pub mod preload;
pub mod progress;
pub mod run;
pub mod server;
pub mod session;
pub mod sockets;
pub mod source_map;
pub mod tools;
pub mod venv;
pub mod wire;
