//! Writing a note in the console's editor, with real keys.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::console::Console;
use crate::page::Page;

/// Starts a note with the usual template of the visit's room and gives its id.
///
/// # Errors
/// The editor did not open.
pub async fn start(page: &Page) -> Result<String> {
    page.click("[data-testid=template]").await?;
    let script = "return document.querySelector('[data-testid=note-editor]')?.dataset.note ?? null";
    let note = page.until("the note's editor is open", script, vec![]).await?;
    Ok(note.as_str().context("a note's id")?.to_owned())
}

/// Answers every required question as its type wants, and waits until all is on disk. Gives what was typed as text.
///
/// # Errors
/// A question does not take its answer.
pub async fn fill_required(console: &Console, note: &str) -> Result<Vec<String>> {
    let view = console.rpc("note.get", json!({ "note": note })).await?;
    let sections = view["template"]["sections"].as_array().context("sections")?;
    let questions = sections.iter().flat_map(|section| section["questions"].as_array().into_iter().flatten());
    let mut typed = Vec::new();
    for question in questions.filter(|question| question["required"] == true) {
        typed.extend(answer(&console.page, question).await?);
    }
    saved(&console.page).await?;
    let view = console.rpc("note.get", json!({ "note": note })).await?;
    ensure!(view["missing"].as_array().is_some_and(Vec::is_empty), "still missing: {}", view["missing"]);
    for text in &typed {
        let kept = view["answers"].as_object().is_some_and(|all| all.values().any(|values| values[0] == text.as_str()));
        ensure!(kept, "`{text}` was shown as saved and is not in the store");
    }
    Ok(typed)
}

/// Answers one question; gives the words where some were typed.
async fn answer(page: &Page, question: &Value) -> Result<Option<String>> {
    let id = question["id"].as_str().context("a question's id")?;
    let name = question["name"].as_str().unwrap_or_default();
    let field = format!("[data-question='{id}']");
    match question["type"].as_str() {
        Some("text" | "paragraph") => {
            let words = format!("{name}: as told by the patient’s family, São Paulo.");
            page.type_into(&format!("{field} input, {field} textarea"), &words).await?;
            Ok(Some(words))
        }
        Some("number") => {
            page.type_into(&format!("{field} input"), &possible_number(question)).await?;
            Ok(None)
        }
        Some("date_time") => {
            page.type_into(&format!("{field} input"), "09:30").await?;
            Ok(None)
        }
        Some("yes_no" | "choices") => choose(page, &field).await,
        Some("choice") => {
            let script = "return document.querySelector(arguments[0]) !== null";
            if page.js(script, vec![json!(format!("{field} label input[type=radio]"))]).await? == true {
                return choose(page, &field).await;
            }
            page.click(&format!("{field} input")).await?;
            page.click("[role=option]").await?;
            Ok(None)
        }
        Some("date") => {
            page.type_into(&format!("{field} input"), "12 Mar 2026\u{e007}").await?;
            Ok(None)
        }
        other => bail!("a question of the unknown type {other:?}"),
    }
}

/// A number that can be true.
pub fn possible_number(question: &Value) -> String {
    question["min"].as_i64().unwrap_or(0).max(7).to_string()
}

async fn choose(page: &Page, field: &str) -> Result<Option<String>> {
    page.click(&format!("{field} label input")).await?;
    Ok(None)
}

/// Waits until the editor says that everything is saved.
///
/// # Errors
/// It does not until the deadline.
pub async fn saved(page: &Page) -> Result<()> {
    page.shows("[data-testid=save-state][data-state=saved]").await
}

/// Opens the dialog that shows what will be signed; gives the text and the signer.
///
/// # Errors
/// The dialog did not show them.
pub async fn review(page: &Page) -> Result<(String, String)> {
    page.click("[data-testid=sign]").await?;
    Ok((page.text("[data-testid=sign-text]").await?, page.text("[data-testid=signer]").await?))
}

/// Signs in the open dialog, and gives the text that the note then shows.
///
/// # Errors
/// The note was not signed.
pub async fn sign(page: &Page) -> Result<String> {
    page.click_button("Sign note").await?;
    page.text("[data-testid=signed-text]").await
}
