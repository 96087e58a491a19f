//! The clock: the one place where the time of day enters the application.

use std::sync::Mutex;

use chrono::{Local, NaiveTime, TimeDelta, TimeZone, Utc};
use domain::Timestamp;

/// Tells the time. Times are whole milliseconds, as the store keeps them.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        whole_millis(Utc::now())
    }
}

/// A clock that stands still until it is told to move: for tests, and for anything that replays a day.
#[derive(Debug)]
pub struct SetClock(Mutex<Timestamp>);

impl SetClock {
    /// A clock that shows this time.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(whole_millis(now)))
    }

    /// Moves it.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += by;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn whole_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at)
}

/// The beginning and the end of the day in which this moment lies, in this computer's zone. A midnight that does not
/// exist, on a day when clocks are put forward then, begins an hour later.
pub fn day_around(now: Timestamp) -> (Timestamp, Timestamp) {
    let today = now.with_timezone(&Local).date_naive();
    let midnight = |date: chrono::NaiveDate| {
        let at = date.and_time(NaiveTime::MIN);
        Local
            .from_local_datetime(&at)
            .earliest()
            .or_else(|| Local.from_local_datetime(&(at + TimeDelta::hours(1))).earliest())
            .map_or_else(|| at.and_utc(), |local| local.with_timezone(&Utc))
    };
    (midnight(today), midnight(today.succ_opt().unwrap_or(today)))
}

/// The date in this computer's zone.
pub fn local_date(at: Timestamp) -> chrono::NaiveDate {
    at.with_timezone(&Local).date_naive()
}
