//! Jupyter's protocol over real sockets, against the toy session: fast, and without Rust cells.

use cuaderno_kernel::server;
use cuaderno_kernel::session::echo::EchoSession;
use jupyter_protocol::messaging::UnknownMessage;
use jupyter_protocol::{ConnectionInfo, JupyterMessage, JupyterMessageContent};
use jupyter_zmq_client::{
    ClientControlConnection, ClientIoPubConnection, ClientShellConnection, ClientStdinConnection,
    create_client_control_connection, create_client_iopub_connection,
    create_client_shell_connection_with_identity, create_client_stdin_connection_with_identity,
    peek_ports, peer_identity_for_session,
};
use serde_json::{Value, json};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

/// A frontend.
struct Client {
    connection: ConnectionInfo,
    iopub: ClientIoPubConnection,
    shell: ClientShellConnection,
    control: ClientControlConnection,
    stdin: ClientStdinConnection,
}

impl Client {
    /// Starts a kernel and connects to it.
    async fn start() -> Client {
        let ip = "127.0.0.1".parse().unwrap();
        let ports = peek_ports(ip, 5).await.unwrap();
        let file = json!({
            "ip": "127.0.0.1", "transport": "tcp", "shell_port": ports[0], "iopub_port": ports[1],
            "stdin_port": ports[2], "control_port": ports[3], "hb_port": ports[4],
            "key": "secret", "signature_scheme": "hmac-sha256", "kernel_name": "echo",
        });
        let connection: ConnectionInfo = serde_json::from_value(file.clone()).unwrap();
        tokio::spawn(server::serve(
            serde_json::from_value(file).unwrap(),
            Box::new(|events| Ok(EchoSession::start(events))),
        ));
        tokio::time::sleep(Duration::from_millis(100)).await;
        let session = "test";
        let identity = || peer_identity_for_session(session).unwrap();
        let mut client = Client {
            iopub: create_client_iopub_connection(&connection, "", session)
                .await
                .unwrap(),
            shell: create_client_shell_connection_with_identity(&connection, session, identity())
                .await
                .unwrap(),
            control: create_client_control_connection(&connection, session)
                .await
                .unwrap(),
            stdin: create_client_stdin_connection_with_identity(&connection, session, identity())
                .await
                .unwrap(),
            connection,
        };
        // A subscription takes effect some time after it is made.
        loop {
            let id = client.send("kernel_info_request", json!({})).await;
            client.reply(&id).await;
            let first = tokio::time::timeout(Duration::from_millis(200), client.iopub.read()).await;
            if first.is_ok() {
                break;
            }
        }
        client
    }

    async fn send(&mut self, kind: &str, content: Value) -> String {
        let message = request(kind, content);
        let id = message.header.msg_id.clone();
        self.shell.send(message).await.unwrap();
        id
    }

    async fn execute(&mut self, code: &str) -> String {
        self.send("execute_request", execution(code, json!({})))
            .await
    }

    /// The reply to a request on the shell channel.
    async fn reply(&mut self, id: &str) -> Value {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.shell.read()).await;
            let message = message.expect("a reply in time").unwrap();
            if parent(&message) == id {
                return content(&message);
            }
        }
    }

    /// What is published for a request, up to idle: `(type, content)`.
    async fn published(&mut self, id: &str) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        loop {
            let message = tokio::time::timeout(PATIENCE, self.iopub.read()).await;
            let message = message.expect("idle in time").unwrap();
            if parent(&message) != id {
                continue;
            }
            let content = content(&message);
            if content["execution_state"] == "idle" {
                return found;
            }
            found.push((message.header.msg_type.clone(), content));
        }
    }

    async fn kinds(&mut self, id: &str) -> Vec<String> {
        self.published(id)
            .await
            .into_iter()
            .map(|(kind, _)| kind)
            .collect()
    }
}

fn request(kind: &str, content: Value) -> JupyterMessage {
    // Through the wire's form, so that known kinds become what a client would send.
    let content = JupyterMessageContent::from_type_and_content(kind, content.clone())
        .unwrap_or_else(|_| {
            JupyterMessageContent::UnknownMessage(UnknownMessage {
                msg_type: kind.to_owned(),
                content,
            })
        });
    JupyterMessage::new(content, None)
}

fn execution(code: &str, more: Value) -> Value {
    let mut content = json!({
        "code": code, "silent": false, "store_history": true, "user_expressions": {},
        "allow_stdin": true, "stop_on_error": true,
    });
    for (name, value) in more.as_object().unwrap() {
        content[name] = value.clone();
    }
    content
}

fn parent(message: &JupyterMessage) -> &str {
    message
        .parent_header
        .as_ref()
        .map_or("", |header| &header.msg_id)
}

