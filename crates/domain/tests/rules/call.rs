//! Calls: every state with every observation, and what no walk of observations can reach.

use domain::call::{CallEnd, CallObservation as O, CallState as S};
use proptest::prelude::*;

use crate::people::{call, minute, tries};
use crate::table::{assert_table, same, table};

const EVERY_STATE_AND_OBSERVATION: &str = r"
                  | waiting | on call      | on hold           | reconnecting      | reconnecting held | ended
connected         | on call | -            | -                 | on call           | on hold           | -
lost              | -       | reconnecting | reconnecting held | -                 | -                 | -
held              | -       | on hold      | -                 | reconnecting held | -                 | -
resumed           | -       | -            | on call           | -                 | reconnecting      | -
ended hungup      | ended   | ended        | ended             | ended             | ended             | -
ended visitover   | ended   | ended        | ended             | ended             | ended             | -
ended removed     | ended   | ended        | ended             | ended             | ended             | -
ended refused     | ended   | ended        | ended             | ended             | ended             | -
ended interrupted | ended   | ended        | ended             | ended             | ended             | -
";

fn states() -> Vec<(&'static str, S)> {
    let ended = S::Ended { at: minute(9), why: CallEnd::HungUp };
    let lost = |held| S::Reconnecting { since: minute(3), held };
    let all = vec![S::Waiting, S::OnCall, S::OnHold, lost(false), lost(true), ended];
    all.into_iter().map(|state| (word(&state), state)).collect()
}

/// A state in a word. A new state must be added here and to [`states`].
fn word(state: &S) -> &'static str {
    match state {
        S::Waiting => "waiting",
        S::OnCall => "on call",
        S::OnHold => "on hold",
        S::Reconnecting { held: false, .. } => "reconnecting",
        S::Reconnecting { held: true, .. } => "reconnecting held",
        S::Ended { .. } => "ended",
    }
}

fn observations() -> Vec<O> {
    let mut all = vec![O::Connected, O::Lost, O::Held, O::Resumed];
    let ends = [CallEnd::HungUp, CallEnd::VisitOver, CallEnd::Removed, CallEnd::Refused, CallEnd::Interrupted];
    all.extend(ends.map(O::Ended));
    all
}

/// An observation in a word. A new one must be added here and to [`observations`].
fn name(seen: &O) -> String {
    match seen {
        O::Connected => "connected".into(),
        O::Lost => "lost".into(),
        O::Held => "held".into(),
        O::Resumed => "resumed".into(),
        O::Ended(why) => format!("ended {why:?}").to_lowercase(),
    }
}

#[test]
fn every_state_takes_every_observation_as_the_table_says() {
    let observations: Vec<(String, O)> = observations().into_iter().map(|seen| (name(&seen), seen)).collect();
    let actual = table(&states(), &observations, |state, seen| match call(state.clone()).observe(*seen, minute(30)) {
        Some(next) if next.state != *state => word(&next.state).into(),
        next => same(next.is_some()),
    });
    assert_table(&actual, EVERY_STATE_AND_OBSERVATION);
}

proptest! {
    #![proptest_config(tries(256))]

    /// The clock may be set back in the middle: the offsets are not sorted.
    #[test]
    fn no_walk_of_observations_reaches_an_illegal_state(
        walk in prop::collection::vec((prop::sample::select(observations()), -60i64..600), 0..40),
    ) {
        let mut before = call(S::Waiting);
        let mut losses = 0;
        for (seen, at) in walk {
            let Some(after) = before.observe(seen, minute(at)) else { continue };
            prop_assert!(!matches!(before.state, S::Ended { .. }), "an ended call was changed by {seen:?}");
            losses += u32::from(seen == O::Lost);
            prop_assert_eq!(after.drops, losses);
            prop_assert!(before.connected_at.is_none() || after.connected_at == before.connected_at);
            let connected = after.connected_at.unwrap_or(after.opened_at);
            prop_assert!(connected >= after.opened_at);
            let ended = if let S::Ended { at, .. } = after.state { at } else { connected };
            prop_assert!(ended >= connected, "the call ended before it began");
            let talked = matches!(after.state, S::OnCall | S::OnHold | S::Reconnecting { .. });
            prop_assert!(!talked || after.connected_at.is_some());
            prop_assert_eq!(after.observe(seen, minute(at + 1)), None, "{:?} has a second effect", seen);
            before = after;
        }
    }
}
