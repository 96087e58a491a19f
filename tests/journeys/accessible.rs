//! Every screen of the console and of the patient's page, light and dark, without faults that axe-core finds.

use anyhow::Result;
use journeys::accessibility::inspect;
use journeys::{Console, Patient, Stage, journey, note, visit};

#[test]
fn no_screen_has_a_serious_accessibility_fault() {
    journey("accessible", play);
}

async fn play(stage: &mut Stage) -> Result<()> {
    let console = Console::with_sample(stage).await?;
    let patient = Patient::new(stage, "patient").await?;
    let visit = visit::expected(&console).await?;
    let page = &patient.page;
    patient.open(&visit.link).await?;
    page.shows("[data-testid=identify-name]").await?;
    inspect(page, "who are you").await?;
    patient.identify(&visit.name, &visit.birth_date).await?;
    patient.check().await?;
    inspect(page, "device check").await?;
    page.click("[data-testid=check-continue]").await?;
    page.shows("[data-testid=consent-agree]").await?;
    inspect(page, "consent").await?;
    page.click("[data-testid=consent-agree]").await?;
    page.shows("[data-testid=waiting]").await?;
    inspect(page, "waiting room").await?;
    visit::shows_arrival(&console, &visit).await?;
    visit::admit(&console, &visit).await?;
    console.page.shows("[data-testid=remote-video]").await?;
    page.shows("[data-testid=call]").await?;
    inspect(page, "call").await?;

    for theme in ["light", "dark"] {
        if theme == "dark" {
            console.page.click_button("Use the dark theme").await?;
        }
        screens(&console, &visit.encounter, theme).await?;
    }
    Ok(())
}

async fn screens(console: &Console, encounter: &str, theme: &str) -> Result<()> {
    let page = &console.page;
    let look = async |screen: &str| inspect(page, &format!("{screen}, {theme}")).await;
    if theme == "light" {
        look("visit, choice of a template").await?;
        note::start(page).await?;
        look("visit, in call").await?;
        page.click("[data-testid=hang-up]").await?;
        page.shows("[data-testid=no-call]").await?;
    }
    page.shows("[data-testid=note-editor]").await?;
    look("visit, note").await?;
    note::review(page).await?;
    look("visit, review and sign").await?;
    page.chord(&["Escape"]).await?;
    page.hides("[role=dialog]").await?;
    for (keys, shown, screen) in [
        (["Alt", "1"], "[data-testid=queue-row]", "queue"),
        (["Alt", "2"], "[data-testid=patient-row]", "patients"),
        (["Alt", "3"], "main h1", "device check, before"),
        (["Alt", "4"], "main h1", "settings"),
        (["Control", "k"], "[role=dialog] input", "palette"),
    ] {
        page.chord(&keys).await?;
        page.shows(shown).await?;
        look(screen).await?;
    }
    page.chord(&["Escape"]).await?;
    page.hides("[role=dialog]").await?;
    page.chord(&["Alt", "3"]).await?;
    page.click_button("Start the check").await?;
    page.shows("[data-testid=check-step]").await?;
    look("device check").await?;
    page.chord(&["Alt", "2"]).await?;
    page.click("[data-testid=patient-row] td").await?;
    page.shows("[data-testid=patient-band]").await?;
    look("chart").await?;
    page.chord(&["Alt", "1"]).await?;
    console.open_visit(encounter).await
}
