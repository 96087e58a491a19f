//! Encounters: every state with every command, and what no walk of commands can reach.

use domain::Timestamp;
use domain::actor::Actor;
use domain::check::{CheckOutcome, DeviceCheck};
use domain::encounter::{
    CancelReason, Encounter, EncounterCommand as C, EncounterRefusal, EncounterState as S, Outcome, Stage,
};
use domain::priority::Priority;
use proptest::prelude::*;

use crate::people::{colleague, encounter, me, minute, tries};
use crate::table::{assert_table, refused, same, table};

const EVERY_STATE_AND_COMMAND: &str = r#"
                            | planned      | arrived    | triaged    | sent back  | exam              | discharge         | leave             | finished   | cancelled  | in error
arrive                      | arrived      | -          | -          | -          | -                 | -                 | -                 | !over      | !over      | !over
record check                | *            | *          | *          | *          | *                 | *                 | *                 | !over      | !over      | !over
record consent true         | *            | *          | *          | *          | *                 | *                 | *                 | !over      | !over      | !over
record consent false        | *            | *          | *          | *          | *                 | *                 | *                 | !over      | !over      | !over
triage                      | !not_arrived | triaged    | -          | -          | !begun            | !begun            | !begun            | !over      | !over      | !over
admit, me                   | !not_arrived | exam       | exam       | exam       | -                 | -                 | exam              | !over      | !over      | !over
admit, colleague            | !not_arrived | exam       | exam       | exam       | !already_admitted | !already_admitted | !already_admitted | !over      | !over      | !over
message                     | *            | *          | *          | *          | *                 | *                 | *                 | !over      | !over      | !over
confirm identity            | !not_begun   | !not_begun | !not_begun | !not_begun | *                 | *                 | *                 | !over      | !over      | !over
set routine                 | -            | -          | -          | -          | -                 | -                 | -                 | !over      | !over      | !over
set urgent                  | *            | *          | *          | *          | *                 | *                 | *                 | !over      | !over      | !over
release                     | !not_begun   | -          | -          | -          | sent back         | sent back         | sent back         | !over      | !over      | !over
wrap up                     | !not_begun   | !not_begun | !not_begun | !not_begun | discharge         | -                 | !not_begun        | !over      | !over      | !over
pause                       | !not_begun   | !not_begun | !not_begun | !not_begun | leave             | leave             | -                 | !over      | !over      | !over
resume                      | !not_begun   | !not_begun | !not_begun | !not_begun | -                 | -                 | exam              | !over      | !over      | !over
finish completed            | !not_begun   | !outcome   | !outcome   | finished   | finished          | finished          | finished          | -          | !over      | !over
finish incomplete           | !not_begun   | !outcome   | !outcome   | finished   | finished          | finished          | finished          | !over      | !over      | !over
finish leftwithoutbeingseen | !not_begun   | unseen     | unseen     | !outcome   | !outcome          | !outcome          | !outcome          | !over      | !over      | !over
finish noanswer             | !not_begun   | unseen     | unseen     | finished   | finished          | finished          | finished          | !over      | !over      | !over
cancel bypatient            | cancelled    | cancelled  | cancelled  | !begun     | !begun            | !begun            | !begun            | !over      | -          | !over
cancel bypractice           | cancelled    | cancelled  | cancelled  | !begun     | !begun            | !begun            | !begun            | !over      | -          | !over
cancel noshow               | cancelled    | cancelled  | cancelled  | !begun     | !begun            | !begun            | !begun            | !over      | -          | !over
cancel noconsent            | cancelled    | cancelled  | cancelled  | !begun     | !begun            | !begun            | !begun            | !over      | -          | !over
in error "twice"            | in error     | in error   | in error   | in error   | in error          | in error          | in error          | in error   | in error   | -
in error " "                | !no_reason   | !no_reason | !no_reason | !no_reason | !no_reason        | !no_reason        | !no_reason        | !no_reason | !no_reason | !no_reason
"#;

