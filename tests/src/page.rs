//! A page in a window: what a person does with it and sees of it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::error::CmdError;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::until::until;

/// One word with a driver takes at most this long; a program that was killed never answers.
const ANSWER: Duration = Duration::from_secs(30);

/// A page. Clones speak to the same page.
#[derive(Clone)]
pub struct Page {
    /// Which window, in messages and file names.
    pub name: String,
    client: Client,
}

impl Page {
    /// The page in the window of a session.
    pub fn new(name: &str, client: Client) -> Self {
        Self { name: name.to_owned(), client }
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// The page cannot be loaded.
    pub async fn go(&self, address: &str) -> Result<()> {
        answer(self.client.goto(address)).await
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// The page cannot be loaded.
    pub async fn reload(&self) -> Result<()> {
        answer(self.client.refresh()).await
    }

    /// Makes the window this large, in pixels.
    ///
    /// # Errors
    /// The window does not obey.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        answer(self.client.set_window_rect(0, 0, width, height)).await
    }

    /// Runs the body of a function in the page and gives what it returns.
    ///
    /// # Errors
    /// The script threw, or the page is gone.
    pub async fn js(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        answer(self.client.execute(script, arguments)).await.with_context(|| format!("{}: {script}", self.name))
    }

    /// Runs the body of an async function in the page and gives what it returns.
    ///
    /// # Errors
    /// The script threw, or the page is gone.
    pub async fn js_async(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let whole = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {script} }})().then((value) => done({{ value }}), (error) => done({{ error: error?.message ?? String(error), full: error }}));"
        );
        let told = answer(self.client.execute_async(&whole, arguments)).await;
        let told = told.with_context(|| format!("{}: {script}", self.name))?;
        match told.get("error") {
            Some(error) => Err(anyhow!("{}: {error} {}", self.name, told["full"])),
            None => Ok(told.get("value").cloned().unwrap_or(Value::Null)),
        }
    }

    /// Waits until the script gives something other than null, false, zero or nothing, and gives that.
    ///
    /// # Errors
    /// It did not until the deadline.
    pub async fn until(&self, what: &str, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let shown = until(format!("{}: {what}", self.name), async || {
            let value = self.js(script, arguments.clone()).await?;
            Ok(is_something(&value).then_some(value))
        });
        shown.await
    }

    /// Waits until something matches a selector.
    ///
    /// # Errors
    /// Nothing does until the deadline.
    pub async fn shows(&self, css: &str) -> Result<()> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].some((one) => one.getClientRects().length > 0)";
        self.until(&format!("`{css}` is shown"), script, vec![json!(css)]).await.map(drop)
    }

    /// Waits until nothing matches a selector.
    ///
    /// # Errors
    /// Something does until the deadline.
    pub async fn hides(&self, css: &str) -> Result<()> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].every((one) => one.getClientRects().length === 0)";
        self.until(&format!("`{css}` is gone"), script, vec![json!(css)]).await.map(drop)
    }

    /// Waits until the text inside what matches a selector has these words, and gives the whole text.
    ///
    /// # Errors
    /// It has not until the deadline.
    pub async fn says(&self, css: &str, words: &str) -> Result<String> {
        let script = "const all = [...document.querySelectorAll(arguments[0])].map((one) => one.innerText);
                      return all.find((text) => text.includes(arguments[1])) ?? null";
        let what = format!("`{css}` says `{words}`");
        let text = self.until(&what, script, vec![json!(css), json!(words)]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits for what matches a selector and gives its text.
    ///
    /// # Errors
    /// Nothing does until the deadline.
    pub async fn text(&self, css: &str) -> Result<String> {
        let script = "return document.querySelector(arguments[0])?.textContent ?? null";
        let text = self.until(&format!("`{css}` is there"), script, vec![json!(css)]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Presses what matches a selector with the mouse, once it can be pressed.
    ///
    /// # Errors
    /// It cannot be pressed until the deadline.
    pub async fn click(&self, css: &str) -> Result<()> {
        self.press_at(Locator::Css(css), css).await
    }

    /// Presses the button with exactly this text or accessible name.
    ///
    /// # Errors
    /// There is none that can be pressed until the deadline.
    pub async fn click_button(&self, name: &str) -> Result<()> {
        let path = format!(
            "//button[normalize-space(.)=\"{name}\" or @aria-label=\"{name}\" or .//span[normalize-space(text())=\"{name}\"]]"
        );
        self.press_at(Locator::XPath(&path), name).await
    }

    async fn press_at(&self, locator: Locator<'_>, name: &str) -> Result<()> {
        let pressed = until(format!("{}: `{name}` can be pressed", self.name), async || {
            let element = answer(self.client.find(locator)).await?;
            ensure!(answer(element.is_enabled()).await?, "it is disabled");
            Ok(Some(answer(element.click()).await?))
        });
        pressed.await
    }

    /// Types into what matches a selector, with real keys.
    ///
    /// # Errors
    /// There is no such field until the deadline.
    pub async fn type_into(&self, css: &str, text: &str) -> Result<()> {
        let element = until(format!("{}: `{css}` takes text", self.name), async || {
            let element = answer(self.client.find(Locator::Css(css))).await?;
            ensure!(answer(element.is_enabled()).await?, "it is disabled");
            Ok(Some(element))
        });
        answer(element.await?.send_keys(text)).await
    }

    /// Types where the focus is.
    ///
    /// # Errors
    /// Nothing has the focus, or the window is gone.
    pub async fn type_here(&self, text: &str) -> Result<()> {
        let focused = answer(self.client.active_element()).await?;
        answer(focused.send_keys(text)).await
    }

    /// Presses keys together, as `["Control", "k"]`; the names are those of the DOM.
    ///
    /// # Errors
    /// The window is gone, or a key has no name here.
    pub async fn chord(&self, names: &[&str]) -> Result<()> {
        let keys = names.iter().map(|name| key(name)).collect::<Result<Vec<char>>>()?;
        let mut actions = KeyActions::new("keyboard".to_owned());
        for &value in &keys {
            actions = actions.then(KeyAction::Down { value });
        }
        for &value in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value });
        }
        answer(self.client.perform_actions(actions)).await
    }

    /// Takes a picture of the page.
    ///
    /// # Errors
    /// The window is gone, or the file cannot be written.
    pub async fn picture(&self, path: &Path) -> Result<()> {
        let png = answer(self.client.screenshot()).await?;
        std::fs::write(path, png).with_context(|| path.display().to_string())
    }
}

/// The code point that WebDriver has for a named key.
fn key(name: &str) -> Result<char> {
    let one = |name: &str| {
        let mut characters = name.chars();
        characters.next().filter(|_| characters.next().is_none())
    };
    Ok(match name {
        "Backspace" => '\u{e003}',
        "Tab" => '\u{e004}',
        "Enter" => '\u{e007}',
        "Shift" => '\u{e008}',
        "Control" => '\u{e009}',
        "Alt" => '\u{e00a}',
        "Escape" => '\u{e00c}',
        "End" => '\u{e010}',
        "Home" => '\u{e011}',
        "ArrowLeft" => '\u{e012}',
        "ArrowUp" => '\u{e013}',
        "ArrowRight" => '\u{e014}',
        "ArrowDown" => '\u{e015}',
        "F2" => '\u{e032}',
        "F3" => '\u{e033}',
        "F4" => '\u{e034}',
        "F6" => '\u{e036}',
        name => one(name).with_context(|| format!("no key is called `{name}`"))?,
    })
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

async fn answer<T>(word: impl Future<Output = Result<T, CmdError>>) -> Result<T> {
    Ok(tokio::time::timeout(ANSWER, word).await.context("the window does not answer")??)
}
