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
        let listener = match std::env::var("ROUNDS_LISTEN") {
            // Somebody counts on this address: another one would lead their patients nowhere.
            Ok(text) => {
                let address = text.parse::<SocketAddr>();
                let address =
                    address.map_err(|_| std::io::Error::other("ROUNDS_LISTEN is not an address and a port"))?;
                TcpListener::bind(address).await?
            }
            Err(_) => on_any_port().await?,
        };
        let serving = server::serve(rounds, listener, IceSettings::from_env())?;
        let base = format!("http://{}", serving.address());
        tracing::info!(address = %serving.address(), "patients join here");
        *self.serving.lock().await = Some(serving);
        Ok(base)
    }
}

/// The usual port of the loopback. Where another program has it any other will do: links are made with the one in use,
/// except where `ROUNDS_URL` says that something in front of this server leads to the usual one.
async fn on_any_port() -> std::io::Result<TcpListener> {
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    match TcpListener::bind(SocketAddr::new(loopback, PORT)).await {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && std::env::var_os("ROUNDS_URL").is_none() => {
            TcpListener::bind(SocketAddr::new(loopback, 0)).await
        }
        bound => bound,
    }
}