fn states() -> Vec<(&'static str, S)> {
    let (arrived_at, started_at, clinician) = (minute(0), minute(5), me());
    let by = Actor::User(me());
    let all = vec![
        S::Planned,
        S::Arrived { arrived_at },
        S::Triaged { arrived_at, triaged_at: minute(2), started_at: None },
        S::Triaged { arrived_at, triaged_at: minute(7), started_at: Some(started_at) },
        S::InProgress { arrived_at, started_at, clinician, stage: Stage::Exam },
        S::InProgress { arrived_at, started_at, clinician, stage: Stage::Discharge },
        S::OnLeave { arrived_at, started_at, clinician, since: minute(8) },
        S::Finished {
            arrived_at,
            started_at: Some(started_at),
            finished_at: minute(9),
            by,
            outcome: Outcome::Completed,
        },
        S::Cancelled { at: minute(9), by, reason: CancelReason::ByPatient },
        S::EnteredInError { at: minute(9), by, reason: "twice".into() },
    ];
    all.into_iter().map(|state| (word(&state), state)).collect()
}

/// A state in a word. A new state must be added here and to [`states`].
fn word(state: &S) -> &'static str {
    match state {
        S::Planned => "planned",
        S::Arrived { .. } => "arrived",
        S::Triaged { started_at: None, .. } => "triaged",
        S::Triaged { started_at: Some(_), .. } => "sent back",
        S::InProgress { stage: Stage::Exam, .. } => "exam",
        S::InProgress { stage: Stage::Discharge, .. } => "discharge",
        S::OnLeave { .. } => "leave",
        S::Finished { started_at: Some(_), .. } => "finished",
        S::Finished { started_at: None, .. } => "unseen",
        S::Cancelled { .. } => "cancelled",
        S::EnteredInError { .. } => "in error",
    }
}

fn check() -> DeviceCheck {
    let good = CheckOutcome::Good;
    DeviceCheck { camera: good, microphone: good, speaker: good, network: CheckOutcome::Skipped, figures: None }
}

fn commands() -> Vec<C> {
    let mut all = vec![
        C::Arrive,
        C::RecordCheck(check()),
        C::RecordConsent { given: true },
        C::RecordConsent { given: false },
        C::Triage,
        C::Admit { clinician: me() },
        C::Admit { clinician: colleague() },
        C::LeaveMessage { id: "7f".into(), text: "It hurts more now.".into() },
        C::ConfirmIdentity { by: me() },
        C::SetPriority(Priority::Routine),
        C::SetPriority(Priority::Urgent),
        C::Release,
        C::WrapUp,
        C::Pause,
        C::Resume,
    ];
    let outcomes = [Outcome::Completed, Outcome::Incomplete, Outcome::LeftWithoutBeingSeen, Outcome::NoAnswer];
    all.extend(outcomes.map(C::Finish));
    let reasons = [CancelReason::ByPatient, CancelReason::ByPractice, CancelReason::NoShow, CancelReason::NoConsent];
    all.extend(reasons.map(C::Cancel));
    all.extend(["twice", " "].map(|reason| C::EnterInError { reason: reason.into() }));
    all
}

/// A command in a word. A new command must be added here and to [`commands`].
fn name(command: &C) -> String {
    match command {
        C::Arrive => "arrive".into(),
        C::RecordCheck(_) => "record check".into(),
        C::RecordConsent { given } => format!("record consent {given}"),
        C::Triage => "triage".into(),
        C::Admit { clinician } if *clinician == me() => "admit, me".into(),
        C::Admit { .. } => "admit, colleague".into(),
        C::LeaveMessage { .. } => "message".into(),
        C::ConfirmIdentity { .. } => "confirm identity".into(),
        C::SetPriority(priority) => format!("set {priority:?}").to_lowercase(),
        C::Release => "release".into(),
        C::WrapUp => "wrap up".into(),
        C::Pause => "pause".into(),
        C::Resume => "resume".into(),
        C::Finish(outcome) => format!("finish {outcome:?}").to_lowercase(),
        C::Cancel(reason) => format!("cancel {reason:?}").to_lowercase(),
        C::EnterInError { reason } => format!("in error {:?}", reason.as_str()),
    }
}

#[test]
fn every_state_takes_every_command_as_the_table_says() {
    let commands: Vec<(String, C)> = commands().into_iter().map(|command| (name(&command), command)).collect();
    let actual = table(&states(), &commands, |state, command| {
        match encounter(state.clone()).decide(command, Actor::User(me()), minute(30)) {
            Err(refusal) => refused(refusal.code()),
            Ok(Some(next)) if next.state != *state => word(&next.state).into(),
            Ok(next) => same(next.is_some()),
        }
    });
    assert_table(&actual, EVERY_STATE_AND_COMMAND);
}

