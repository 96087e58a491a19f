//! The program `rounds-server`: makes a practice, and serves one.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use app::Rounds;
use app::clock::SystemClock;
use clap::{Parser, Subcommand};
use server::ice::IceSettings;
use tokio::net::TcpListener;

/// Where it listens unless it is told otherwise.
const LISTEN: &str = "127.0.0.1:8470";

/// What is logged unless `ROUNDS_LOG` says otherwise.
const LOG: &str = "info";

/// The practice server of Rounds.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    order: Order,
}

#[derive(Subcommand)]
enum Order {
    /// Makes a practice in a folder.
    Init {
        /// The folder, which must not hold a practice yet.
        #[arg(long)]
        data: PathBuf,
        /// Make the sample practice, with synthetic patients.
        #[arg(long)]
        sample: bool,
        /// Print one JSON object instead of words.
        #[arg(long)]
        json: bool,
        /// The address under which patients reach this server, for the links that are printed.
        #[arg(long, default_value_t = format!("http://{LISTEN}"))]
        url: String,
    },
    /// Serves the practice of a folder.
    Serve {
        /// The folder.
        #[arg(long)]
        data: PathBuf,
        /// The address to listen on. Anything but the loopback is reachable by others.
        #[arg(long, default_value = LISTEN)]
        listen: SocketAddr,
        /// The address under which patients reach this server, where a proxy stands before it.
        #[arg(long, env = "ROUNDS_URL")]
        url: Option<String>,
    },
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("ROUNDS_LOG").unwrap_or_else(|_| LOG.into()))
        .with_writer(std::io::stderr)
        .init();
    app::panics::keep_private();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("This computer gives no threads: {error}")),
    };
    let done = runtime.block_on(async {
        match Arguments::parse().order {
            Order::Init { data, sample, json, url } => init(data, sample, json, &url).await,
            Order::Serve { data, listen, url } => serve(data, listen, url).await,
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => fail(&words),
    }
}

fn fail(words: &str) -> ExitCode {
    eprintln!("rounds-server: {words}");
    ExitCode::FAILURE
}

async fn open(data: &std::path::Path) -> Result<Rounds, String> {
    app::open(data, Arc::new(SystemClock)).await.map_err(|fault| fault.tell().1)
}

async fn init(data: PathBuf, sample: bool, json: bool, url: &str) -> Result<(), String> {
    if !sample {
        return Err(
            "Only the sample practice can be made here so far: add --sample, or start a practice in the console."
                .into(),
        );
    }
    let rounds = open(&data).await?;
    rounds.set_join_base(url);
    let told = |failure: app::Failure| failure.told().message;
    if rounds.practice().await.map_err(told)?.is_some() {
        return Err(format!("There is a practice in {} already. Nothing was changed.", data.display()));
    }
    let users = rounds.create_sample().await.map_err(told)?;
    let visits = rounds.open_links().await.map_err(told)?;
    rounds.store().close();
    if json {
        let users: Vec<_> = users
            .iter()
            .map(|user| serde_json::json!({ "name": user.name, "role": user.role, "password": user.password }))
            .collect();
        let join: Vec<_> = visits.iter().map(|visit| &visit.url).collect();
        println!("{}", serde_json::json!({ "users": users, "join": join, "visits": visits }));
        return Ok(());
    }
    println!("The sample practice is in {}.", data.display());
    for user in &users {
        println!("{:?}\t{}\tpassword {}", user.role, user.name, user.password.expose());
    }
    for visit in &visits {
        println!("{}\tborn {}\t{}", visit.name.expose(), visit.birth_date.expose(), visit.url.expose());
    }
    Ok(())
}

async fn serve(data: PathBuf, listen: SocketAddr, url: Option<String>) -> Result<(), String> {
    let none =
        || format!("There is no practice in {}. Make one with: rounds-server init --data DIR --sample", data.display());
    // A mistyped folder is not made into a store.
    if !data.is_dir() {
        return Err(none());
    }
    let rounds = open(&data).await?;
    if rounds.practice().await.map_err(|failure| failure.told().message)?.is_none() {
        return Err(none());
    }
    let listener =
        TcpListener::bind(listen).await.map_err(|error| format!("{listen} cannot be listened on: {error}"))?;
    let serving = server::serve(rounds.clone(), listener, IceSettings::from_env())
        .map_err(|error| format!("cannot serve: {error}"))?;
    let base = format!("http://{}", serving.address());
    rounds.set_join_base(url.as_deref().unwrap_or(&base));
    println!("listening on {base}");
    asked_to_end().await.map_err(|error| format!("cannot wait for the end: {error}"))?;
    serving.end().await;
    rounds.store().close();
    Ok(())
}

/// Waits until somebody asks the program to end: Ctrl+C, or the signal with which the system's own service manager asks.
#[cfg(unix)]
async fn asked_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

/// Waits until somebody asks the program to end with Ctrl+C.
#[cfg(not(unix))]
async fn asked_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
