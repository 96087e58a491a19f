//! Participants: every state with every command, the join link's device, and the identity question.

use domain::Timestamp;
use domain::participant::{
    BLOCK_MINUTES, Participant, ParticipantCommand as C, ParticipantRole, ParticipantState as S, TRIES,
};
use proptest::prelude::*;

use crate::people::{me, minute, participant, tries};
use crate::table::{assert_table, refused, same, table};

const EVERY_STATE_AND_COMMAND: &str = r"
               | invited         | known         | blocked         | guest    | joined        | left          | declined | removed | expired  | expired in call
bind mine      | *               | -             | *               | *        | -             | -             | !gone    | !gone   | !expired | !expired
bind another   | *               | !other_device | *               | *        | !other_device | !other_device | !gone    | !gone   | !expired | !expired
identify true  | *               | -             | !blocked        | *        | -             | -             | !gone    | !gone   | !expired | !expired
identify false | *               | *             | !blocked        | *        | *             | *             | !gone    | !gone   | !expired | !expired
join           | !not_identified | joined        | !not_identified | joined   | -             | joined        | !gone    | !gone   | !expired | !expired
leave          | -               | -             | -               | -        | left          | -             | -        | -       | -        | left
decline        | declined        | declined      | declined        | declined | declined      | declined      | !gone    | !gone   | !expired | !expired
remove         | removed         | removed       | removed         | removed  | removed       | removed       | removed  | -       | removed  | removed
";

fn states() -> Vec<(&'static str, Participant)> {
    let at = minute(1);
    let fresh = participant(ParticipantRole::Patient);
    let known = Participant { device: Some("mine".into()), identified_at: Some(at), ..fresh.clone() };
    let blocked = Participant { blocked_until: Some(minute(15)), ..fresh.clone() };
    let expired = Participant { expires_at: minute(10), ..known.clone() };
    let in_state = |state| Participant { state, ..known.clone() };
    vec![
        ("invited", fresh.clone()),
        ("known", known.clone()),
        ("blocked", blocked),
        ("guest", participant(ParticipantRole::Interpreter)),
        ("joined", in_state(S::Joined { at })),
        ("left", in_state(S::Left { at })),
        ("declined", in_state(S::Declined { at })),
        ("removed", in_state(S::Removed { at, by: me() })),
        ("expired", expired.clone()),
        ("expired in call", Participant { state: S::Joined { at }, ..expired }),
    ]
}

/// A state in a word. A new state must be added here and to [`states`].
fn word(state: &S) -> &'static str {
    match state {
        S::Invited => "invited",
        S::Joined { .. } => "joined",
        S::Left { .. } => "left",
        S::Declined { .. } => "declined",
        S::Removed { .. } => "removed",
    }
}

fn commands() -> Vec<C> {
    let bind = |device: &str| C::Bind { device: device.into() };
    let identify = |matches| C::Identify { matches };
    vec![
        bind("mine"),
        bind("another"),
        identify(true),
        identify(false),
        C::Join,
        C::Leave,
        C::Decline,
        C::Remove { by: me() },
    ]
}

/// A command in a word. A new command must be added here and to [`commands`].
fn name(command: &C) -> String {
    match command {
        C::Bind { device } => format!("bind {device}"),
        C::Identify { matches } => format!("identify {matches}"),
        C::Join => "join".into(),
        C::Leave => "leave".into(),
        C::Decline => "decline".into(),
        C::Remove { .. } => "remove".into(),
    }
}

#[test]
fn every_state_takes_every_command_as_the_table_says() {
    let commands: Vec<(String, C)> = commands().into_iter().map(|command| (name(&command), command)).collect();
    let actual = table(&states(), &commands, |before, command| match before.decide(command, minute(10)) {
        Err(refusal) => refused(refusal.code()),
        Ok(Some(next)) if next.state != before.state => word(&next.state).into(),
        Ok(next) => same(next.is_some()),
    });
    assert_table(&actual, EVERY_STATE_AND_COMMAND);
}

