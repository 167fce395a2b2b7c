//! Jupyter's five sockets: the only module that knows how messages travel.

use crate::wire::{self, Message};
use anyhow::{Context as _, bail};
use bytes::Bytes;
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeromq::{PubSocket, RepSocket, RouterSocket, Socket, SocketRecv, SocketSend, ZmqMessage};

/// Stands between identities and parts.
const DELIMITER: &[u8] = b"<IDS|MSG>";

/// What a connection file says.
#[derive(Clone, Debug, Deserialize)]
pub struct Connection {
    /// Address of every socket.
    pub ip: String,
    /// `tcp` or `ipc`.
    pub transport: String,
    /// Requests.
    pub shell_port: u16,
    /// Broadcasts.
    pub iopub_port: u16,
    /// Questions to the user.
    pub stdin_port: u16,
    /// Requests that do not wait.
    pub control_port: u16,
    /// Heartbeat.
    pub hb_port: u16,
    /// Secret of the signatures; empty for none.
    pub key: String,
    /// `hmac-sha256`.
    #[serde(default)]
    pub signature_scheme: String,
}

impl Connection {
    fn address(&self, port: u16) -> String {
        match self.transport.as_str() {
            "ipc" => format!("ipc://{}-{port}", self.ip),
            transport => format!("{transport}://{}:{port}", self.ip),
        }
    }
}

/// What came in on a channel with requests.
#[derive(Debug)]
pub enum Incoming {
    /// A request on the shell channel.
    Shell(Message),
    /// A request on the control channel.
    Control(Message),
    /// An answer on the stdin channel.
    Stdin(Message),
}

/// Ways out.
#[derive(Clone, Debug)]
pub struct Senders {
    /// To everybody.
    pub iopub: UnboundedSender<Message>,
    /// Replies on the shell channel.
    pub shell: UnboundedSender<Message>,
    /// Replies on the control channel.
    pub control: UnboundedSender<Message>,
    /// Requests for input.
    pub stdin: UnboundedSender<Message>,
}

/// Signs what goes out and checks what comes in.
struct Signer {
    key: String,
    session: String,
}

impl Signer {
    fn mac(&self, parts: &[impl AsRef<[u8]>]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_bytes())
            .expect("a key of any length will do");
        for part in parts {
            mac.update(part.as_ref());
        }
        mac
    }

    fn encode(&self, message: Message) -> anyhow::Result<ZmqMessage> {
        let mut header = message.header;
        header["session"] = Value::String(self.session.clone());
        let parts = [
            header,
            message.parent_header,
            message.metadata,
            message.content,
        ]
        .map(|part| part.to_string().into_bytes());
        let signature = match self.key.is_empty() {
            true => String::new(),
            false => {
                let bytes = self.mac(&parts).finalize().into_bytes();
                bytes.iter().map(|byte| format!("{byte:02x}")).collect()
            }
        };
        let mut frames: Vec<Vec<u8>> = message.identities;
        frames.push(DELIMITER.to_vec());
        frames.push(signature.into_bytes());
        frames.extend(parts);
        let frames: Vec<Bytes> = frames.into_iter().map(Bytes::from).collect();
        ZmqMessage::try_from(frames).map_err(|_| anyhow::anyhow!("a message without frames"))
    }

    fn decode(&self, frames: ZmqMessage) -> anyhow::Result<Message> {
        let frames = frames.into_vec();
        let delimiter = frames.iter().position(|frame| &frame[..] == DELIMITER);
        let delimiter = delimiter.context("no delimiter")?;
        let (identities, rest) = (&frames[..delimiter], &frames[delimiter + 1..]);
        let [signature, header, parent, metadata, content, ..] = rest else {
            bail!("a message of {} parts", rest.len());
        };
        if !self.key.is_empty() {
            let signature = from_hex(signature).context("a signature that is no number")?;
            self.mac(&[header, parent, metadata, content])
                .verify_slice(&signature)
                .context("a wrong signature")?;
        }
        Ok(Message {
            identities: identities.iter().map(|frame| frame.to_vec()).collect(),
            header: serde_json::from_slice(header)?,
            parent_header: serde_json::from_slice(parent)?,
            metadata: serde_json::from_slice(metadata)?,
            content: serde_json::from_slice(content)?,
        })
    }
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    if text.len() % 2 != 0 {
        return None;
    }
    let byte = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(byte).collect()
}

