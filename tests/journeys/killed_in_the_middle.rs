//! The console is ended as by a loss of power, at random moments: in the middle of typing, of signing and of a call.
//! What it said was kept is there afterwards, and nothing is there by halves.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use journeys::chance::{Chance, kills};
use journeys::{Console, Patient, Stage, journey, media, note, until, visit};
use serde_json::{Value, json};

/// Moments of typing, signing and talking that a kill may fall into.
const WHILE_TYPING: Duration = Duration::from_millis(2500);
const WHILE_SIGNING: Duration = Duration::from_millis(80);
const WHILE_TALKING: Duration = Duration::from_millis(3000);

#[test]
fn what_was_shown_as_saved_survives_a_kill_while_typing() {
    journey("killed_typing", typing);
}

#[test]
fn a_note_is_signed_wholly_or_not_at_all_when_killed() {
    journey("killed_signing", signing);
}

#[test]
fn a_call_is_taken_up_again_after_a_kill() {
    journey("killed_in_call", in_call);
}

async fn typing(stage: &mut Stage) -> Result<()> {
    let mut chance = Chance::from_environment();
    let mut console = Console::with_sample(stage).await?;
    let encounter = taken_in(&console).await?;
    console.open_visit(&encounter).await?;
    let id = note::start(&console.page).await?;
    let question = paragraph(&console, &id).await?;
    let mut before = String::new();
    for round in 1..=kills() {
        let field = format!("[data-question='{question}'] textarea:not([aria-hidden])");
        console.page.type_into(&field, &format!("Round {round}: ")).await?;
        note::saved(&console.page).await?;
        let moment = chance.within(WHILE_TYPING);
        let (typed, shown_as_saved) = type_until_killed(&console, &field, &before, moment).await?;
        console = console.again(stage).await?;
        console.shows_queue().await?;
        console.open_visit(&encounter).await?;
        let view = console.rpc("note.get", json!({ "note": id })).await?;
        let kept = view["answers"][&question][0].as_str().context("an answer")?;
        println!(
            "killed after {moment:?}: typed {}, shown as saved {}, kept {}",
            typed.len(),
            shown_as_saved.len(),
            kept.len()
        );
        ensure!(kept.starts_with(&shown_as_saved), "round {round}: shown as saved: `{shown_as_saved}`, kept: `{kept}`");
        ensure!(typed.starts_with(kept), "round {round}: typed: `{typed}`, kept: `{kept}`");
        console.page.shows("[data-testid=recovered]").await?;
        console.page.shows(&format!("[data-question='{question}'][data-recovered]")).await?;
        let field_shows = "return document.querySelector(arguments[0])?.value === arguments[1]";
        console.page.until("the recovered text in its field", field_shows, vec![json!(field), json!(kept)]).await?;
        console.page.click_button("Keep").await?;
        console.page.hides("[data-testid=recovered]").await?;
        before = kept.to_owned();
    }
    Ok(())
}

/// Types on until the kill. Gives everything that may have been typed, and what was last seen under a saved state.
async fn type_until_killed(console: &Console, field: &str, before: &str, moment: Duration) -> Result<(String, String)> {
    let look = "const field = document.querySelector(arguments[0]);
        return [field.value, document.querySelector('[data-testid=save-state]').dataset.state ?? '']";
    let first = console.page.js(look, vec![json!(field)]).await?;
    let mut value = first[0].as_str().context("a value")?.to_owned();
    ensure!(value.starts_with(before), "the field begins with what was recovered");
    let mut saved = value.clone();
    let typing = async {
        for word in 0.. {
            let next = format!("word {word}, ");
            value.push_str(&next);
            if console.page.type_here(&next).await.is_err() {
                break;
            }
            let Ok(seen) = console.page.js(look, vec![json!(field)]).await else { break };
            if seen[1] == "saved" {
                saved = seen[0].as_str().unwrap_or_default().to_owned();
            }
        }
    };
    let killing = async {
        tokio::time::sleep(moment).await;
        console.kill().await
    };
    let ((), killed) = tokio::join!(typing, killing);
    killed?;
    Ok((value, saved))
}