#[test]
fn a_message_is_kept_once_and_not_without_end() {
    let by = Actor::User(me());
    let leave = |visit: &Encounter, id: &str, at| {
        visit.decide(&C::LeaveMessage { id: id.into(), text: "Are you there?".into() }, by, minute(at))
    };
    let first = leave(&encounter(S::Planned), "a", 1).unwrap().unwrap();
    assert_eq!(leave(&first, "a", 2), Ok(None), "a page that lost its line says it twice");
    let second = leave(&first, "b", 3).unwrap().unwrap();
    assert_eq!(
        second.messages.iter().map(|one| (one.text.as_str(), one.at)).collect::<Vec<_>>(),
        [("Are you there?", minute(1)), ("Are you there?", minute(3))],
        "who asks again in the same words asks again"
    );
    let full = (0..98).fold(second, |visit, number| leave(&visit, &number.to_string(), 4).unwrap().unwrap());
    assert_eq!(leave(&full, "one more", 5), Err(EncounterRefusal::TooManyMessages));
}

#[test]
fn each_step_writes_its_time_and_person() {
    let by = Actor::User(me());
    let step = |before: &Encounter, command: C, at| before.decide(&command, by, minute(at)).unwrap().unwrap();
    let arrived = step(&encounter(S::Planned), C::Arrive, 1);
    let triaged = step(&arrived, C::Triage, 2);
    let admitted = step(&triaged, C::Admit { clinician: me() }, 3);
    let paused = step(&admitted, C::Pause, 4);
    let resumed = step(&paused, C::Resume, 5);
    let wrapped = step(&resumed, C::WrapUp, 6);
    let finished = step(&wrapped, C::Finish(Outcome::Completed), 7);
    let (arrived_at, started_at, clinician) = (minute(1), minute(3), me());
    assert_eq!(triaged.state, S::Triaged { arrived_at, triaged_at: minute(2), started_at: None });
    assert_eq!(admitted.state, S::InProgress { arrived_at, started_at, clinician, stage: Stage::Exam });
    assert_eq!(paused.state, S::OnLeave { arrived_at, started_at, clinician, since: minute(4) });
    assert_eq!(resumed.state, admitted.state);
    assert_eq!(wrapped.state, S::InProgress { arrived_at, started_at, clinician, stage: Stage::Discharge });
    let (started_at, finished_at, outcome) = (Some(started_at), minute(7), Outcome::Completed);
    assert_eq!(finished.state, S::Finished { arrived_at, started_at, finished_at, by, outcome });
    assert_eq!(step(&finished, C::EnterInError { reason: "twice".into() }, 9).state.arrived_at(), None);
}

/// The times of a state, in the order in which they must have come.
fn times(state: &S) -> Vec<Timestamp> {
    match state {
        S::Planned => vec![],
        S::Arrived { arrived_at } => vec![*arrived_at],
        S::Triaged { arrived_at, triaged_at, started_at } => {
            std::iter::once(*arrived_at).chain(*started_at).chain([*triaged_at]).collect()
        }
        S::InProgress { arrived_at, started_at, .. } => vec![*arrived_at, *started_at],
        S::OnLeave { arrived_at, started_at, since, .. } => vec![*arrived_at, *started_at, *since],
        S::Finished { arrived_at, started_at, finished_at, .. } => {
            std::iter::once(*arrived_at).chain(*started_at).chain([*finished_at]).collect()
        }
        S::Cancelled { at, .. } | S::EnteredInError { at, .. } => vec![*at],
    }
}

