//! A WebDriver program of our own, and the window it opened.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::family::{Family, free_port};
use crate::until::{self, until};

/// One driver on its own port with one session. A driver whose session request fails keeps its port, so none is shared.
pub struct Driver {
    /// The driver and what it started.
    pub family: Family,
    /// The session.
    pub client: Client,
}

impl Driver {
    /// Starts WebKitWebDriver, which starts the console with its window on a display.
    ///
    /// # Errors
    /// The driver or the console did not start.
    pub async fn console(command: Command, program: &Path, arguments: &[String], log: &Path) -> Result<Self> {
        let wanted = json!({ "webkitgtk:browserOptions": { "binary": program, "args": arguments } });
        Self::start(command, wanted, log).await
    }

    /// Starts chromedriver, which starts a headless Chromium with a fake camera and microphone on a profile of its own.
    ///
    /// # Errors
    /// The driver or the browser did not start.
    pub async fn chromium(profile: &Path, size: (u32, u32), log: &Path) -> Result<Self> {
        let mut arguments: Vec<String> = CHROMIUM.iter().map(|&flag| flag.to_owned()).collect();
        arguments.push(format!("--window-size={},{}", size.0, size.1));
        arguments.push(format!("--user-data-dir={}", profile.display()));
        let wanted = json!({ "goog:chromeOptions": { "args": arguments } });
        Self::start(Command::new("chromedriver"), wanted, log).await
    }

    /// Starts geckodriver, which starts a headless Firefox with a fake camera and microphone on a profile of its own.
    ///
    /// # Errors
    /// The driver or the browser did not start.
    pub async fn firefox(profiles: &Path, log: &Path) -> Result<Self> {
        std::fs::create_dir_all(profiles)?;
        let mut command = Command::new(std::env::var_os("ROUNDS_GECKODRIVER").unwrap_or_else(|| "geckodriver".into()));
        command.arg("--profile-root").arg(profiles);
        let preferences = json!({
            "media.navigator.streams.fake": true,
            "media.navigator.permission.disabled": true,
            "media.autoplay.default": 0,
            "datareporting.policy.dataSubmissionEnabled": false,
            "app.update.disabledForTesting": true,
        });
        let wanted = json!({ "moz:firefoxOptions": { "args": ["-headless"], "prefs": preferences } });
        Self::start(command, wanted, log).await
    }

    /// Ends the session in order, then the driver.
    ///
    /// # Errors
    /// The window does not close.
    pub async fn quit(&self) -> Result<()> {
        let closed = tokio::time::timeout(until::DEADLINE, self.client.clone().close()).await;
        closed.context("the window does not close")?.context("the window does not close")
    }

    async fn start(mut command: Command, wanted: Value, log: &Path) -> Result<Self> {
        let port = free_port()?;
        let family = Family::start(command.arg(format!("--port={port}")), log)?;
        until("the driver listens", async || Ok(Some(tokio::net::TcpStream::connect(("127.0.0.1", port)).await?)))
            .await?;
        let Value::Object(wanted) = wanted else { unreachable!("capabilities are an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let address = format!("http://127.0.0.1:{port}");
        let connecting = builder.capabilities(wanted).connect(&address);
        let connected = tokio::time::timeout(until::DEADLINE, connecting).await;
        let client = connected.context("the driver gave no session in time")?.context("the driver gave no session")?;
        Ok(Self { family, client })
    }
}

/// Root needs no sandbox to be refused; the rest keeps the browser from talking to its maker, and gives it media.
const CHROMIUM: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
];