async fn signing(stage: &mut Stage) -> Result<()> {
    let mut chance = Chance::from_environment();
    let mut console = Console::with_sample(stage).await?;
    let encounter = taken_in(&console).await?;
    let mut open_note: Option<Value> = None;
    let mut signed = 0;
    for round in 1..=kills() {
        let note = match open_note.take() {
            Some(note) => note,
            None => written(&console, &encounter, round).await?,
        };
        console.open_visit(&encounter).await?;
        let (shown, _) = note::review(&console.page).await?;
        let moment = chance.within(WHILE_SIGNING);
        let killing = async {
            tokio::time::sleep(moment).await;
            console.kill().await
        };
        // The press goes nowhere where the kill comes first.
        let (pressed, killed) = tokio::join!(sign_once(&console), killing);
        killed?;
        console = console.again(stage).await?;
        console.shows_queue().await?;
        let view = console.rpc("note.get", json!({ "note": note["id"] })).await?;
        println!(
            "killed after {moment:?}: the screen said signed {pressed}, the store {}",
            !view["signature"].is_null()
        );
        if view["signature"].is_null() {
            ensure!(!pressed, "round {round}: the screen said that the note was signed, and it is not");
            ensure!(view["answers"] == note["answers"], "round {round}: the unsigned note is not what it was");
            open_note = Some(note);
        } else {
            ensure!(
                view["signature"]["text"] == shown.as_str(),
                "round {round}: another text was signed than was shown"
            );
            ensure!(
                view["signature"]["sha256"].as_str().is_some_and(|hash| hash.len() == 64),
                "the signature has no hash"
            );
            signed += 1;
        }
    }
    println!("{signed} of {} were signed before the kill", kills());
    Ok(())
}

/// Presses the button once; whether the window still showed the signed note.
async fn sign_once(console: &Console) -> bool {
    let press = "[...document.querySelectorAll('[role=dialog] button[type=submit]')].at(-1).click()";
    if console.page.js(press, vec![]).await.is_err() {
        return false;
    }
    let look = "return document.querySelector('[data-testid=signed-text]') !== null";
    let mut seen = false;
    while let Ok(shows) = console.page.js(look, vec![]).await {
        seen |= shows == true;
    }
    seen
}

/// A note of the visit with all its required answers.
async fn written(console: &Console, encounter: &str, round: u64) -> Result<Value> {
    let template = console.encounter(encounter).await?["default_template"].clone();
    let view = console.rpc("note.start", json!({ "encounter": encounter, "template": template })).await?;
    let sections = view["template"]["sections"].as_array().context("sections")?;
    let questions = sections.iter().flat_map(|section| section["questions"].as_array().into_iter().flatten());
    for question in questions.filter(|question| question["required"] == true) {
        let value = match question["type"].as_str() {
            Some("yes_no") => json!("yes"),
            Some("choice" | "choices") => question["options"][0].clone(),
            Some("number") => json!(note::possible_number(question)),
            Some("date_time") => json!("2026-03-12 09:30 +00:00"),
            Some("date") => json!("2026-03-12"),
            _ => json!(format!("Written for round {round}.")),
        };
        let answer = json!({ "note": view["id"], "question": question["id"], "value": [value] });
        console.rpc("note.answer", answer).await?;
    }
    console.rpc("note.put_aside", json!({ "note": view["id"] })).await?;
    console.rpc("note.get", json!({ "note": view["id"] })).await
}

async fn in_call(stage: &mut Stage) -> Result<()> {
    let mut chance = Chance::from_environment();
    let mut console = Console::with_sample(stage).await?;
    let patient = Patient::new(stage, "patient").await?;
    let visit = visit::begin(&console, &patient).await?;
    media::flows(&console, &patient).await?;
    for _ in 1..=kills() {
        let moment = chance.within(WHILE_TALKING);
        println!("killing after {moment:?}");
        tokio::time::sleep(moment).await;
        console.kill().await?;
        console = console.again(stage).await?;
        console.shows_queue().await?;
        patient.page.shows("[data-testid=call]").await?;
        console.open_visit(&visit.encounter).await?;
        console.page.click_button("Call again").await?;
        console.page.shows("[data-testid=call-controls]").await?;
        visit::switch_on(&console).await?;
        media::flows(&console, &patient).await?;
    }
    Ok(())
}

/// Takes a patient in who waits, without a call; gives the visit.
async fn taken_in(console: &Console) -> Result<String> {
    let taken = until("a patient who can be admitted", async || {
        let mut rows = console.rows("ready").await?;
        rows.extend(console.rows("waiting").await?);
        Ok(rows.into_iter().find(|row| row["next"] == "admit"))
    });
    let row = taken.await?;
    console.rpc("encounter.admit", json!({ "encounter": row["encounter"], "version": row["version"] })).await?;
    Ok(row["encounter"].as_str().context("an id")?.to_owned())
}

/// The first question of a note that takes long text.
async fn paragraph(console: &Console, note: &str) -> Result<String> {
    let view = console.rpc("note.get", json!({ "note": note })).await?;
    let sections = view["template"]["sections"].as_array().context("sections")?;
    let mut questions = sections.iter().flat_map(|section| section["questions"].as_array().into_iter().flatten());
    let question = questions.find(|question| question["type"] == "paragraph").context("a question for long text")?;
    Ok(question["id"].as_str().context("an id")?.to_owned())
}
