//! Links that do not fit, and patients who come back by the one they have.

use anyhow::Result;
use journeys::{Console, Patient, Stage, journey, media, visit};

#[test]
fn a_forged_link_and_a_second_device_are_refused_in_words() {
    journey("bad_links", refused);
}

#[test]
fn a_patient_comes_back_by_the_same_link() {
    journey("coming_back", coming_back);
}

async fn refused(stage: &mut Stage) -> Result<()> {
    let console = Console::with_sample(stage).await?;
    let visit = visit::expected(&console).await?;
    let other = Patient::new(stage, "other-device").await?;

    other.open(&forged(&visit.link)).await?;
    other.page.shows("[data-testid=refused][data-because=bad_link]").await?;
    other.page.says("[data-testid=refused]", "This link does not work").await?;

    let patient = Patient::new(stage, "patient").await?;
    patient.open(&visit.link).await?;
    patient.page.shows("[data-testid=identify-name]").await?;
    other.open(&visit.link).await?;
    other.page.shows("[data-testid=refused][data-because=other_device]").await?;
    other.page.says("[data-testid=refused]", "in use on another device").await?;
    // The one who came first is not disturbed.
    patient.identify(&visit.name, &visit.birth_date).await?;
    patient.check().await?;
    patient.agree().await
}

/// The same link with one letter of its signature changed.
fn forged(link: &str) -> String {
    let (kept, last) = link.split_at(link.len() - 6);
    let changed = if last.starts_with('A') { 'B' } else { 'A' };
    format!("{kept}{changed}{}", &last[1..])
}

async fn coming_back(stage: &mut Stage) -> Result<()> {
    let console = Console::with_sample(stage).await?;
    let patient = Patient::new(stage, "patient").await?;
    let visit = visit::expected(&console).await?;
    patient.arrive(&visit.link, &visit.name, &visit.birth_date).await?;
    visit::shows_arrival(&console, &visit).await?;

    patient.page.go("about:blank").await?;
    console.page.shows(&format!("{} [data-presence=away]", journeys::console::row(&visit.encounter))).await?;
    patient.open(&visit.link).await?;
    patient.page.shows("[data-testid=waiting]").await?;
    visit::shows_arrival(&console, &visit).await?;

    // The whole browser, closed and opened again, is the same device.
    let patient = patient.again(stage).await?;
    patient.open(&visit.link).await?;
    patient.page.shows("[data-testid=waiting]").await?;
    visit::shows_arrival(&console, &visit).await?;

    visit::admit(&console, &visit).await?;
    media::flows(&console, &patient).await?;
    patient.page.reload().await?;
    media::flows(&console, &patient).await
}