/// Binds the sockets that the connection file names, and nothing else.
///
/// # Errors
/// If an address is in use.
pub async fn bind(
    connection: &Connection,
) -> anyhow::Result<(Senders, UnboundedReceiver<Incoming>)> {
    let signer = Arc::new(Signer {
        key: connection.key.clone(),
        session: uuid::Uuid::new_v4().to_string(),
    });
    let (incoming, receiver) = unbounded_channel();

    let mut heartbeat = RepSocket::new();
    bind_to(&mut heartbeat, connection, connection.hb_port, "heartbeat").await?;
    tokio::spawn(async move {
        loop {
            // Whatever comes goes back.
            let echoed = match heartbeat.recv().await {
                Ok(beat) => heartbeat.send(beat).await,
                Err(error) => Err(error),
            };
            if echoed.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });

    let mut publisher = PubSocket::new();
    bind_to(&mut publisher, connection, connection.iopub_port, "iopub").await?;
    let (iopub, queue) = unbounded_channel::<Message>();
    tokio::spawn(send_all(publisher, queue, signer.clone()));

    let ports = [
        (
            connection.shell_port,
            "shell",
            Incoming::Shell as fn(Message) -> Incoming,
        ),
        (connection.control_port, "control", Incoming::Control),
        (connection.stdin_port, "stdin", Incoming::Stdin),
    ];
    let mut ways = Vec::new();
    for (port, name, channel) in ports {
        let mut router = RouterSocket::new();
        bind_to(&mut router, connection, port, name).await?;
        let (sending, receiving) = router.split();
        let (sender, queue) = unbounded_channel::<Message>();
        tokio::spawn(send_all(sending, queue, signer.clone()));
        tokio::spawn(receive_all(
            receiving,
            incoming.clone(),
            signer.clone(),
            channel,
        ));
        ways.push(sender);
    }
    let [shell, control, stdin] = <[_; 3]>::try_from(ways).expect("three ports");
    Ok((
        Senders {
            iopub,
            shell,
            control,
            stdin,
        },
        receiver,
    ))
}

async fn bind_to(
    socket: &mut impl Socket,
    connection: &Connection,
    port: u16,
    name: &str,
) -> anyhow::Result<()> {
    let address = connection.address(port);
    socket
        .bind(&address)
        .await
        .with_context(|| format!("the {name} socket, {address}"))?;
    Ok(())
}

async fn send_all(
    mut socket: impl SocketSend,
    mut queue: UnboundedReceiver<Message>,
    signer: Arc<Signer>,
) {
    while let Some(message) = queue.recv().await {
        if let Ok(frames) = signer.encode(message) {
            // Who has gone away does not wait for it.
            let _ = socket.send(frames).await;
        }
    }
}

async fn receive_all(
    mut socket: impl SocketRecv,
    incoming: UnboundedSender<Incoming>,
    signer: Arc<Signer>,
    channel: fn(Message) -> Incoming,
) {
    loop {
        match socket.recv().await {
            // A wrong signature or a broken message is dropped; the next one may be right.
            Ok(frames) => {
                if let Ok(message) = signer.decode(frames)
                    && incoming.send(channel(message)).is_err()
                {
                    return;
                }
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

/// Announces that the kernel is coming up.
pub fn announce(senders: &Senders) {
    // The publishing task lives as long as the kernel.
    let _ = senders.iopub.send(wire::status("starting", None));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn signer(key: &str) -> Signer {
        Signer {
            key: key.to_owned(),
            session: "s".to_owned(),
        }
    }

    #[test]
    fn a_message_survives_the_wire_and_a_forged_one_does_not() {
        let message = wire::message("status", json!({"text": "ä🦀"}), None);
        let frames = signer("secret").encode(message.clone()).expect("encodes");
        let received = signer("secret").decode(frames.clone()).expect("decodes");
        assert_eq!(received.content, message.content);
        assert_eq!(received.header["session"], "s");
        assert!(signer("other").decode(frames.clone()).is_err());
        assert!(signer("").decode(frames).is_ok());
    }

    #[test]
    fn broken_messages_are_errors() {
        let of = |frames: &[&[u8]]| {
            let frames: Vec<Bytes> = frames.iter().map(|frame| frame.to_vec().into()).collect();
            signer("k").decode(ZmqMessage::try_from(frames).expect("frames"))
        };
        for frames in [
            &[b"x".as_slice()][..],
            &[DELIMITER],
            &[DELIMITER, b"zz", b"{}", b"{}", b"{}", b"{}"],
            &[DELIMITER, b"abc", b"{}", b"{}", b"{}", b"{}"],
            &[
                DELIMITER,
                "\u{20ac}\u{20ac}".as_bytes(),
                b"{}",
                b"{}",
                b"{}",
                b"{}",
            ],
        ] {
            assert!(of(frames).is_err());
        }
    }
}
