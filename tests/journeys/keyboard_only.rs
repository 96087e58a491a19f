//! A visit without a mouse: from the queue to a signed note.

use anyhow::{Context, Result, bail, ensure};
use journeys::{Console, Page, Stage, journey, note};
use serde_json::{Value, json};

/// More stops of the Tab key than any template has fields.
const MOST_STOPS: usize = 160;

#[test]
fn a_note_is_signed_without_a_mouse() {
    journey("keyboard_only", play);
}

async fn play(stage: &mut Stage) -> Result<()> {
    let console = Console::with_sample(stage).await?;
    let page = &console.page;
    the_palette_finds_a_patient(page).await?;
    the_queue_is_walked(page).await?;

    page.chord(&["Alt", "1"]).await?;
    page.shows("[data-testid=queue-table]").await?;
    page.chord(&["Control", "Enter"]).await?;
    page.shows("[data-testid=visit][data-state=in_progress]").await?;
    page.shows("[data-testid=stage]").await?;

    the_template_is_chosen(page).await?;
    page.chord(&["F3"]).await?;
    let answered = answer_all(page).await?;
    println!("{answered} required answers were given by keys");
    note::saved(page).await?;
    page.chord(&["Control", "Shift", "G"]).await?;
    let shown = page.text("[data-testid=sign-text]").await?;
    tab_to(page, "[role=dialog] button[type=submit]").await?;
    page.chord(&["Enter"]).await?;
    ensure!(page.text("[data-testid=signed-text]").await? == shown, "another text was signed than was shown");

    page.chord(&["Control", "Shift", "H"]).await?;
    page.says("[data-testid=no-call]", "Hanging up does not finish the visit").await.map(drop)
}

async fn the_palette_finds_a_patient(page: &Page) -> Result<()> {
    page.chord(&["Control", "k"]).await?;
    page.shows("[role=dialog] input:focus").await?;
    page.type_here("device").await?;
    page.says("[role=dialog] button[data-selected]", "Open the device check").await?;
    page.chord(&["Enter"]).await?;
    page.says("main h1", "Device check").await?;
    page.chord(&["Control", "/"]).await?;
    page.says("[role=dialog]", "Keyboard shortcuts").await?;
    page.chord(&["Escape"]).await?;
    page.hides("[role=dialog]").await?;
    page.chord(&["Alt", "1"]).await?;
    page.shows("[data-testid=queue-row]").await
}

/// Arrow keys move, Enter opens.
async fn the_queue_is_walked(page: &Page) -> Result<()> {
    tab_to(page, "[data-testid=queue-table] [data-cell], [data-testid=queue-table] [data-cell] button").await?;
    let row = "return document.activeElement.closest('[data-testid=queue-row]')?.dataset.encounter ?? null";
    let first = page.js(row, vec![]).await?;
    page.chord(&["ArrowDown"]).await?;
    let moved = format!("const row = (() => {{ {row} }})(); return row === arguments[0] ? null : row");
    let second = page.until("the arrow moves the cursor to another row", &moved, vec![first]).await?;
    page.chord(&["Home"]).await?;
    let in_front = "return document.activeElement.closest('td')?.cellIndex === 0";
    page.until("Home moves the cursor to the front of the row", in_front, vec![]).await?;
    page.chord(&["Enter"]).await?;
    let encounter = second.as_str().unwrap_or_default();
    page.shows(&format!("[data-testid=visit][data-encounter='{encounter}']")).await
}

async fn the_template_is_chosen(page: &Page) -> Result<()> {
    page.chord(&["F4"]).await?;
    page.chord(&["F6"]).await?;
    tab_to(page, "[data-testid=template]").await?;
    page.chord(&["Enter"]).await?;
    page.shows("[data-testid=note-editor]").await
}

/// Presses Tab until the focus is on something that matches.
async fn tab_to(page: &Page, css: &str) -> Result<()> {
    let there = "return document.activeElement?.matches(arguments[0]) ?? false";
    for _ in 0..MOST_STOPS {
        if page.js(there, vec![json!(css)]).await? == true {
            return Ok(());
        }
        page.chord(&["Tab"]).await?;
    }
    bail!("Tab never came to `{css}`")
}

/// Goes through the note field by field and answers what is required, until nothing is missing.
async fn answer_all(page: &Page) -> Result<u32> {
    let mut answered = 0;
    for _ in 0..MOST_STOPS {
        let here = page.js(HERE, vec![]).await?;
        if here["open"] == true {
            answer(page, &here).await?;
            answered += 1;
        }
        if page.js("return document.querySelector('[data-testid=checklist]') === null", vec![]).await? == true {
            return Ok(answered);
        }
        page.chord(&["Tab"]).await?;
    }
    bail!("after {MOST_STOPS} stops there is still something missing, with {answered} answers given")
}

/// The field with the focus, and whether it is required and open.
const HERE: &str = "
    const field = document.activeElement;
    const question = field?.closest('[data-question]');
    return {
        open: question !== null && question !== undefined && question.hasAttribute('data-missing'),
        question: question?.dataset.question ?? null,
        kind: field?.getAttribute('type') ?? field?.tagName ?? null,
        list: field?.getAttribute('aria-haspopup') === 'listbox',
        number: field?.inputMode === 'decimal',
        date: field?.placeholder?.startsWith('YYYY') ?? false,
        moment: field?.placeholder?.startsWith('HH') ?? false,
    }";

async fn answer(page: &Page, here: &Value) -> Result<()> {
    let question = here["question"].as_str().context("a question")?;
    match here["kind"].as_str() {
        Some("radio" | "checkbox") => page.chord(&[" "]).await?,
        _ if here["list"] == true => {
            page.chord(&["ArrowDown"]).await?;
            page.shows("[role=option][data-combobox-selected]").await?;
            page.chord(&["Enter"]).await?;
        }
        _ if here["number"] == true => page.type_here("30").await?,
        _ if here["moment"] == true => page.type_here("2026-03-12 09:30 +00:00").await?,
        _ if here["date"] == true => page.type_here("2026-03-12").await?,
        _ => page.type_here("written by keys alone").await?,
    }
    let closed = "return !document.querySelector(arguments[0])?.hasAttribute('data-missing')";
    let field = json!(format!("[data-question='{question}']"));
    page.until(&format!("`{question}` is answered"), closed, vec![field]).await.map(drop)
}
