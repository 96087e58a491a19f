//! The desktop shell: a window around the console. It knows Tauri and nothing of visits.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod closing;
mod commands;
mod doorway;
mod events;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use app::clock::SystemClock;
use app::console::Console;
use call::engine::{Engine, EngineConfig};
use call::media::{BackendOptions, GstBackend};
use clap::Parser;
use tauri::RunEvent;
use tracing_subscriber::EnvFilter;

use crate::closing::Closing;
use crate::doorway::EmbeddedServer;

/// The transport's own lines name network addresses, so whatever is asked for, only its faults are kept.
const TRANSPORT: [&str; 2] = ["rtc=error", "webrtc=error"];

/// The console of Rounds.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The folder that holds the practice; the user's own data folder, where it is not said.
    #[arg(long, env = "ROUNDS_DATA")]
    data: Option<PathBuf>,
    /// On a fresh folder, explore the sample practice without being asked.
    #[arg(long)]
    sample: bool,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_env_filter(log_filter()).with_writer(std::io::stderr).init();
    app::panics::keep_private();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("rounds: {words}");
            ExitCode::FAILURE
        }
    }
}

fn log_filter() -> EnvFilter {
    let asked = EnvFilter::try_from_env("ROUNDS_LOG").unwrap_or_else(|_| "info".into());
    TRANSPORT.iter().filter_map(|line| line.parse().ok()).fold(asked, EnvFilter::add_directive)
}

fn run(arguments: Arguments) -> Result<(), String> {
    let folder = match arguments.data.or_else(|| Some(dirs::data_dir()?.join("rounds"))) {
        Some(folder) => folder,
        None => return Err("This system names no folder for a user's data. Name one with --data.".to_owned()),
    };
    let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("This computer gives no threads: {error}"))?;
    tauri::async_runtime::set(runtime.handle().clone());
    let backend = GstBackend::new(BackendOptions::from_env()).map_err(|fault| fault.to_string())?;
    let engine = Engine::new(EngineConfig::new(Arc::new(backend), runtime.handle().clone()));
    let console = runtime.block_on(async {
        let console = Console::open(folder, Arc::new(SystemClock), engine, Box::new(EmbeddedServer::default())).await;
        if arguments.sample
            && let Err(failure) = console.skip_to_sample().await
        {
            // The first screen tells what is wrong; it can be tried again there.
            failure.report();
        }
        console
    });
    let app = tauri::Builder::default()
        .manage(console.clone())
        .manage(Closing::default())
        .on_window_event(closing::ask_the_page)
        .invoke_handler(tauri::generate_handler![
            commands::rpc,
            commands::frames,
            commands::keep_snapshot,
            commands::snapshot_bytes,
            closing::close_window
        ])
        .setup({
            let console = console.clone();
            move |app| {
                events::pass_on(&console, app.handle().clone());
                Ok(())
            }
        })
        .build(tauri::generate_context!())
        .map_err(|error| format!("The window cannot be opened: {error}"))?;
    app.run(move |_, event| {
        if let RunEvent::Exit = event {
            runtime.block_on(console.close());
        }
    });
    Ok(())
}
