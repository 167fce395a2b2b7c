//! Jupyter's five sockets: the only module that knows how messages travel.

use crate::wire;
use anyhow::Context as _;
use jupyter_protocol::{ConnectionInfo, JupyterMessage};
use jupyter_zmq_client::{
    RouterRecvConnection, RouterSendConnection, create_kernel_control_connection,
    create_kernel_heartbeat_connection, create_kernel_iopub_connection,
    create_kernel_shell_connection, create_kernel_stdin_connection,
};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What came in on a channel with requests.
#[derive(Debug)]
pub enum Incoming {
    /// A request on the shell channel.
    Shell(JupyterMessage),
    /// A request on the control channel.
    Control(JupyterMessage),
    /// An answer on the stdin channel.
    Stdin(JupyterMessage),
}

/// Ways out.
#[derive(Clone, Debug)]
pub struct Senders {
    /// To everybody.
    pub iopub: UnboundedSender<JupyterMessage>,
    /// Replies on the shell channel.
    pub shell: UnboundedSender<JupyterMessage>,
    /// Replies on the control channel.
    pub control: UnboundedSender<JupyterMessage>,
    /// Requests for input.
    pub stdin: UnboundedSender<JupyterMessage>,
}

/// Binds the sockets that the connection file names, and nothing else.
///
/// # Errors
/// If an address is in use.
pub async fn bind(
    connection: &ConnectionInfo,
) -> anyhow::Result<(Senders, UnboundedReceiver<Incoming>)> {
    let session = uuid::Uuid::new_v4().to_string();
    let (incoming, receiver) = unbounded_channel();

    let mut heartbeat = create_kernel_heartbeat_connection(connection)
        .await
        .context("heartbeat socket")?;
    tokio::spawn(async move {
        loop {
            if heartbeat.single_heartbeat().await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });

    let mut publisher = create_kernel_iopub_connection(connection, &session)
        .await
        .context("iopub socket")?;
    let (iopub, mut queue) = unbounded_channel::<JupyterMessage>();
    tokio::spawn(async move {
        while let Some(message) = queue.recv().await {
            // A subscriber that went away is not the kernel's concern.
            let _ = publisher.send(message).await;
        }
    });

    let shell = create_kernel_shell_connection(connection, &session)
        .await
        .context("shell socket")?;
    let shell = router(shell.split(), incoming.clone(), Incoming::Shell);
    let control = create_kernel_control_connection(connection, &session)
        .await
        .context("control socket")?;
    let control = router(control.split(), incoming.clone(), Incoming::Control);
    let stdin = create_kernel_stdin_connection(connection, &session)
        .await
        .context("stdin socket")?;
    let stdin = router(stdin.split(), incoming, Incoming::Stdin);
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

/// Reads a router socket into `incoming`, and sends what comes from the returned sender.
fn router(
    (mut sending, mut receiving): (RouterSendConnection, RouterRecvConnection),
    incoming: UnboundedSender<Incoming>,
    channel: fn(JupyterMessage) -> Incoming,
) -> UnboundedSender<JupyterMessage> {
    let (sender, mut queue) = unbounded_channel::<JupyterMessage>();
    tokio::spawn(async move {
        while let Some(message) = queue.recv().await {
            // A client that went away does not wait for its reply.
            let _ = sending.send(message).await;
        }
    });
    tokio::spawn(async move {
        loop {
            match receiving.read().await {
                Ok(message) => {
                    if incoming.send(channel(message)).is_err() {
                        return;
                    }
                }
                // A wrong signature or a broken message is dropped; the next one may be right.
                Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    });
    sender
}

/// Announces that the kernel is coming up.
pub fn announce(senders: &Senders) {
    // The publishing task lives as long as the kernel.
    let _ = senders.iopub.send(wire::status("starting", None));
}
