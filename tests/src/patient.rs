//! The patient: a real browser with a fake camera and microphone.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::driver::Driver;
use crate::page::Page;
use crate::stage::Stage;

/// A patient's browser. The stage closes it.
pub struct Patient {
    /// Its page.
    pub page: Page,
    profile: PathBuf,
    driver: Arc<Driver>,
    /// Firefox starts no sound on a machine without a loudspeaker; Chromium pretends to have one.
    hears: bool,
}

impl Patient {
    /// Opens a browser on a profile of its own: a device.
    ///
    /// # Errors
    /// The browser did not start.
    pub async fn new(stage: &mut Stage, name: &str) -> Result<Self> {
        let profile = stage.path(&format!("profile-{name}"));
        Self::on(stage, name, profile).await
    }

    /// Opens a Firefox instead of a Chromium.
    ///
    /// # Errors
    /// The browser did not start.
    pub async fn with_firefox(stage: &mut Stage, name: &str) -> Result<Self> {
        let (profile, log) = (stage.path(&format!("profile-{name}")), stage.log(name));
        let driver = Arc::new(Driver::firefox(&profile, &log).await?);
        let page = Page::new(name, driver.client.clone());
        stage.keep_open(&page, &driver);
        Ok(Self { page, profile, driver, hears: false })
    }

    async fn on(stage: &mut Stage, name: &str, profile: PathBuf) -> Result<Self> {
        let log = stage.log(name);
        let driver = Arc::new(Driver::chromium(&profile, (1000, 800), &log).await?);
        let page = Page::new(name, driver.client.clone());
        stage.keep_open(&page, &driver);
        Ok(Self { page, profile, driver, hears: true })
    }

    /// Closes the browser and opens it again on the same profile, as a person does who closed it by mistake.
    ///
    /// # Errors
    /// The browser did not start.
    pub async fn again(self, stage: &mut Stage) -> Result<Self> {
        let Self { page, profile, driver, .. } = self;
        // Chromium writes what a page keeps some time after the page kept it; leaving in order makes it do so now.
        driver.quit().await?;
        stage.let_go(&driver);
        Self::on(stage, &page.name, profile).await
    }

    /// Opens a join link.
    ///
    /// # Errors
    /// The page cannot be loaded.
    pub async fn open(&self, link: &str) -> Result<()> {
        self.page.go(link).await
    }

    /// Says who they are.
    ///
    /// # Errors
    /// The page did not ask, or did not go on.
    pub async fn identify(&self, name: &str, birth_date: &str) -> Result<()> {
        let (year, month, day) = parts(birth_date).context("a date of birth")?;
        self.page.type_into("[data-testid=identify-name]", name).await?;
        for (field, value) in [("day", day), ("month", month), ("year", year)] {
            self.page.type_into(&format!("[data-testid=birth-{field}]"), value).await?;
        }
        self.page.click("[data-testid=identify-submit]").await
    }

    /// Goes through the device check: camera, microphone, sound and network all work, as far as the machine has them.
    ///
    /// # Errors
    /// A device was not found good.
    pub async fn check(&self) -> Result<()> {
        // A browser that allowed the devices before opens them without being asked, at any moment of this.
        let allow = "const live = document.querySelector('[data-testid=check-camera][data-outcome=good]') !== null;
            const ask = document.querySelector('[data-testid=check-start]');
            if (!live && ask?.getClientRects().length) ask.click();
            return live";
        self.page.until("the camera works", allow, vec![]).await?;
        self.page.shows("[data-testid=check-microphone][data-outcome=good]").await?;
        self.page.click("[data-testid=speaker-play]").await?;
        if self.hears {
            self.page.click("[data-testid=speaker-yes]").await?;
            self.page.shows("[data-testid=check-speaker][data-outcome=good]").await?;
        } else {
            let answered = "const yes = document.querySelector('[data-testid=speaker-yes]');
                if (yes?.getClientRects().length) yes.click();
                return ['failed', 'good'].includes(document.querySelector('[data-testid=check-speaker]').dataset.outcome)";
            self.page.until("the sound was tried", answered, vec![]).await?;
        }
        self.page.shows("[data-testid=check-network][data-outcome=good]").await
    }

    /// Goes on from the check, agrees, and waits in the waiting room.
    ///
    /// # Errors
    /// The waiting room was not reached.
    pub async fn agree(&self) -> Result<()> {
        self.page.click("[data-testid=check-continue]").await?;
        self.page.click("[data-testid=consent-agree]").await?;
        self.page.shows("[data-testid=waiting]").await
    }

    /// From an opened link into the waiting room.
    ///
    /// # Errors
    /// It was not reached.
    pub async fn arrive(&self, link: &str, name: &str, birth_date: &str) -> Result<()> {
        self.open(link).await?;
        self.identify(name, birth_date).await?;
        self.check().await?;
        self.agree().await
    }

    /// A figure that the page shows of the other's picture and sound.
    ///
    /// # Errors
    /// There is no such picture.
    pub async fn figure(&self, name: &str) -> Result<f64> {
        let script = "return Number(document.querySelector('[data-testid=remote-video]').dataset[arguments[0]])";
        self.page.js(script, vec![Value::from(name)]).await?.as_f64().context("a number")
    }
}

/// Year, month and day of `YYYY-MM-DD`.
fn parts(date: &str) -> Option<(&str, &str, &str)> {
    let mut parts = date.splitn(3, '-');
    Some((parts.next()?, parts.next()?, parts.next()?))
}
