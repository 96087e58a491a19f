//! Appointments: every state with every command, and what no walk of commands can reach.

use domain::actor::Actor;
use domain::appointment::{Appointment, AppointmentCommand as C, AppointmentState as S};
use proptest::prelude::*;

use crate::people::{appointment, me, minute, tries};
use crate::table::{assert_table, refused, same, table};

const EVERY_STATE_AND_COMMAND: &str = r"
                        | booked    | arrived   | fulfilled | cancelled | no show
arrive                  | arrived   | -         | !not_now  | !not_now  | arrived
fulfil                  | !not_now  | fulfilled | -         | !not_now  | !not_now
cancel                  | cancelled | cancelled | !not_now  | -         | !not_now
miss it                 | no show   | !not_now  | !not_now  | !not_now  | -
move to 11:00, 30 min   | *         | !not_now  | !not_now  | !not_now  | !not_now
move to 10:00, 30 min   | -         | !not_now  | !not_now  | !not_now  | !not_now
move to 11:00, 0 min    | !length   | !not_now  | !not_now  | !not_now  | !not_now
move to 11:00, 1441 min | !length   | !not_now  | !not_now  | !not_now  | !not_now
";

fn states() -> Vec<(&'static str, S)> {
    let at = minute(1);
    let all = vec![
        S::Booked,
        S::Arrived { at },
        S::Fulfilled { at },
        S::Cancelled { at, by: Actor::System, reason: "ill".into() },
        S::NoShow { at },
    ];
    all.into_iter().map(|state| (word(&state), state)).collect()
}

/// A state in a word. A new state must be added here and to [`states`].
fn word(state: &S) -> &'static str {
    match state {
        S::Booked => "booked",
        S::Arrived { .. } => "arrived",
        S::Fulfilled { .. } => "fulfilled",
        S::Cancelled { .. } => "cancelled",
        S::NoShow { .. } => "no show",
    }
}

fn commands() -> Vec<C> {
    let moves = [(60, 30), (0, 30), (60, 0), (60, 24 * 60 + 1)];
    let mut all = vec![C::Arrive, C::Fulfil, C::Cancel { reason: "ill".into() }, C::MissIt];
    all.extend(moves.map(|(at, minutes)| C::Move { starts_at: minute(at), minutes }));
    all
}

/// A command in a word. A new command must be added here and to [`commands`].
fn name(command: &C) -> String {
    match command {
        C::Arrive => "arrive".into(),
        C::Fulfil => "fulfil".into(),
        C::Move { starts_at, minutes } => format!("move to {}, {minutes} min", starts_at.format("%H:%M")),
        C::Cancel { .. } => "cancel".into(),
        C::MissIt => "miss it".into(),
    }
}

#[test]
fn every_state_takes_every_command_as_the_table_says() {
    let commands: Vec<(String, C)> = commands().into_iter().map(|command| (name(&command), command)).collect();
    let actual = table(&states(), &commands, |state, command| {
        match appointment(state.clone()).decide(command, Actor::User(me()), minute(30)) {
            Err(refusal) => refused(refusal.code()),
            Ok(Some(next)) if next.state != *state => word(&next.state).into(),
            Ok(next) => same(next.is_some()),
        }
    });
    assert_table(&actual, EVERY_STATE_AND_COMMAND);
}

#[test]
fn nobody_is_missed_before_the_time() {
    let booked = appointment(S::Booked);
    let early = booked.decide(&C::MissIt, Actor::System, minute(-1)).unwrap_err();
    assert_eq!(early.code(), "appointment.too_early");
    let missed = booked.decide(&C::MissIt, Actor::System, minute(0)).unwrap().unwrap();
    assert_eq!(missed.state, S::NoShow { at: minute(0) });
}

proptest! {
    #![proptest_config(tries(256))]

    #[test]
    fn no_walk_of_commands_reaches_an_illegal_state(
        walk in prop::collection::vec((prop::sample::select(commands()), -60i64..600), 0..40),
    ) {
        let mut before = appointment(S::Booked);
        for (command, at) in walk {
            let Ok(Some(after)) = before.decide(&command, Actor::System, minute(at)) else { continue };
            let over = matches!(before.state, S::Fulfilled { .. } | S::Cancelled { .. });
            prop_assert!(!over, "{command:?} changed what was {:?}", before.state);
            let fixed = |one: &Appointment| (one.id, one.patient, one.room, one.clinician);
            prop_assert_eq!(fixed(&before), fixed(&after));
            if (before.starts_at, before.minutes) != (after.starts_at, after.minutes) {
                let moved = matches!(command, C::Move { .. });
                prop_assert!(moved, "the time was changed without a move");
                prop_assert_eq!(&after.state, &S::Booked);
            }
            prop_assert!((1..=24 * 60).contains(&after.minutes));
            let again = after.decide(&command, Actor::System, minute(at + 1));
            prop_assert!(!matches!(again, Ok(Some(_))), "{command:?} has a second effect");
            before = after;
        }
    }
}
