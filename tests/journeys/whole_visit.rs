//! The main job, on real input: a patient comes, is admitted, seen and heard, written about, and all of it is still
//! there after a loss of power.

use anyhow::{Context, Result, ensure};
use journeys::{Console, Patient, Stage, journey, media, note, until, visit};
use serde_json::{Value, json};

#[test]
fn a_whole_visit_is_held_and_survives_a_loss_of_power() {
    journey("whole_visit", play);
}

async fn play(stage: &mut Stage) -> Result<()> {
    let console = Console::with_sample(stage).await?;
    let patient = Patient::new(stage, "patient").await?;

    let visit = visit::expected(&console).await?;
    patient.arrive(&visit.link, &visit.name, &visit.birth_date).await?;
    visit::shows_arrival(&console, &visit).await?;
    visit::admit(&console, &visit).await?;
    media::flows(&console, &patient).await?;

    visit::chat_goes_both_ways(&console, &patient).await?;
    mute_is_seen(&console, &patient).await?;
    hold_is_seen(&console, &patient).await?;
    visit::check_identity(&console).await?;
    let snapshot = snapshot_is_kept(&console, &patient, &visit.encounter).await?;
    let (signed_text, signer) = note_is_signed(&console).await?;
    hanging_up_is_not_finishing(&console, &patient).await?;

    visit::finish(&console, &visit).await?;
    patient.page.shows("[data-testid=over][data-why=finished]").await?;

    console.kill().await?;
    let console = console.again(stage).await?;
    console.shows_queue().await?;
    console.shows_row("done", &visit.encounter).await?;
    console.open_visit(&visit.encounter).await?;
    ensure!(console.page.text("[data-testid=signed-text]").await? == signed_text, "the signed text is another one");
    console.page.says("[data-testid=signed-by]", &signer).await?;
    visit::turn_to(&console, "Snapshots").await?;
    console.page.shows("[data-testid=snapshot-item][data-state=kept] canvas").await?;
    ensure!(console.decoded_size(&snapshot["id"]).await? == snapshot["size"], "the snapshot is another one");
    Ok(())
}

async fn mute_is_seen(console: &Console, patient: &Patient) -> Result<()> {
    visit::press_control(console, "Microphone").await?;
    patient.page.shows(".tile-muted").await?;
    visit::press_control(console, "Microphone").await?;
    patient.page.hides(".tile-muted").await?;
    patient.page.click("[data-testid=toggle-microphone]").await?;
    console.page.shows("[data-testid=peer] [aria-label='Microphone off']").await?;
    patient.page.click("[data-testid=toggle-microphone]").await?;
    console.page.hides("[data-testid=peer] [aria-label='Microphone off']").await
}

async fn hold_is_seen(console: &Console, patient: &Patient) -> Result<()> {
    visit::press_control(console, "Hold").await?;
    patient.page.shows("[data-testid=call-banner][data-hold]").await?;
    console.page.shows("[data-testid=stage][data-phase=on_hold]").await?;
    visit::press_control(console, "Hold").await?;
    patient.page.hides("[data-testid=call-banner][data-hold]").await?;
    media::flows(console, patient).await
}

/// The file that is kept decodes to the size of the picture that is received, and has the shape of the camera's.
async fn snapshot_is_kept(console: &Console, patient: &Patient, encounter: &str) -> Result<Value> {
    // A sender changes its size as the line allows, so the picture taken has that of just before or just after.
    let before = size_on_screen(console).await?;
    visit::snapshot(console).await?;
    let after = size_on_screen(console).await?;
    let view = console.encounter(encounter).await?;
    let snapshot = view["snapshots"].get(0).context("a snapshot")?.clone();
    let decoded = console.decoded_size(&snapshot["id"]).await?;
    ensure!(decoded == snapshot["size"], "{decoded} are the pixels in the file, {} in the record", snapshot["size"]);
    ensure!(
        decoded == before || decoded == after,
        "{decoded} are the pixels in the file, {before} or {after} on the screen"
    );
    let script = "const { width, height } = document.querySelector('[data-testid=self-video]').srcObject.getVideoTracks()[0].getSettings();
        return [width, height]";
    let camera = patient.page.js(script, vec![]).await?;
    ensure!((shape(&decoded)? - shape(&camera)?).abs() < 0.05, "{decoded} is not the shape of the camera's {camera}");
    Ok(snapshot)
}

/// The size of the picture on the screen, once it is that of what is received.
async fn size_on_screen(console: &Console) -> Result<Value> {
    let shown = until("the picture on the screen is as large as what is received", async || {
        let script = "const canvas = document.querySelector('[data-testid=remote-video]'); return [Number(canvas.dataset.width), Number(canvas.dataset.height)]";
        let shown = console.page.js(script, vec![]).await?;
        let received = console.peer().await?["stats"]["in_size"].clone();
        ensure!(shown == received, "{shown} are shown, {received} received");
        Ok(Some(shown))
    });
    shown.await
}

/// Width by height.
fn shape(size: &Value) -> Result<f64> {
    let side = |at: usize| size[at].as_f64().context("a length in pixels");
    Ok(side(0)? / side(1)?)
}

async fn note_is_signed(console: &Console) -> Result<(String, String)> {
    let note = note::start(&console.page).await?;
    let typed = note::fill_required(console, &note).await?;
    let (shown, signer) = note::review(&console.page).await?;
    for text in &typed {
        ensure!(shown.contains(text.as_str()), "the text to be signed lacks `{text}`");
    }
    let signed = note::sign(&console.page).await?;
    ensure!(signed == shown, "another text was signed than was shown");
    let view = console.rpc("note.get", json!({ "note": note })).await?;
    ensure!(view["signature"]["text"] == shown.as_str(), "another text is kept than was shown");
    Ok((signed, signer))
}

async fn hanging_up_is_not_finishing(console: &Console, patient: &Patient) -> Result<()> {
    console.page.click("[data-testid=hang-up]").await?;
    console.page.says("[data-testid=no-call]", "Hanging up does not finish the visit").await?;
    console.page.shows("[data-testid=visit][data-state=in_progress]").await?;
    patient.page.shows("[data-testid=call] .alone").await?;
    console.page.click_button("Call again").await?;
    media::flows(console, patient).await
}
