//! Windows that are driven: the real console and a real Chromium, through WebDriver.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use crate::chromium;
use crate::display::Display;
use crate::machine::Family;
use crate::process::Running;

/// How long something on a page may take to come.
const PATIENCE: Duration = Duration::from_secs(40);

/// A driven window. Dropping it ends driver and program.
pub struct Window {
    client: Client,
    driver: Running,
}

impl Window {
    /// Opens the console with a practice, on a display.
    ///
    /// # Errors
    /// WebKitWebDriver or the console cannot be started.
    pub async fn console(rounds: &Path, practice: &Path, display: &Display) -> Result<Self> {
        let mut driver = Command::new("WebKitWebDriver");
        driver.envs(display.environment()).env("TAURI_WEBVIEW_AUTOMATION", "true");
        driver.env("ROUNDS_CAMERA", "synthetic").env("ROUNDS_LISTEN", "127.0.0.1:0");
        let rounds = std::path::absolute(rounds)?;
        let options = json!({ "binary": rounds, "args": ["--data", practice, "--sample"] });
        Self::open(driver, "webkitgtk:browserOptions", options).await
    }

    /// Opens a Chromium that nobody looks at.
    ///
    /// # Errors
    /// chromedriver or Chromium cannot be started.
    pub async fn chromium() -> Result<Self> {
        let switches: Vec<&str> = chromium::SWITCHES.into_iter().chain(chromium::UNSEEN).collect();
        // Two peers in one page must find each other without a name service.
        let direct = "--disable-features=WebRtcHideLocalIpsWithMdns";
        let options = json!({ "args": switches.into_iter().chain([direct]).collect::<Vec<_>>() });
        Self::open(Command::new("chromedriver"), "goog:chromeOptions", options).await
    }

    async fn open(mut driver: Command, name: &str, options: Value) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let driver = Running::start(driver.arg(format!("--port={port}")))?;
        let url = format!("http://127.0.0.1:{port}");
        let capabilities = Map::from_iter([(name.to_owned(), options)]);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&url).await {
                Ok(client) => return Ok(Self { client, driver }),
                // The driver does not listen at once.
                Err(error) if Instant::now() > deadline => return Err(error).context("no session with the driver"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// The page cannot be loaded.
    pub async fn go(&self, url: &str) -> Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Runs the body of a function in the page and gives what it returns.
    ///
    /// # Errors
    /// The driver is gone, or the script fails.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.client.execute(script, arguments.to_vec()).await.context("a script failed in the page")
    }

    /// As [`Window::run`], for the body of an async function.
    ///
    /// # Errors
    /// As [`Window::run`].
    pub async fn run_async(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let whole = format!(
            "const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);
             (async function () {{ {script} }})(...given).then((value) => done({{ value }}), (error) => done({{ error: String(error?.message ?? error) }}));"
        );
        let answer =
            self.client.execute_async(&whole, arguments.to_vec()).await.context("a script failed in the page")?;
        match answer.get("error") {
            Some(error) => bail!("the page says: {error}"),
            None => Ok(answer.get("value").cloned().unwrap_or(Value::Null)),
        }
    }

    /// Asks the page again and again until the script returns something that is not false.
    ///
    /// # Errors
    /// It does not come in time.
    pub async fn until(&self, what: &str, script: &str, arguments: &[Value]) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.run(script, arguments).await?;
            if !matches!(found, Value::Null | Value::Bool(false)) {
                return Ok(found);
            }
            if Instant::now() > deadline {
                bail!("{what} did not come within {} seconds", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// One of the console's commands, as its screens send them.
    ///
    /// # Errors
    /// The command is refused or fails.
    pub async fn command(&self, name: &str, payload: Value) -> Result<Value> {
        let script = r#"try { return await window.__TAURI_INTERNALS__.invoke("rpc", { cmd: arguments[0], payload: arguments[1] }); }
            catch (error) { throw new Error(JSON.stringify(error)); }"#;
        self.run_async(script, &[json!(name), payload]).await.with_context(|| format!("the command {name}"))
    }

    /// The driver with everything that it started: the program and the program's own.
    pub fn family(&self) -> Family {
        self.driver.family()
    }

    /// Closes the window in order.
    pub async fn close(self) {
        // The driver is ended anyway; an error here says only that the program was quicker.
        let _ = self.client.close().await;
    }
}
