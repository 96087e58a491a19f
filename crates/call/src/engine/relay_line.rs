//! Relays over TCP and TLS (RFC 8656 section 3.1), for networks that let no UDP out, as many hospitals' do.
//!
//! The transport speaks to relays over UDP only. For each relay that is offered over TCP or TLS a socket is opened
//! here, given to the transport as if it were the relay, and what comes to it is carried over a stream to the real one.
//! Only the leg to the relay changes: what the relay passes on is the same.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rtc::shared::ifaces::ifaces;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::signal::IceServer;

/// Datagrams waiting for the stream: a tenth of a second of the highest rate. When it is full the newest is dropped, as
/// a full link would do: a queue here would only make voice late.
const WAITING: usize = 64;
/// How long reaching the relay may take.
const REACHING: Duration = Duration::from_secs(8);
/// Largest message of a relay: 64 KiB and its header.
const LARGEST: usize = 65_540;

/// The lines of one connection. Dropping them closes the streams.
#[derive(Default)]
pub struct RelayLines(Vec<JoinHandle<()>>);

impl Drop for RelayLines {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// A relay that is reached over a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Relay {
    host: String,
    port: u16,
    tls: bool,
}

/// The same servers with the addresses that the transport can use, and the lines that must be held as long as it does.
pub async fn reach(servers: &[IceServer]) -> (Vec<IceServer>, RelayLines) {
    let mut lines = RelayLines::default();
    let mut usable = Vec::new();
    for server in servers {
        let mut urls = Vec::new();
        for url in &server.urls {
            match stream_relay(url) {
                None => urls.push(url.clone()),
                Some(relay) => match open(relay).await {
                    Ok((address, line)) => {
                        lines.0.push(line);
                        urls.push(format!("turn:{address}?transport=udp"));
                    }
                    // One way less; the others are tried.
                    Err(error) => tracing::warn!(%error, "no line to a relay could be opened"),
                },
            }
        }
        usable.push(IceServer { urls, ..server.clone() });
    }
    (usable, lines)
}

/// Reads an address of RFC 7065 if it asks for a stream.
fn stream_relay(url: &str) -> Option<Relay> {
    let (scheme, rest) = url.split_once(':')?;
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let tls = match scheme {
        "turns" => true,
        "turn" if query == "transport=tcp" => false,
        _ => return None,
    };
    let (host, port) = match address
        .rsplit_once(':')
        .filter(|(host, _)| !host.ends_with(':') && !host.contains('[') || host.ends_with(']'))
    {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (address, if tls { 5_349 } else { 3_478 }),
    };
    Some(Relay { host: host.trim_matches(['[', ']']).to_owned(), port, tls })
}

async fn open(relay: Relay) -> std::io::Result<(SocketAddr, JoinHandle<()>)> {
    // Not the loopback: a socket bound to an interface cannot send there on every system.
    let own: Vec<IpAddr> = ifaces()?.into_iter().filter_map(|face| face.addr).map(|addr| addr.ip()).collect();
    let at =
        own.iter().copied().find(|ip| ip.is_ipv4() && !ip.is_loopback()).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let socket = Arc::new(UdpSocket::bind((at, 0)).await?);
    let address = socket.local_addr()?;
    let line = tokio::spawn(async move {
        let mut streams = JoinSet::new();
        let mut senders: BTreeMap<SocketAddr, mpsc::Sender<Vec<u8>>> = BTreeMap::new();
        let mut buffer = vec![0; LARGEST];
        loop {
            // A single failed read is the answer to an earlier datagram, not the end of the socket.
            let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
                continue;
            };
            // Nobody else on this network may use the line.
            if !own.contains(&from.ip()) {
                continue;
            }
            let sender = senders.entry(from).or_insert_with(|| carry(&mut streams, &relay, &socket, from));
            if sender.is_closed() {
                *sender = carry(&mut streams, &relay, &socket, from);
            }
            // Full: dropped, as a full link would.
            let _ = sender.try_send(buffer[..length].to_vec());
        }
    });
    Ok((address, line))
}

