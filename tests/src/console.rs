//! The console's real window.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::driver::Driver;
use crate::family::{self, free_port};
use crate::page::Page;
use crate::stage::{Stage, program};
use crate::until::until;

/// A running console. The stage ends it.
pub struct Console {
    /// Its window.
    pub page: Page,
    /// The folder that holds its practice.
    pub data: PathBuf,
    process: u32,
    port: u16,
    sample: bool,
    driver: Arc<Driver>,
}

impl Console {
    /// Opens the sample practice in a fresh folder, and waits for the queue.
    ///
    /// # Errors
    /// The console did not show the queue.
    pub async fn with_sample(stage: &mut Stage) -> Result<Self> {
        let data = stage.path("practice");
        let console = Self::open(stage, "console", &data, true).await?;
        console.shows_queue().await?;
        Ok(console)
    }

    /// Opens a console on a folder, whatever it will show.
    ///
    /// # Errors
    /// There was no window.
    pub async fn open(stage: &mut Stage, name: &str, data: &Path, sample: bool) -> Result<Self> {
        Self::start(stage, name, data.to_owned(), free_port()?, sample).await
    }

    async fn start(stage: &mut Stage, name: &str, data: PathBuf, port: u16, sample: bool) -> Result<Self> {
        let program = program("ROUNDS_BIN", "rounds")?;
        let log = stage.log(name);
        let mut command = Command::new("WebKitWebDriver");
        stage.show_on(&mut command);
        command.env("TAURI_WEBVIEW_AUTOMATION", "true").env("ROUNDS_CAMERA", "synthetic");
        // The same port after a restart: patients who are still there come back to it.
        command.env("ROUNDS_LISTEN", format!("127.0.0.1:{port}"));
        // What a web view remembers belongs to one journey too.
        for (variable, folder) in
            [("XDG_DATA_HOME", "share"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")]
        {
            command.env(variable, stage.path(folder));
        }
        let mut arguments = vec!["--data".to_owned(), data.display().to_string()];
        if sample {
            arguments.push("--sample".to_owned());
        }
        let driver = Arc::new(Driver::console(command, &program, &arguments, &log).await?);
        let page = Page::new(name, driver.client.clone());
        stage.keep_open(&page, &driver);
        page.resize(1280, 800).await?;
        let process = driver.family.running(&program).context("the console does not run")?;
        Ok(Self { page, data, process, port, sample, driver })
    }

    /// Waits for the queue; signs in as the first user where that is asked.
    ///
    /// # Errors
    /// The queue was not shown.
    pub async fn shows_queue(&self) -> Result<()> {
        let first = "return document.querySelector('[data-testid=queue-row]') ? 'queue' : document.querySelector('[data-testid=user]') ? 'user' : null";
        if self.page.until("the queue, or the question who is there", first, vec![]).await? == "user" {
            self.page.click("[data-testid=user]").await?;
        }
        self.page.shows("[data-testid=queue-row]").await
    }

    /// Ends the console at once, as a loss of power would, and waits until it is gone.
    ///
    /// # Errors
    /// It was not running.
    pub async fn kill(&self) -> Result<()> {
        let id = self.process;
        ensure!(family::is_alive(id), "the console does not run");
        family::kill(id);
        until("the console is gone", async || Ok((!family::is_alive(id)).then_some(()))).await
    }

    /// Starts it again on the same folder and port.
    ///
    /// # Errors
    /// It is still running, or there was no window.
    pub async fn again(self, stage: &mut Stage) -> Result<Self> {
        ensure!(!family::is_alive(self.process), "the console still runs");
        let Self { page, data, port, sample, driver, .. } = self;
        stage.let_go(&driver);
        drop(driver);
        Self::start(stage, &page.name, data, port, sample).await
    }

    /// Asks the core, as the page does. The answer of a refusal is an error.
    ///
    /// # Errors
    /// The core refused.
    pub async fn rpc(&self, command: &str, payload: Value) -> Result<Value> {
        let script =
            "return await window.__TAURI_INTERNALS__.invoke('rpc', { cmd: arguments[0], payload: arguments[1] })";
        self.page.js_async(script, vec![json!(command), payload]).await.with_context(|| command.to_owned())
    }

    /// The rows of the queue under a heading, as the core has them.
    ///
    /// # Errors
    /// The queue cannot be read.
    pub async fn rows(&self, group: &str) -> Result<Vec<Value>> {
        let queue = self.rpc("queue.list", json!({ "room": null })).await?;
        let rows = queue["rows"].as_array().context("the queue has rows")?;
        Ok(rows.iter().filter(|row| row["group"] == group).cloned().collect())
    }

    /// One visit as the workspace shows it.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn encounter(&self, encounter: &str) -> Result<Value> {
        self.rpc("encounter.get", json!({ "encounter": encounter })).await
    }

    /// The other person in the running call, with the measured figures.
    ///
    /// # Errors
    /// There is no call, nobody else in it, or nothing measured yet.
    pub async fn peer(&self) -> Result<Value> {
        let running = self.rpc("call.get", json!({})).await?;
        let peer = running["call"]["peers"].get(0).cloned().context("nobody else is in the call")?;
        ensure!(!peer["stats"].is_null(), "nothing is measured yet");
        Ok(peer)
    }

    /// Width and height of a kept snapshot, from its decoded bytes.
    ///
    /// # Errors
    /// The bytes are no picture.
    pub async fn decoded_size(&self, snapshot: &Value) -> Result<Value> {
        let script =
            "const bytes = await window.__TAURI_INTERNALS__.invoke('snapshot_bytes', { snapshot: arguments[0] });
            const picture = await createImageBitmap(new Blob([bytes]));
            return [picture.width, picture.height]";
        self.page.js_async(script, vec![snapshot.clone()]).await
    }

    /// Waits until a visit stands under a heading of the queue board, on the screen.
    ///
    /// # Errors
    /// It does not until the deadline.
    pub async fn shows_row(&self, group: &str, encounter: &str) -> Result<()> {
        self.page.shows(&format!("tbody[data-group={group}] {}", row(encounter))).await
    }

    /// Opens a visit from the queue board: its row, then the button beside it.
    ///
    /// # Errors
    /// The visit was not opened.
    pub async fn open_visit(&self, encounter: &str) -> Result<()> {
        // A row that is about to move under another heading would be pressed where it stood before.
        let queue = self.rpc("queue.list", json!({ "room": null })).await?;
        let rows = queue["rows"].as_array().context("the queue has rows")?;
        let group = rows.iter().find(|row| row["encounter"] == encounter).context("the visit is in the queue")?;
        self.shows_row(group["group"].as_str().context("a heading")?, encounter).await?;
        let name = format!("{} td[data-column=patient]", row(encounter));
        // A row that is half hidden at the edge of the list would be pressed where the list does not show it.
        let in_view = "const row = document.querySelector(arguments[0]); row?.scrollIntoView({ block: 'center' }); return row !== null";
        self.page.until("the row of the visit", in_view, vec![json!(row(encounter))]).await?;
        self.page.click(&name).await?;
        self.page.shows(&format!("{}[aria-selected=true]", row(encounter))).await?;
        self.page.click_button("Open visit").await?;
        self.page.shows(&format!("[data-testid=visit][data-encounter='{encounter}']")).await
    }
}

/// The selector of a visit's row.
pub fn row(encounter: &str) -> String {
    format!("[data-testid=queue-row][data-encounter='{encounter}']")
}
