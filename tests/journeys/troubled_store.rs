//! A practice's folder that cannot be used: each trouble has its screen, and nothing on the disk is touched.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use journeys::{Console, Stage, journey};

#[test]
fn a_folder_that_cannot_be_used_is_explained_and_left_as_it_is() {
    journey("troubled_store", play);
}

async fn play(stage: &mut Stage) -> Result<()> {
    let healthy = Console::with_sample(stage).await?;
    second_console(stage, &healthy).await?;
    healthy.kill().await?;
    let practice = healthy.data.clone();

    let key = fs::read(practice.join("store.key"))?;
    let folder = copy(stage, &practice, "missing-key")?;
    fs::remove_file(folder.join("store.key"))?;
    let console = troubled(stage, "missing-key", &folder, "The key to the data is missing").await?;
    // Putting it right and pressing the button is all that is needed.
    fs::write(folder.join("store.key"), &key)?;
    console.page.click_button("Try again").await?;
    console.shows_queue().await?;

    let folder = copy(stage, &practice, "wrong-key")?;
    let wrong: Vec<u8> = key.iter().map(|&digit| if digit == b'0' { b'1' } else { b'0' }).collect();
    fs::write(folder.join("store.key"), wrong)?;
    troubled(stage, "wrong-key", &folder, "The data on this computer cannot be opened").await?;

    let folder = copy(stage, &practice, "foreign")?;
    fs::write(folder.join("rounds.db"), [b"SQLite format 3\0".as_slice(), &[0; 4096]].concat())?;
    troubled(stage, "foreign", &folder, "The data on this computer cannot be opened").await.map(drop)
}

/// A second console on a folder in use says so, and the first goes on.
async fn second_console(stage: &mut Stage, first: &Console) -> Result<()> {
    let second = Console::open(stage, "second", &first.data, true).await?;
    second.page.says("h1", "Rounds is already running").await?;
    second.kill().await?;
    ensure!(!first.rows("done").await?.is_empty(), "the first console still reads its store");
    Ok(())
}

/// Opens a console on a folder in trouble; it says so in these words, and every file stays as it was.
async fn troubled(stage: &mut Stage, name: &str, folder: &Path, title: &str) -> Result<Console> {
    let before = contents(folder)?;
    let console = Console::open(stage, name, folder, true).await?;
    console.page.says("h1", title).await?;
    // "Nothing was changed", or "unchanged".
    console.page.says("[role=alert]", "changed").await?;
    console.page.says("body", &folder.display().to_string()).await?;
    console.page.click_button("Try again").await?;
    console.page.says("h1", title).await?;
    let after = contents(folder)?;
    for (file, bytes) in &before {
        ensure!(after.get(file) == Some(bytes), "{name}: the file {file} was changed");
    }
    ensure!(before.len() == after.len(), "{name}: there are other files: {:?}", after.keys());
    Ok(console)
}

fn copy(stage: &Stage, from: &Path, name: &str) -> Result<std::path::PathBuf> {
    let to = stage.path(name);
    fs::create_dir_all(to.join("files"))?;
    for (file, bytes) in contents(from)? {
        fs::write(to.join(file), bytes)?;
    }
    Ok(to)
}

/// Every file of a practice's folder, but for the index of the database's log: it holds no data, and whoever looks at
/// the log makes it anew.
fn contents(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut all = BTreeMap::new();
    for (prefix, dir) in [("", folder.to_owned()), ("files/", folder.join("files"))] {
        for entry in fs::read_dir(&dir).with_context(|| dir.display().to_string())? {
            let path = entry?.path();
            if path.is_file() && path.extension().is_none_or(|ending| ending != "db-shm") {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                all.insert(format!("{prefix}{name}"), fs::read(&path)?);
            }
        }
    }
    Ok(all)
}
