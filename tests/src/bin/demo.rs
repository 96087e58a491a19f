//! Plays a visit of the sample practice, hands off, and keeps a picture of both windows after each step.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use journeys::{Console, Page, Patient, Stage, media, note, visit};

#[tokio::main]
async fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: demo FOLDER");
        return ExitCode::FAILURE;
    };
    match play(&folder).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:?}");
            ExitCode::FAILURE
        }
    }
}

/// Numbers the pictures, so that a folder lists them in the order of the visit.
struct Album<'a> {
    folder: &'a Path,
    pictures: u32,
}

impl Album<'_> {
    async fn keep(&mut self, page: &Page, step: &str) -> Result<()> {
        self.pictures += 1;
        let name = format!("{:02}-{}-{step}.png", self.pictures, page.name);
        page.picture(&self.folder.join(&name)).await?;
        println!("{name}");
        Ok(())
    }
}

async fn play(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut album = Album { folder, pictures: 0 };
    let stage = &mut Stage::new("demo").await?;
    let console = Console::with_sample(stage).await?;
    let patient = Patient::new(stage, "patient").await?;
    let played = visit(&mut album, &console, &patient).await;
    if played.is_err() {
        stage.tell().await;
    }
    played
}

async fn visit(album: &mut Album<'_>, console: &Console, patient: &Patient) -> Result<()> {
    let (clinicians, patients) = (&console.page, &patient.page);
    album.keep(clinicians, "queue").await?;
    let visit = visit::expected(console).await?;
    patient.open(&visit.link).await?;
    patients.shows("[data-testid=identify-name]").await?;
    album.keep(patients, "who-are-you").await?;
    patient.identify(&visit.name, &visit.birth_date).await?;
    patient.check().await?;
    album.keep(patients, "device-check").await?;
    patients.click("[data-testid=check-continue]").await?;
    patients.shows("[data-testid=consent-agree]").await?;
    album.keep(patients, "consent").await?;
    patients.click("[data-testid=consent-agree]").await?;
    patients.shows("[data-testid=waiting]").await?;
    album.keep(patients, "waiting-room").await?;
    visit::shows_arrival(console, &visit).await?;
    album.keep(clinicians, "patient-arrived").await?;

    visit::admit(console, &visit).await?;
    media::flows(console, patient).await?;
    album.keep(clinicians, "in-call").await?;
    album.keep(patients, "in-call").await?;
    visit::check_identity(console).await?;
    visit::say(console, "Good morning, can you hear me?").await?;
    patients.click("[data-testid=open-chat]").await?;
    patients.says("[data-testid=chat-log]", "can you hear me?").await?;
    album.keep(clinicians, "chat").await?;
    album.keep(patients, "chat").await?;
    visit::snapshot(console).await?;
    album.keep(clinicians, "snapshot-kept").await?;

    let id = note::start(clinicians).await?;
    album.keep(clinicians, "note-begun").await?;
    note::fill_required(console, &id).await?;
    album.keep(clinicians, "note-written").await?;
    note::review(clinicians).await?;
    album.keep(clinicians, "review-and-sign").await?;
    note::sign(clinicians).await?;
    album.keep(clinicians, "note-signed").await?;
    clinicians.click("[data-testid=hang-up]").await?;
    clinicians.shows("[data-testid=no-call]").await?;
    album.keep(clinicians, "hung-up").await?;
    visit::finish(console, &visit).await?;
    album.keep(clinicians, "visit-finished").await?;
    patients.shows("[data-testid=over][data-why=finished]").await?;
    album.keep(patients, "visit-over").await
}
