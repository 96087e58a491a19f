//! The steps of a visit that several journeys take.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::console::{Console, row};
use crate::patient::Patient;
use crate::until::until;

/// A visit of the sample practice to which the patient is still to come.
#[derive(Clone)]
pub struct Expected {
    /// Its id.
    pub encounter: String,
    /// The patient's full name, as on their card.
    pub name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// The patient's join link.
    pub link: String,
}

/// Takes an expected visit of the sample practice and gets its join link as the clinician does: by the button that
/// copies it.
///
/// # Errors
/// There is no such visit, or the link was not copied.
pub async fn expected(console: &Console) -> Result<Expected> {
    let rows = console.rows("expected").await?;
    let visit = rows.first().context("the sample practice expects somebody")?;
    let word = |value: &Value| value.as_str().map(str::to_owned).context("a word");
    let encounter = word(&visit["encounter"])?;
    console.page.click(&format!("{} td[data-column=patient]", row(&encounter))).await?;
    console.page.click_button("Copy join link").await?;
    console.page.says("body", "Join link copied").await?;
    let link = copied(console).await?;
    Ok(Expected {
        name: word(&visit["patient"]["name"])?,
        birth_date: word(&visit["patient"]["birth_date"])?,
        encounter,
        link,
    })
}

/// What is on the clipboard: pasted into the search of the palette, which is then closed again.
async fn copied(console: &Console) -> Result<String> {
    let page = &console.page;
    page.chord(&["Control", "k"]).await?;
    page.shows("[role=dialog] input:focus").await?;
    page.chord(&["Control", "v"]).await?;
    let script = "return document.querySelector('[role=dialog] input')?.value ?? null";
    let link = page.until("the copied link", script, vec![]).await?;
    page.chord(&["Escape"]).await?;
    page.hides("[role=dialog] input").await?;
    link.as_str().map(str::to_owned).context("a link")
}

/// Waits until the queue shows the patient there, with a device check in which all works.
///
/// # Errors
/// It does not until the deadline.
pub async fn shows_arrival(console: &Console, visit: &Expected) -> Result<()> {
    let shown = "const row = document.querySelector(arguments[0]);
        const group = row?.closest('tbody').dataset.group;
        return (group === 'waiting' || group === 'ready') && row.querySelector('[data-presence=online]') !== null
            && row.querySelector('td[data-column=check]').innerText.includes('All good')";
    let page = &console.page;
    let arrived = until("the row of the patient who arrived", async || {
        // A list that stays still under the pointer says that there is news.
        let chip = "document.querySelector('[data-testid=pending-chip]')?.click()";
        page.js(chip, vec![]).await?;
        Ok((page.js(shown, vec![json!(row(&visit.encounter))]).await? == true).then_some(()))
    });
    arrived.await
}

/// Presses Admit in the patient's row; the workspace opens and the call begins.
///
/// # Errors
/// It did not.
pub async fn admit(console: &Console, visit: &Expected) -> Result<()> {
    console.page.click(&format!("{} td[data-column=action] button", row(&visit.encounter))).await?;
    let opened = format!("[data-testid=visit][data-encounter='{}'][data-state=in_progress]", visit.encounter);
    console.page.shows(&opened).await?;
    console.page.shows("[data-testid=stage]").await
}

/// From the queue to a call in which the patient was admitted.
///
/// # Errors
/// A step was not possible.
pub async fn begin(console: &Console, patient: &Patient) -> Result<Expected> {
    let visit = expected(console).await?;
    patient.arrive(&visit.link, &visit.name, &visit.birth_date).await?;
    shows_arrival(console, &visit).await?;
    admit(console, &visit).await?;
    Ok(visit)
}

/// Says something in the console's chat.
///
/// # Errors
/// The chat does not take it.
pub async fn say(console: &Console, text: &str) -> Result<()> {
    turn_to(console, "Chat").await?;
    console.page.type_into("input[aria-label=Message]", &format!("{text}\u{e007}")).await?;
    console.page.says("[data-testid=chat-line]", text).await.map(drop)
}