fn content(message: &JupyterMessage) -> Value {
    let content = serde_json::to_value(&message.content).unwrap();
    match &message.content {
        JupyterMessageContent::UnknownMessage(_) => content["content"].clone(),
        _ => content,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_is_a_dialogue() {
    let mut client = Client::start().await;
    let id = client.execute("print a\nwarn b\nshow c\nvalue d").await;
    let reply = client.reply(&id).await;
    assert_eq!(reply["status"], "ok");
    assert_eq!(reply["execution_count"], 1);
    let kinds = client.kinds(&id).await;
    assert_eq!(
        kinds,
        [
            "status",
            "execute_input",
            "stream",
            "stream",
            "display_data",
            "execute_result"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_stops_what_is_queued_unless_told_otherwise() {
    let mut client = Client::start().await;
    let failing = client.execute("sleep 100\nerror no").await;
    let queued = client.execute("print never").await;
    assert_eq!(client.reply(&failing).await["status"], "error");
    assert_eq!(client.reply(&queued).await["status"], "aborted");
    assert!(client.kinds(&failing).await.contains(&"error".to_owned()));

    let content = execution("sleep 100\nerror no", json!({"stop_on_error": false}));
    let failing = client.send("execute_request", content).await;
    let queued = client.execute("print still").await;
    assert_eq!(client.reply(&failing).await["status"], "error");
    assert_eq!(client.reply(&queued).await["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_silence_and_empty_cells() {
    let mut client = Client::start().await;
    let empty = client.execute("  \n").await;
    assert_eq!(client.reply(&empty).await["execution_count"], 0);
    let silent = client
        .send(
            "execute_request",
            execution("value x", json!({"silent": true})),
        )
        .await;
    assert_eq!(client.reply(&silent).await["status"], "ok");
    assert_eq!(client.kinds(&silent).await, ["status"]);
    let unstored = client
        .send(
            "execute_request",
            execution("print x", json!({"store_history": false})),
        )
        .await;
    client.reply(&unstored).await;
    let stored = client.execute("print y").await;
    assert_eq!(client.reply(&stored).await["execution_count"], 1);
    let history = json!({"hist_access_type": "tail", "n": 9, "output": false, "raw": true});
    let id = client.send("history_request", history).await;
    assert_eq!(
        client.reply(&id).await["history"],
        json!([[0, 1, "print y"]])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn user_expressions_have_values_and_errors() {
    let mut client = Client::start().await;
    let expressions = json!({"user_expressions": {"good": "value 3", "bad": "nonsense"}});
    let id = client
        .send("execute_request", execution("print x", expressions))
        .await;
    let values = client.reply(&id).await["user_expressions"].clone();
    assert_eq!(values["good"]["data"]["text/plain"], "3");
    assert_eq!(values["bad"]["status"], "error");
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered_while_a_cell_runs() {
    let mut client = Client::start().await;
    let running = client.execute("sleep 60000").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    for (kind, asked) in [
        ("kernel_info_request", json!({})),
        ("is_complete_request", json!({"code": "let x = ("})),
        ("complete_request", json!({"code": "pri", "cursor_pos": 3})),
        (
            "inspect_request",
            json!({"code": "print", "cursor_pos": 5, "detail_level": 0}),
        ),
        ("comm_info_request", json!({})),
    ] {
        let id = client.send(kind, asked).await;
        let reply = client.reply(&id).await;
        assert!(
            ["ok", "incomplete"].contains(&reply["status"].as_str().unwrap()),
            "{kind}"
        );
    }
    client
        .control
        .send(request("interrupt_request", json!({})))
        .await
        .unwrap();
    let reply = client.reply(&running).await;
    assert_eq!(reply["ename"], "KeyboardInterrupt");
}

#[tokio::test(flavor = "multi_thread")]
async fn completion_counts_code_points() {
    let mut client = Client::start().await;
    let id = client
        .send(
            "complete_request",
            json!({"code": "🦀é pri", "cursor_pos": 6}),
        )
        .await;
    let reply = client.reply(&id).await;
    assert_eq!(reply["matches"], json!(["print"]));
    assert_eq!(
        (&reply["cursor_start"], &reply["cursor_end"]),
        (&json!(3), &json!(6))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_asks_gets_the_line() {
    let mut client = Client::start().await;
    let id = client.execute("ask").await;
    let question = tokio::time::timeout(PATIENCE, client.stdin.read())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(question.header.msg_type, "input_request");
    assert_eq!(parent(&question), id);
    let answer = request("input_reply", json!({"value": "typed", "status": "ok"}));
    client.stdin.send(answer).await.unwrap();
    assert_eq!(client.reply(&id).await["status"], "ok");
    let streams = client.published(&id).await;
    assert!(
        streams
            .iter()
            .any(|(_, content)| content["text"] == "typed\n")
    );

    let content = execution("ask", json!({"allow_stdin": false}));
    let id = client.send("execute_request", content).await;
    assert_eq!(client.reply(&id).await["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_signature_is_dropped_and_the_kernel_goes_on() {
    let mut client = Client::start().await;
    let forged = ConnectionInfo {
        key: "wrong".to_owned(),
        ..client.connection.clone()
    };
    let identity = peer_identity_for_session("intruder").unwrap();
    let mut intruder = create_client_shell_connection_with_identity(&forged, "intruder", identity)
        .await
        .unwrap();
    intruder
        .send(request("execute_request", execution("print x", json!({}))))
        .await
        .unwrap();
    let id = client.execute("print y").await;
    assert_eq!(client.reply(&id).await["execution_count"], 1);
    let answer = tokio::time::timeout(Duration::from_millis(300), intruder.read()).await;
    assert!(answer.is_err(), "the intruder was answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_comm_is_closed() {
    let mut client = Client::start().await;
    let open = json!({"comm_id": "c1", "target_name": "unknown", "data": {}});
    let id = client.send("comm_open", open).await;
    assert_eq!(client.kinds(&id).await, ["status", "comm_close"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_is_answered_while_a_cell_runs() {
    let mut client = Client::start().await;
    client.execute("sleep 60000").await;
    client
        .control
        .send(request("shutdown_request", json!({"restart": false})))
        .await
        .unwrap();
    let reply = tokio::time::timeout(PATIENCE, client.control.read())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(reply.header.msg_type, "shutdown_reply");
}
