//! The patient uses Firefox: picture, sound and words go both ways, and the same link leads back after a reload.

use anyhow::Result;
use journeys::{Console, Patient, Stage, journey, media, row, visit};

#[test]
fn a_visit_with_a_patient_who_uses_firefox() {
    journey("firefox", play);
}

async fn play(stage: &mut Stage) -> Result<()> {
    let console = Console::with_sample(stage).await?;
    let patient = Patient::with_firefox(stage, "patient").await?;
    let visit = visit::expected(&console).await?;
    patient.arrive(&visit.link, &visit.name, &visit.birth_date).await?;
    console.page.shows(&format!("tbody[data-group=waiting] {} [data-presence=online]", row(&visit.encounter))).await?;
    visit::admit(&console, &visit).await?;
    media::flows(&console, &patient).await?;

    visit::chat_goes_both_ways(&console, &patient).await?;
    patient.open(&visit.link).await?;
    patient.page.shows("[data-testid=remote-video]").await?;
    media::flows(&console, &patient).await
}
