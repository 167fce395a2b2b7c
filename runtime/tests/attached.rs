//! What the runtime sends when a kernel listens. One test, since a process attaches once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cuaderno::host::{self, HOST_VERSION, HostTable};
use cuaderno::prelude::*;
use serde_json::Value;

static FRAMES: Mutex<Vec<(Instant, u8, Value)>> = Mutex::new(Vec::new());
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

extern "C" fn send(kind: u8, payload: *const u8, length: usize) {
    // SAFETY: the runtime sends a slice's pointer and length.
    let payload = unsafe { std::slice::from_raw_parts(payload, length) };
    let value = serde_json::from_slice(payload).unwrap_or(Value::Null);
    FRAMES.lock().unwrap().push((Instant::now(), kind, value));
}

fn taken() -> Vec<(Instant, u8, Value)> {
    std::mem::take(&mut *FRAMES.lock().unwrap())
}

/// The frames of one display: shown once, then updated under the same id.
fn check_display(frames: &[(Instant, u8, Value)], id: &Value) {
    let of_id: Vec<_> = frames
        .iter()
        .filter(|frame| frame.2["display_id"] == *id)
        .collect();
    assert_eq!(of_id[0].2["update"], false);
    for pair in of_id.windows(2) {
        assert_eq!(pair[1].2["update"], true);
    }
    // The last state may follow at once; the others keep their distance.
    for pair in of_id[..of_id.len() - 1].windows(2) {
        let apart = pair[1].0 - pair[0].0;
        assert!(apart > Duration::from_millis(95), "updates {apart:?} apart");
    }
}

#[test]
fn frames_to_the_kernel() {
    let table = HostTable {
        version: HOST_VERSION,
        send,
        interrupted: &raw const INTERRUPTED,
    };
    // SAFETY: both members are statics.
    assert_eq!(
        unsafe { host::cuaderno_attach(&raw const table) },
        HOST_VERSION
    );

    results_and_displays();
    live_training();
    a_board_that_outlives_its_cell();
    interrupt_keeps_the_model();
}

fn results_and_displays() {
    tensor([1.0, 2.0]).evcxr_display();
    (1, "a").evcxr_display();
    ().evcxr_display();
    display(&MimeBundle::text("picture").png(&[1, 2, 3]));
    clear_output(true);
    let frames = taken();
    assert_eq!(
        frames.iter().map(|f| f.1).collect::<Vec<_>>(),
        [b'd', b'd', b'd', b'c']
    );
    assert_eq!(frames[0].2["result"], true);
    assert!(
        frames[0].2["data"]["text/html"]
            .as_str()
            .unwrap()
            .starts_with("<table")
    );
    assert_eq!(frames[1].2["data"]["text/plain"], "(1, \"a\")");
    assert_eq!(frames[2].2["result"], false);
    assert_eq!(frames[2].2["data"]["image/png"], "AQID");
    assert_eq!(frames[3].2["wait"], true);
}

/// Trains for about half a second.
fn train(watch: bool) -> (Duration, f64) {
    manual_seed(1);
    let x = randn(&[1000, 2]);
    let y = x.matmul(&tensor([[2.0], [-3.4]])) + 4.2;
    let data = DataLoader::new(&TensorDataset::new(&x, &y), 32).shuffle(true);
    let model = seq![Linear::new(2, 64), ReLU, Linear::new(64, 1)];
    let mut opt = Sgd::new(model.parameters(), 1e-3);
    let start = Instant::now();
    if watch {
        let loss = fit(&model, &data, &mut opt, mse_loss, 400).last_loss();
        return (start.elapsed(), loss);
    }
    let mut sum = 0.0;
    for _ in 0..400 {
        sum = 0.0;
        for (x, y) in &data {
            let loss = mse_loss(&model.forward(&x), &y);
            opt.zero_grad();
            loss.backward();
            opt.step();
            sum += loss.item() * x.len() as f64;
        }
    }
    (start.elapsed(), sum / 1000.0)
}

fn live_training() {
    let (watched, loss) = train(true);
    let frames = taken();
    let id_of = |drawn: bool| {
        let shown = frames
            .iter()
            .find(|f| f.2["data"]["image/svg+xml"].is_string() == drawn && f.2["data"].is_object())
            .unwrap();
        shown.2["display_id"].clone()
    };
    let (board, bar) = (id_of(true), id_of(false));
    assert_ne!(board, bar);
    check_display(&frames, &board);
    check_display(&frames, &bar);
    let last = frames
        .iter()
        .rev()
        .find(|f| f.2["display_id"] == bar)
        .unwrap();
    let text = last.2["data"]["text/plain"].as_str().unwrap();
    assert!(text.starts_with("epoch 400/400: 100%|"), "{text}");
    let board_frames = frames.iter().filter(|f| f.2["display_id"] == board).count();
    assert!(board_frames >= 3, "{board_frames} pictures in {watched:?}");

    // The same training without displays gives the same numbers.
    let (plain, same) = train(false);
    assert_eq!(loss, same);
    let cost = watched.as_secs_f64() / plain.as_secs_f64() - 1.0;
    println!(
        "displays cost {:.1} % of {plain:?}, {board_frames} pictures",
        cost * 100.0
    );
    assert!(taken().is_empty());
}

fn a_board_that_outlives_its_cell() {
    let board = Board::new("loss");
    for i in 0..100 {
        board.push("loss", f64::from(i));
    }
    let text = |frames: &[(Instant, u8, Value)]| {
        frames.last().unwrap().2["data"]["text/plain"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(text(&taken()), "loss: loss 0.0000");
    host::cuaderno_end();
    assert_eq!(text(&taken()), "loss: loss 99.0000");
    host::cuaderno_end();
    assert!(taken().is_empty(), "nothing new is not sent again");
}

fn interrupt_keeps_the_model() {
    let x = randn(&[1000, 2]);
    let data = DataLoader::new(&TensorDataset::new(&x, &x), 32);
    let model = seq![Linear::new(2, 2)];
    let mut opt = Sgd::new(model.parameters(), 0.01);
    let stopper = std::thread::spawn(|| {
        std::thread::sleep(Duration::from_millis(100));
        INTERRUPTED.store(true, Ordering::Relaxed);
    });
    let run = std::panic::AssertUnwindSafe(|| fit(&model, &data, &mut opt, mse_loss, 1_000_000));
    let start = Instant::now();
    let payload = std::panic::catch_unwind(run).unwrap_err();
    assert!(payload.is::<host::Interrupted>());
    assert!(
        start.elapsed() < Duration::from_millis(400),
        "{:?}",
        start.elapsed()
    );
    stopper.join().unwrap();
    let frames = taken();
    let panic = frames.iter().find(|f| f.1 == b'p').unwrap();
    assert_eq!(panic.2["message"], host::INTERRUPT_MESSAGE);
    assert!(
        model.forward(&x).shape() == [1000, 2],
        "the model is usable"
    );
    assert!(!INTERRUPTED.load(Ordering::Relaxed));
}
