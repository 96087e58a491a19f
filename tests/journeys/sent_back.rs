//! A patient who was taken in too early goes back to the waiting room, writes from there, and is taken in again.

use anyhow::Result;
use journeys::{Console, Patient, Stage, journey, media, visit};

#[test]
fn a_patient_is_sent_back_and_taken_in_again() {
    journey("sent_back", play);
}

async fn play(stage: &mut Stage) -> Result<()> {
    let console = Console::with_sample(stage).await?;
    let patient = Patient::new(stage, "patient").await?;
    let visit = visit::begin(&console, &patient).await?;
    media::flows(&console, &patient).await?;

    console.page.click("[data-testid=visit-more]").await?;
    console.page.click("[data-testid=release]").await?;
    console.page.says("[role=dialog]", "The call ends").await?;
    console.page.click("[role=dialog] button[type=submit]").await?;
    console.page.hides("[data-testid=active-call]").await?;
    console.page.hides("[role=dialog]").await?;
    patient.page.says("[data-testid=sent-back]", "you will be called again").await?;

    patient.page.type_into("[data-testid=waiting] [data-testid=chat-input]", "Are you still there?\u{e007}").await?;
    console.page.chord(&["Alt", "1"]).await?;
    let mark = format!("{} [data-testid=row-message]", journeys::row(&visit.encounter));
    console.page.says(&mark, "Wrote at").await?;
    visit::admit(&console, &visit).await?;
    console.page.says("[data-testid=waiting-messages]", "Are you still there?").await?;
    media::flows(&console, &patient).await
}
