//! The practice server inside the console: patients of a practice of one computer join through it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use app::Rounds;
use app::console::Doorway;
use async_trait::async_trait;
use server::Serving;
use server::ice::IceSettings;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

/// The port that is tried first, so that links given out yesterday work today.
const PORT: u16 = 8470;

/// Serves the practice on the loopback, or where `ROUNDS_LISTEN` says.
#[derive(Default)]
pub struct EmbeddedServer {
    serving: Mutex<Option<Serving>>,
}

#[async_trait]
impl Doorway for EmbeddedServer {
    async fn open(&self, rounds: Rounds) -> std::io::Result<String> {
        let wished = match std::env::var("ROUNDS_LISTEN") {
            Ok(text) => {
                text.parse().map_err(|_| std::io::Error::other("ROUNDS_LISTEN is not an address and a port"))?
            }
            Err(_) => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT),
        };
        let listener = match TcpListener::bind(wished).await {
            Ok(listener) => listener,
            // Another program has the port: any other will do, and links are always made with the one in use.
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                TcpListener::bind(SocketAddr::new(wished.ip(), 0)).await?
            }
            Err(error) => return Err(error),
        };
        let serving = server::serve(rounds, listener, IceSettings::from_env())?;
        let base = format!("http://{}", serving.address());
        tracing::info!(address = %serving.address(), "patients join here");
        *self.serving.lock().await = Some(serving);
        Ok(base)
    }
}