/// Words go from the console to the patient's page and back.
///
/// # Errors
/// Something said does not arrive.
pub async fn chat_goes_both_ways(console: &Console, patient: &Patient) -> Result<()> {
    say(console, "Good morning, can you hear me?").await?;
    patient.page.click("[data-testid=open-chat]").await?;
    patient.page.says("[data-testid=chat-log]", "Good morning, can you hear me?").await?;
    patient.page.type_into("[data-testid=chat-input]", "Yes, very well").await?;
    patient.page.click("[data-testid=chat-send]").await?;
    console.page.says("[data-testid=chat-line]", "Yes, very well").await?;
    patient.page.click("[data-testid=close-chat]").await
}

/// Turns to a tab under the picture.
///
/// # Errors
/// There is none of this name.
pub async fn turn_to(console: &Console, tab: &str) -> Result<()> {
    let script = "const tab = [...document.querySelectorAll('[role=tab]')].find((one) => one.innerText.trim().startsWith(arguments[0]));
        tab?.setAttribute('data-journey', arguments[0]);
        return tab !== undefined";
    console.page.until(&format!("the tab {tab}"), script, vec![json!(tab)]).await?;
    console.page.click(&format!("[role=tab][data-journey={tab}]")).await
}

/// Presses a control under the picture.
///
/// # Errors
/// There is none of this name.
pub async fn press_control(console: &Console, name: &str) -> Result<()> {
    let script = "const control = [...document.querySelectorAll('[data-testid=call-controls] button')]
            .find((one) => [...one.querySelectorAll('span')].some((span) => span.textContent === arguments[0]));
        control?.setAttribute('data-journey', arguments[0]);
        return control !== undefined";
    console.page.until(&format!("the control {name}"), script, vec![json!(name)]).await?;
    console.page.click(&format!("[data-testid=call-controls] [data-journey={name}]")).await
}

/// Switches microphone and camera on where they are off, as they are when a call is taken up again, and waits until
/// both say that they are on.
///
/// # Errors
/// A switch does not move.
pub async fn switch_on(console: &Console) -> Result<()> {
    for name in ["Microphone", "Camera"] {
        let script = "const control = [...document.querySelectorAll('[data-testid=call-controls] button')]
                .find((one) => [...one.querySelectorAll('span')].some((span) => span.textContent === arguments[0]));
            return control?.getAttribute('aria-pressed') ?? null";
        let pressed = console.page.until(&format!("the control {name}"), script, vec![json!(name)]).await?;
        if pressed == "false" {
            press_control(console, name).await?;
        }
        let on = format!("return (() => {{ {script} }})() === 'true'").replace("arguments[0]", &format!("'{name}'"));
        console.page.until(&format!("{name} is on"), &on, vec![]).await?;
    }
    Ok(())
}

/// Confirms the patient's identity by two identifiers.
///
/// # Errors
/// The strip does not take it.
pub async fn check_identity(console: &Console) -> Result<()> {
    for nth in [1, 2] {
        let script = "const label = document.querySelectorAll('[data-testid=identity-strip] label')[arguments[0] - 1];
            label?.setAttribute('data-journey', `identifier-${arguments[0]}`);
            return label !== undefined";
        console.page.until("an identifier to tick", script, vec![json!(nth)]).await?;
        console.page.click(&format!("[data-journey=identifier-{nth}]")).await?;
    }
    console.page.click_button("Identity confirmed").await?;
    console.page.hides("[data-testid=identity-strip]").await
}

/// Takes a snapshot that the patient agrees to, and looks at it in the strip.
///
/// # Errors
/// It was not kept.
pub async fn snapshot(console: &Console) -> Result<()> {
    let page = &console.page;
    page.click("[data-testid=snapshot]").await?;
    page.shows("[role=dialog] canvas").await?;
    page.click("[role=dialog] label").await?;
    page.click_button("Keep snapshot").await?;
    turn_to(console, "Snapshots").await?;
    page.shows("[data-testid=snapshot-item][data-state=kept] canvas").await
}

/// Finishes the visit as complete and comes back to the queue.
///
/// # Errors
/// The visit does not end.
pub async fn finish(console: &Console, visit: &Expected) -> Result<()> {
    console.page.click("[data-testid=finish-visit]").await?;
    console.page.click("[data-outcome=completed]").await?;
    console.page.click("[role=dialog] button[type=submit]").await?;
    console.shows_row("done", &visit.encounter).await
}
