//! `cargo xtask run`: from a fresh clone to the open console.

use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::cargo::{self, Claim};
use crate::display::Display;
use crate::node;
use crate::packages::{self, Purpose};
use crate::process::{self, Ended};
use crate::workspace::{root, target_dir};

/// A console is open for as long as its user likes; a month stands for that.
const OPEN_LIMIT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Sets the machine up, builds, and runs the console until it is closed. The result is the console's own.
///
/// # Errors
/// Something that is needed is missing and cannot be installed, or the build failed.
pub fn chore(arguments: &[String]) -> Result<ExitCode> {
    let has_display = packages::has_display();
    let mut purposes = vec![Purpose::Build, Purpose::Media];
    if !has_display {
        println!(
            "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): the console will run in Xvfb."
        );
        purposes.push(Purpose::Headless);
    }
    packages::ensure(&purposes)?;
    node::build()?;

    println!("Building the console (the first time takes several minutes).");
    let claim = Claim::new()?;
    let built = claim.build(&["build", "--package", "rounds"])?;
    if !built.complete {
        bail!("the console does not build; the compiler's messages are above");
    }
    let program = built.program("rounds").context("the package `rounds` has no program of that name")?;
    let program = cargo::keep(&program.path, "run")?;
    drop(claim);

    let mut console = packages::on_session_bus(&program);
    console.args(console_arguments(arguments)).current_dir(root());
    if has_display {
        println!("Opening the console.");
        return open(&mut console);
    }
    let display = Display::start()?;
    display.show_on(&mut console);
    let picture = target_dir().join("console.png");
    println!("The console runs on display {}. What it shows is refreshed every two seconds at", display.name);
    println!("  {}", picture.display());
    println!("Ctrl-C ends it.");
    let _screenshots = display.picture_to(picture);
    open(&mut console)
}

fn open(console: &mut Command) -> Result<ExitCode> {
    match process::listen(console, OPEN_LIMIT, |line| println!("{line}"))? {
        Ended::Itself(status) if status.success() => Ok(ExitCode::SUCCESS),
        Ended::Itself(status) => bail!("the console ended with an error ({status})"),
        Ended::Overdue => bail!("the console had been open for thirty days and was closed"),
    }
}

/// What comes after `--`, or everything where there is no `--`.
fn console_arguments(arguments: &[String]) -> &[String] {
    match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        Some(_) | None => arguments,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_dashes_are_ours() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(console_arguments(&words("-- --sample -- x")), words("--sample -- x"));
        assert_eq!(console_arguments(&words("--sample")), words("--sample"));
        assert!(console_arguments(&[]).is_empty());
    }
}
