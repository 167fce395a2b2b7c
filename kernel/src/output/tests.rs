use super::*;
use std::sync::Mutex;

/// Runs events through a worker and returns `(type, text or display id)` of each message.
fn messages(events: Vec<Event>) -> Vec<(String, String)> {
    let (sender, receiver) = unbounded();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let publish = {
        let sent = sent.clone();
        Box::new(move |message: Message| sent.lock().unwrap().push(message))
    };
    let output = Output::start(receiver, publish, Box::new(|| {}));
    let request = wire::message("execute_request", serde_json::json!({}), None);
    output.begin(Owner {
        request: Arc::new(request),
        count: 1,
        silent: false,
    });
    for event in events {
        sender.send(event).unwrap();
    }
    output.flush();
    let sent = sent.lock().unwrap();
    sent.iter()
        .map(|message| {
            let content = &message.content;
            let text = content["text"]
                .as_str()
                .or(content["transient"]["display_id"].as_str());
            (
                message.kind().to_owned(),
                text.unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

fn out(text: &str) -> Event {
    Event::Stdout(text.as_bytes().to_vec())
}

fn update(id: &str) -> Event {
    let display_id = Some(id.to_owned());
    Event::Display(Display {
        display_id,
        update: true,
        ..Display::default()
    })
}

#[test]
fn many_lines_are_few_messages_and_no_byte_is_lost() {
    let lines: Vec<Event> = (0..100_000).map(|i| out(&format!("line {i}\n"))).collect();
    let messages = messages(lines);
    let text: String = messages.iter().map(|(_, text)| text.as_str()).collect();
    assert!(messages.len() < 60, "{} messages", messages.len());
    assert_eq!(text.lines().count(), 100_000);
    assert!(text.ends_with("line 99999\n"));
}

#[test]
fn order_between_streams_and_displays_holds() {
    let events = vec![
        out("a"),
        Event::Stderr(b"b".to_vec()),
        update("x"),
        out("c"),
    ];
    let kinds: Vec<String> = messages(events)
        .into_iter()
        .map(|(kind, text)| kind + &text)
        .collect();
    assert_eq!(
        kinds,
        ["streama", "streamb", "update_display_datax", "streamc"]
    );
}

#[test]
fn streams_that_take_turns_are_merged() {
    let turns = (0..10_000).flat_map(|_| [out("o\n"), Event::Stderr(b"e\n".to_vec())]);
    let messages = messages(turns.collect());
    assert!(messages.len() < 200, "{} messages", messages.len());
    let total: usize = messages.iter().map(|(_, text)| text.len()).sum();
    assert_eq!(total, 40_000);
}

#[test]
fn of_many_updates_the_last_is_sent() {
    let messages = messages((0..5000).map(|_| update("board")).collect());
    assert!(
        !messages.is_empty() && messages.len() < 60,
        "{} messages",
        messages.len()
    );
}

#[test]
fn text_past_the_limit_is_cut_and_said_so() {
    let piece = vec![b'x'; 1 << 20];
    let messages = messages((0..40).map(|_| Event::Stdout(piece.clone())).collect());
    let total: usize = messages
        .iter()
        .filter(|(_, text)| text.starts_with('x'))
        .map(|(_, text)| text.len())
        .sum();
    assert_eq!(total, TEXT_LIMIT);
    let (_, last) = messages.last().unwrap();
    let end: String = last.chars().take(200).collect();
    assert!(end.contains(&format!("{} more bytes", 8 << 20)), "{end}");
}

#[test]
fn characters_cut_between_writes_are_whole_and_others_are_replaced() {
    let crab = "🦀".as_bytes();
    let events = vec![
        Event::Stdout(crab[..2].to_vec()),
        Event::Stdout(crab[2..].to_vec()),
        Event::Stdout(vec![b'a', 0xff, b'b']),
    ];
    let text: String = messages(events).into_iter().map(|(_, text)| text).collect();
    assert_eq!(text, "🦀a\u{fffd}b");
}