/// Starts a stream for one of the transport's sockets: to the relay each is a client of its own.
fn carry(
    streams: &mut JoinSet<()>,
    relay: &Relay,
    socket: &Arc<UdpSocket>,
    client: SocketAddr,
) -> mpsc::Sender<Vec<u8>> {
    let (sender, outgoing) = mpsc::channel(WAITING);
    let (relay, socket) = (relay.clone(), Arc::clone(socket));
    streams.spawn(async move {
        let reached = tokio::time::timeout(REACHING, connect(&relay)).await;
        let ended = match reached {
            Ok(Ok(stream)) => exchange(stream, outgoing, &socket, client).await,
            Ok(Err(error)) => Err(error),
            Err(_) => Err(std::io::ErrorKind::TimedOut.into()),
        };
        if let Err(error) = ended {
            tracing::info!(kind = ?error.kind(), "the line to a relay ended");
        }
    });
    sender
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn connect(relay: &Relay) -> std::io::Result<Box<dyn Stream>> {
    let stream = TcpStream::connect((relay.host.as_str(), relay.port)).await?;
    // A voice packet must not wait for the next one.
    stream.set_nodelay(true)?;
    if !relay.tls {
        return Ok(Box::new(stream));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map_err(std::io::Error::other)?
        .with_no_client_auth();
    let name = ServerName::try_from(relay.host.clone()).map_err(std::io::Error::other)?;
    Ok(Box::new(TlsConnector::from(Arc::new(config)).connect(name, stream).await?))
}

async fn exchange(
    stream: Box<dyn Stream>,
    mut outgoing: mpsc::Receiver<Vec<u8>>,
    socket: &UdpSocket,
    client: SocketAddr,
) -> std::io::Result<()> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let send = async {
        while let Some(mut message) = outgoing.recv().await {
            // On a stream messages are padded to four bytes (RFC 8656 section 12.5).
            message.resize(message.len().next_multiple_of(4), 0);
            writer.write_all(&message).await?;
        }
        Ok(())
    };
    let receive = async {
        let mut message = vec![0; LARGEST];
        loop {
            reader.read_exact(&mut message[..4]).await?;
            let length = length([message[0], message[1], message[2], message[3]]);
            let padded = length.next_multiple_of(4).min(LARGEST);
            reader.read_exact(&mut message[4..padded]).await?;
            socket.send_to(&message[..length.min(padded)], client).await?;
        }
    };
    tokio::select! {
        ended = send => ended,
        ended = receive => ended,
    }
}

/// The length of a message from its first four bytes: a STUN message (RFC 8489 section 5) or channel data (RFC 8656
/// section 12.4).
fn length(head: [u8; 4]) -> usize {
    let body = usize::from(u16::from_be_bytes([head[2], head[3]]));
    if head[0] < 0x40 { 20 + body } else { 4 + body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_streams_need_a_line() {
        let relay = |host: &str, port, tls| Some(Relay { host: host.to_owned(), port, tls });
        assert_eq!(stream_relay("turn:relay.example:3478?transport=tcp"), relay("relay.example", 3_478, false));
        assert_eq!(stream_relay("turns:relay.example"), relay("relay.example", 5_349, true));
        assert_eq!(stream_relay("turns:relay.example:443?transport=tcp"), relay("relay.example", 443, true));
        assert_eq!(stream_relay("turns:[2001:db8::1]:443"), relay("2001:db8::1", 443, true));
        assert_eq!(stream_relay("turns:[2001:db8::1]"), relay("2001:db8::1", 5_349, true));
        for datagrams in
            ["turn:relay.example", "turn:relay.example:3478?transport=udp", "stun:relay.example", "nonsense"]
        {
            assert_eq!(stream_relay(datagrams), None, "{datagrams}");
        }
    }

    #[test]
    fn messages_are_told_apart_by_their_first_bits() {
        assert_eq!(length([0x00, 0x03, 0x00, 0x08]), 28);
        assert_eq!(length([0x40, 0x01, 0x00, 0x05]), 9);
    }
}
