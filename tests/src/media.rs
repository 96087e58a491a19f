//! Whether pictures and sound really flow: read from pixels, decoders and sound statistics on both sides.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::console::Console;
use crate::page::Page;
use crate::patient::Patient;
use crate::until::until;

/// The remote picture, on either side: a canvas in the console, a video in the browser.
const REMOTE: &str = "[data-testid=remote-video]";

/// A grey value that two reads of a still picture never differ by, and a moving one does somewhere.
const MOVED: i64 = 24;

/// Waits until picture and sound flow both ways, newly: counted from what had flowed before.
///
/// # Errors
/// Something does not flow until the deadline.
pub async fn flows(console: &Console, patient: &Patient) -> Result<()> {
    console.page.shows(REMOTE).await?;
    patient.page.shows("[data-testid=call]").await?;
    grows("pictures painted in the console", async || painted(&console.page).await).await?;
    grows("pictures decoded in the browser", async || patient.figure("frames").await).await?;
    grows("sound received by the console", async || number(&console.peer().await?["stats"]["audio_energy_in"])).await?;
    grows("sound received by the browser", async || patient.figure("audioEnergy").await).await?;
    clock_runs(&patient.page).await?;
    picture_moves(&console.page).await
}

/// Waits until a number exceeds what it was when first read.
async fn grows(what: &str, mut read: impl AsyncFnMut() -> Result<f64>) -> Result<()> {
    let begun = until(what, async || Ok(Some(read().await?))).await?;
    until(format!("more {what} than {begun}"), async || Ok((read().await? > begun).then_some(()))).await
}

async fn painted(page: &Page) -> Result<f64> {
    let script = "return Number(document.querySelector(arguments[0]).dataset.frames)";
    number(&page.js(script, vec![json!(REMOTE)]).await?)
}

fn number(value: &serde_json::Value) -> Result<f64> {
    value.as_f64().context("a number")
}

/// Waits until the clock in the pixels of the console's synthetic camera shows two moments, both of them just now.
///
/// # Errors
/// The clock cannot be read, stands still, or shows another time than this machine's.
pub async fn clock_runs(page: &Page) -> Result<()> {
    let first = until("the clock in the picture is readable", async || clock(page).await).await?;
    let second = until("the clock in the picture goes on", async || Ok(clock(page).await?.filter(|&now| now != first)));
    let second = second.await?;
    ensure!(second.wrapping_sub(first) < 120_000, "the clock in the picture ran from {first} to {second}");
    let late = now_millis().wrapping_sub(second);
    ensure!(late < 60_000, "the clock in the picture is {late} ms behind this machine's");
    Ok(())
}

/// The clock in the remote picture as it is now: the low 32 bits of the Unix time in milliseconds.
///
/// # Errors
/// There is no picture.
pub async fn clock(page: &Page) -> Result<Option<u32>> {
    let millis = page.js(CLOCK, vec![json!(REMOTE)]).await?;
    Ok(millis.as_u64().and_then(|millis| u32::try_from(millis).ok()))
}

fn now_millis() -> u32 {
    // Only the low bits are in the picture.
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u32
}

/// Waits until the remote picture has changed somewhere.
///
/// # Errors
/// It stands still until the deadline, or there is none.
pub async fn picture_moves(page: &Page) -> Result<()> {
    let first = until("there is a picture", async || Ok(Some(greys(page).await?))).await?;
    let moved = until("the picture moves", async || {
        let now = greys(page).await?;
        Ok(first.iter().zip(&now).any(|(a, b)| (a - b).abs() > MOVED).then_some(()))
    });
    moved.await
}

async fn greys(page: &Page) -> Result<Vec<i64>> {
    let read = page.js(GREYS, vec![json!(REMOTE)]).await?;
    let greys: Vec<i64> = read.as_array().context("pixels")?.iter().filter_map(|grey| grey.as_i64()).collect();
    ensure!(!greys.is_empty() && greys.iter().any(|&grey| grey != greys[0]), "the picture is empty");
    Ok(greys)
}

/// Draws the remote picture small and gives its grey values.
const GREYS: &str = r"
    const picture = document.querySelector(arguments[0]);
    const [width, height] = [64, 48];
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(picture, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    return Array.from({ length: width * height }, (_, at) => data[at * 4 + 1]);
";

/// Reads the strip of light and dark cells at the top of the synthetic camera's picture: 2 rows of 20 cells, each a
/// twentieth of the width and a twelfth of the height; 32 bits of time and 8 of checksum.
const CLOCK: &str = r"
    const picture = document.querySelector(arguments[0]);
    const width = picture.videoWidth ?? picture.width;
    const height = picture.videoHeight ?? picture.height;
    if (!(width > 0 && height > 0)) return null;
    const canvas = new OffscreenCanvas(width, Math.ceil(height / 6));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(picture, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let bits = '';
    for (let row = 0; row < 2; row++) for (let column = 0; column < 20; column++) {
        let [sum, count] = [0, 0];
        for (let y = Math.floor((row + 0.25) * height / 12); y < (row + 0.75) * height / 12; y++) {
            for (let x = Math.floor((column + 0.25) * width / 20); x < (column + 0.75) * width / 20; x++) {
                sum += data[(y * canvas.width + x) * 4 + 1];
                count += 1;
            }
        }
        const mean = sum / count;
        if (mean > 112 && mean < 144) return null;
        bits += mean >= 144 ? '1' : '0';
    }
    const bytes = [0, 8, 16, 24, 32].map((at) => parseInt(bits.slice(at, at + 8), 2));
    const [a, b, c, d, check] = bytes;
    return (0x5a + a + 3 * b + 7 * c + 13 * d) % 256 === check ? parseInt(bits.slice(0, 32), 2) : null;
";