/// What must hold between a visit and the visit after one accepted command.
fn check_step(before: &Encounter, after: &Encounter, command: &C) -> Result<(), TestCaseError> {
    let fixed = |visit: &Encounter| (visit.id, visit.patient, visit.room, visit.planned_for, visit.reason.clone());
    prop_assert_eq!(fixed(before), fixed(after), "a command changed what visits never change");
    prop_assert!(times(&after.state).is_sorted(), "times run backwards: {:?}", after.state);
    match &before.state {
        S::EnteredInError { .. } => prop_assert!(false, "a visit entered in error was changed"),
        S::Finished { .. } | S::Cancelled { .. } => {
            prop_assert!(matches!(after.state, S::EnteredInError { .. }), "an ended visit became {:?}", after.state);
        }
        S::Planned | S::Arrived { .. } | S::Triaged { .. } | S::InProgress { .. } | S::OnLeave { .. } => {}
    }
    let gone = matches!(after.state, S::Cancelled { .. } | S::EnteredInError { .. });
    if before.state.arrived_at().is_some() && !gone {
        prop_assert_eq!(before.state.arrived_at(), after.state.arrived_at(), "the arrival was rewritten");
    }
    let again = matches!(command, C::Admit { .. }) && matches!(before.state, S::Triaged { .. });
    if before.state.started_at().is_some() && !gone && !again {
        prop_assert_eq!(before.state.started_at(), after.state.started_at(), "the beginning was rewritten");
    }
    if let (Some(one), Some(other)) = (before.state.clinician(), after.state.clinician()) {
        prop_assert_eq!(one, other, "a colleague took over a visit that was not released");
    }
    Ok(())
}

/// Whose turn it is, from the first to the last.
#[test]
fn turns_come_by_urgency_then_readiness_then_arrival() {
    let arrived = |at| S::Arrived { arrived_at: minute(at) };
    let ready = |at| S::Triaged { arrived_at: minute(at), triaged_at: minute(at + 1), started_at: None };
    let line = [
        ("an emergency whose intake is open", Priority::Emergency, arrived(9)),
        ("urgent and ready", Priority::Urgent, ready(8)),
        ("urgent, came earlier, not ready", Priority::Urgent, arrived(1)),
        ("routine and ready", Priority::Routine, ready(3)),
        ("routine and ready, came later", Priority::Routine, ready(4)),
        ("routine, came first, not ready", Priority::Routine, arrived(0)),
    ];
    let visit =
        |(_, priority, state): &(&str, Priority, S)| Encounter { priority: *priority, ..encounter(state.clone()) };
    for pair in line.windows(2) {
        assert!(visit(&pair[0]).turn() < visit(&pair[1]).turn(), "{} before {}", pair[0].0, pair[1].0);
    }
    for (name, state) in states() {
        let waits = matches!(state, S::Arrived { .. } | S::Triaged { .. });
        assert_eq!(encounter(state).turn().is_some(), waits, "{name}");
    }
}

#[test]
fn only_the_expected_are_late_and_not_to_the_second() {
    let planned = encounter(S::Planned);
    assert_eq!(planned.late_at(), Some(planned.planned_for + chrono::TimeDelta::minutes(5)));
    assert_eq!(encounter(S::Arrived { arrived_at: minute(0) }).late_at(), None);
}

proptest! {
    #![proptest_config(tries(256))]

    /// The clock may be set back in the middle: the offsets are not sorted.
    #[test]
    fn no_walk_of_commands_reaches_an_illegal_state(
        walk in prop::collection::vec((prop::sample::select(commands()), 0i64..600, any::<bool>()), 0..60),
    ) {
        let mut visit = encounter(S::Planned);
        for (command, offset, mine) in walk {
            let by = Actor::User(if mine { me() } else { colleague() });
            let Ok(Some(after)) = visit.decide(&command, by, minute(offset)) else { continue };
            check_step(&visit, &after, &command)?;
            prop_assert!(!matches!(after.decide(&command, by, minute(offset)), Ok(Some(_))), "{command:?} has a second effect");
            let text = serde_json::to_string(&after).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Encounter>(&text).unwrap(), &after);
            visit = after;
        }
    }

    /// A transition repeated later, by a slow network or a second click, has no second effect either.
    #[test]
    fn a_repeated_transition_changes_nothing(
        walk in prop::collection::vec(prop::sample::select(commands()), 0..30),
        command in prop::sample::select(commands()),
    ) {
        let by = Actor::User(me());
        let observes = matches!(command, C::RecordCheck(_) | C::RecordConsent { .. } | C::ConfirmIdentity { .. });
        prop_assume!(!observes);
        let visit = walk.iter().zip(0..).fold(encounter(S::Planned), |visit, (command, at)| {
            visit.decide(command, by, minute(at)).ok().flatten().unwrap_or(visit)
        });
        if let Ok(Some(after)) = visit.decide(&command, by, minute(100)) {
            prop_assert!(!matches!(after.decide(&command, by, minute(101)), Ok(Some(_))), "{command:?} has a second effect");
        }
    }
}