#[test]
fn too_many_wrong_answers_shut_the_door_for_a_while() {
    let mut guesser = participant(ParticipantRole::Patient);
    for _ in 0..TRIES {
        guesser = guesser.decide(&C::Identify { matches: false }, minute(0)).unwrap().unwrap();
    }
    let right = C::Identify { matches: true };
    let still_shut = guesser.decide(&right, minute(BLOCK_MINUTES) - chrono::TimeDelta::milliseconds(1)).unwrap_err();
    assert_eq!(still_shut.code(), "participant.blocked");
    let open = guesser.decide(&right, minute(BLOCK_MINUTES)).unwrap().unwrap();
    assert_eq!((open.identified_at, open.blocked_until, open.failures), (Some(minute(BLOCK_MINUTES)), None, 0));
}

/// What a walk must have kept of the identity question: wrong answers that were looked at since the last right one or
/// the last block, and until when the door is shut.
#[derive(Default)]
struct Door {
    wrong: u32,
    shut_until: Option<Timestamp>,
}

impl Door {
    fn knock(&mut self, matches: bool, at: Timestamp, looked_at: bool) -> Result<(), TestCaseError> {
        let shut = self.shut_until.is_some_and(|until| at < until);
        prop_assert_eq!(looked_at, !shut, "an answer was looked at behind a shut door, or not at an open one");
        match (looked_at, matches) {
            (false, _) => {}
            (true, true) => *self = Self::default(),
            (true, false) => {
                self.shut_until = None;
                self.wrong += 1;
                prop_assert!(self.wrong <= TRIES);
                if self.wrong == TRIES {
                    *self = Self { wrong: 0, shut_until: Some(at + chrono::TimeDelta::minutes(BLOCK_MINUTES)) };
                }
            }
        }
        Ok(())
    }
}

fn check_step(before: &Participant, after: &Participant, command: &C, at: Timestamp) -> Result<(), TestCaseError> {
    prop_assert!(before.device.is_none() || after.device == before.device, "the link changed its device");
    prop_assert!(before.identified_at.is_none() || after.identified_at == before.identified_at);
    let known = after.identified_at.is_some() || after.role != ParticipantRole::Patient;
    prop_assert!(known || !matches!(after.state, S::Joined { .. }), "an unknown patient joined");
    match before.state {
        S::Removed { .. } => prop_assert!(false, "a removed participant changed"),
        S::Declined { .. } => prop_assert_eq!(command, &C::Remove { by: me() }),
        S::Invited | S::Joined { .. } | S::Left { .. } => {}
    }
    prop_assert!(at < before.expires_at || matches!(command, C::Leave | C::Remove { .. }), "{command:?} after the end");
    Ok(())
}

proptest! {
    #![proptest_config(tries(256))]

    #[test]
    fn no_walk_of_commands_reaches_an_illegal_state(
        guest in any::<bool>(),
        walk in prop::collection::vec((prop::sample::select(commands()), 0i64..9), 0..80),
    ) {
        let role = if guest { ParticipantRole::Relative } else { ParticipantRole::Patient };
        let mut before = Participant { expires_at: minute(240), ..participant(role) };
        let (mut door, mut now) = (Door::default(), 0);
        for (command, pause) in walk {
            now += pause;
            let at = minute(now);
            let answer = before.decide(&command, at);
            let gone = matches!(&answer, Err(refusal) if matches!(refusal.code(), "participant.gone" | "participant.expired"));
            if let (C::Identify { matches }, false) = (&command, gone) {
                door.knock(*matches, at, answer.is_ok())?;
            }
            let Ok(Some(after)) = answer else { continue };
            check_step(&before, &after, &command, at)?;
            if command != (C::Identify { matches: false }) {
                prop_assert!(!matches!(after.decide(&command, at), Ok(Some(_))), "{command:?} has a second effect");
            }
            before = after;
        }
    }
}
