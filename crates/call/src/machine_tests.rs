//! Every state against every event, and walks that no state may spoil.

use domain::Phi;
use domain::participant::ParticipantRole;
use proptest::prelude::*;

use super::*;

const WREN: ParticipantId = ParticipantId::from_u128(1);
const MOSS: ParticipantId = ParticipantId::from_u128(2);

/// The time of day runs backwards here: no wait may depend on it.
fn at(seconds: f64) -> Moment {
    let since_start = Duration::from_secs_f64(seconds);
    Moment { since_start, at: Timestamp::UNIX_EPOCH - since_start }
}

fn peer(id: ParticipantId, incarnation: &str) -> Peer {
    Peer {
        participant: id,
        role: ParticipantRole::Patient,
        name: Phi::from("x"),
        incarnation: incarnation.to_owned(),
        engine: false,
        microphone: true,
        camera: true,
        hold: false,
        present: true,
    }
}

fn offered(session: &str) -> Event {
    Event::Offered { from: WREN, session: session.to_owned() }
}

fn transport(session: &str, state: Transport) -> Event {
    Event::Transport { peer: WREN, session: session.to_owned(), state }
}

fn build(session: &str) -> Action {
    Action::Build { peer: WREN, session: session.to_owned() }
}

fn close(session: &str) -> Action {
    Action::Close { peer: WREN, session: session.to_owned() }
}

fn ask(why: OfferReason) -> Action {
    Action::Ask { peer: WREN, why }
}

/// A machine after these events, half a second apart from second 0 on.
fn after(events: impl IntoIterator<Item = Event>) -> Machine {
    let mut machine = Machine::new(true, true);
    for (step, event) in events.into_iter().enumerate() {
        machine.on(event, at(step as f64 * 0.1));
    }
    machine
}

fn welcomed() -> Event {
    Event::Welcomed { step: Step::Call }
}

fn met() -> Event {
    Event::Peers(vec![peer(WREN, "1")])
}

fn states() -> Vec<(&'static str, Machine)> {
    vec![
        ("waiting", after([welcomed()])),
        ("new", after([welcomed(), met()])),
        ("connecting", after([welcomed(), met(), offered("a")])),
        ("connected", after([welcomed(), met(), offered("a"), transport("a", Transport::Connected)])),
        (
            "lost",
            after([
                welcomed(),
                met(),
                offered("a"),
                transport("a", Transport::Connected),
                transport("a", Transport::Disconnected),
            ]),
        ),
        ("hub away", after([welcomed(), met(), offered("a"), transport("a", Transport::Connected), Event::HubLost])),
        ("ended", after([welcomed(), met(), offered("a"), Event::HungUp])),
    ]
}

/// The states of [`states`] against an event at second 1: the phase, and what is done.
fn table(event: &Event) -> Vec<(&'static str, CallPhase, Vec<Action>)> {
    states()
        .into_iter()
        .map(|(name, mut machine)| {
            // Long after the hub's welcome, whose grace has a test of its own.
            machine.returning_until = None;
            let actions = machine.on(event.clone(), at(1.0));
            (name, machine.phase(), actions)
        })
        .collect()
}

/// Compares phases by name, since moments are tested elsewhere.
fn check(event: &Event, expected: &[(&str, &str, Vec<Action>)]) {
    let found = table(event);
    assert_eq!(found.len(), expected.len());
    for ((name, phase, actions), (expected_name, expected_phase, expected_actions)) in found.iter().zip(expected) {
        assert_eq!(name, expected_name);
        let phase = format!("{phase:?}");
        assert!(phase.starts_with(expected_phase), "{name} on {event:?}: {phase}, not {expected_phase}");
        assert_eq!(actions, expected_actions, "{name} on {event:?}");
    }
}

fn media(microphone: bool, camera: bool, hold: bool) -> Action {
    Action::Media(Intent { microphone, camera, hold })
}

#[test]
fn an_offer_of_a_new_session_replaces_what_was_there() {
    let lost = Action::Tell(Told::Lost);
    check(
        &offered("b"),
        &[
            ("waiting", "Waiting", vec![]),
            ("new", "Connecting", vec![build("b")]),
            ("connecting", "Connecting", vec![close("a"), build("b")]),
            ("connected", "Reconnecting", vec![close("a"), build("b"), lost.clone()]),
            ("lost", "Reconnecting", vec![close("a"), build("b")]),
            ("hub away", "Reconnecting", vec![close("a"), build("b"), lost]),
            ("ended", "Ended", vec![]),
        ],
    );
}

#[test]
fn an_offer_of_the_same_session_is_answered_on_the_same_connection() {
    let again = || vec![Action::Renegotiate { peer: WREN, session: "a".to_owned() }];
    check(
        &offered("a"),
        &[
            ("waiting", "Waiting", vec![]),
            ("new", "Connecting", vec![build("a")]),
            ("connecting", "Connecting", again()),
            ("connected", "OnCall", again()),
            ("lost", "Reconnecting", again()),
            ("hub away", "OnCall", again()),
            ("ended", "Ended", vec![]),
        ],
    );
}

#[test]
fn a_connection_is_told_once_and_again_when_it_was_lost() {
    let up = || vec![media(true, true, false), Action::Tell(Told::Connected)];
    check(
        &transport("a", Transport::Connected),
        &[
            ("waiting", "Waiting", vec![]),
            ("new", "Connecting", vec![]),
            ("connecting", "OnCall", up()),
            ("connected", "OnCall", vec![]),
            ("lost", "OnCall", up()),
            ("hub away", "OnCall", vec![]),
            ("ended", "Ended", vec![]),
        ],
    );
}

#[test]
fn a_broken_path_is_restarted_and_a_failed_handshake_rebuilt() {
    let lost = Action::Tell(Told::Lost);
    check(
        &transport("a", Transport::Failed),
        &[
            ("waiting", "Waiting", vec![]),
            ("new", "Connecting", vec![]),
            ("connecting", "Connecting", vec![ask(OfferReason::Rebuild)]),
            ("connected", "Reconnecting", vec![ask(OfferReason::RestartIce), lost.clone()]),
            ("lost", "Reconnecting", vec![]),
            ("hub away", "Reconnecting", vec![lost]),
            ("ended", "Ended", vec![]),
        ],
    );
}

#[test]
fn a_changed_network_is_restarted_where_media_flows() {
    check(
        &Event::NetworkChanged,
        &[
            ("waiting", "Waiting", vec![]),
            ("new", "Connecting", vec![]),
            ("connecting", "Connecting", vec![]),
            ("connected", "OnCall", vec![ask(OfferReason::RestartIce)]),
            ("lost", "Reconnecting", vec![]),
            ("hub away", "OnCall", vec![]),
            ("ended", "Ended", vec![]),
        ],
    );
}

#[test]
fn a_new_incarnation_starts_again_and_a_peer_that_went_is_gone() {
    let lost = Action::Tell(Told::Lost);
    check(
        &Event::Peers(vec![peer(WREN, "2")]),
        &[
            ("waiting", "Connecting", vec![]),
            ("new", "Connecting", vec![]),
            ("connecting", "Connecting", vec![close("a")]),
            ("connected", "Reconnecting", vec![close("a"), lost.clone()]),
            ("lost", "Reconnecting", vec![close("a")]),
            ("hub away", "Reconnecting", vec![close("a"), lost]),
            ("ended", "Ended", vec![]),
        ],
    );
    let lost = Action::Tell(Told::Lost);
    check(
        &Event::Peers(vec![]),
        &[
            ("waiting", "Waiting", vec![]),
            ("new", "Waiting", vec![]),
            ("connecting", "Waiting", vec![close("a")]),
            ("connected", "Waiting", vec![close("a"), lost.clone()]),
            ("lost", "Waiting", vec![close("a")]),
            ("hub away", "Waiting", vec![close("a"), lost]),
            ("ended", "Ended", vec![]),
        ],
    );
}

#[test]
fn hold_and_mute_are_made_true_and_said_in_every_state_but_the_last() {
    let actions = || vec![media(true, true, true), Action::Tell(Told::Held)];
    let mut held = ["waiting", "new", "connecting", "connected", "lost", "hub away"]
        .map(|name| (name, "OnHold", actions()))
        .to_vec();
    held.push(("ended", "Ended", vec![]));
    check(&Event::Hold(true), &held);
    for (_, mut machine) in states() {
        let said = machine.on(Event::Microphone(false), at(1.0));
        assert!(machine.ended().is_some() || said == [media(false, true, false)], "{said:?}");
        assert_eq!(machine.on(Event::Microphone(false), at(1.1)), [], "the same wish twice is said once");
    }
}

#[test]
fn a_handshake_that_hangs_is_asked_for_again_ever_more_slowly() {
    let mut machine = after([welcomed(), met(), offered("a")]);
    let mut asked = Vec::new();
    for tick in 0..600 {
        let now = at(0.2 + f64::from(tick) * 0.2);
        if machine.on(Event::Tick, now).contains(&ask(OfferReason::Rebuild)) {
            asked.push(f64::from(tick) * 0.2);
        }
    }
    assert!((2.8..3.6).contains(&asked[0]), "{asked:?}");
    let waits: Vec<f64> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(waits.windows(2).all(|pair| pair[1] >= pair[0] - 0.21), "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= 20.3), "{waits:?}");
    assert!(asked.len() >= 7, "it never stops asking: {asked:?}");
}

#[test]
fn a_restart_that_does_not_help_becomes_a_rebuild() {
    let mut machine = states().swap_remove(3).1;
    assert!(machine.on(transport("a", Transport::Disconnected), at(10.0)).contains(&ask(OfferReason::RestartIce)));
    assert_eq!(machine.on(Event::Tick, at(13.9)), []);
    let later = machine.on(Event::Tick, at(17.0));
    assert_eq!(later, [ask(OfferReason::Rebuild)]);
}

#[test]
fn what_is_due_while_the_hub_is_away_is_asked_when_it_is_back() {
    let mut machine = states().swap_remove(5).1;
    assert!(
        !machine
            .on(transport("a", Transport::Disconnected), at(2.0))
            .iter()
            .any(|action| matches!(action, Action::Ask { .. }))
    );
    let back = machine.on(welcomed(), at(30.0));
    assert_eq!(back, [media(true, true, false), ask(OfferReason::RestartIce)]);
}

#[test]
fn an_engine_or_an_absent_peer_is_not_asked() {
    for (engine, present) in [(true, true), (false, false)] {
        let mut machine = after([welcomed(), Event::Peers(vec![Peer { engine, present, ..peer(WREN, "1") }])]);
        assert_eq!(machine.on(Event::Tick, at(60.0)), []);
    }
}

#[test]
fn a_hub_that_was_restarted_does_not_disturb_a_connection_that_works() {
    let mut machine = states().swap_remove(5).1;
    machine.on(welcomed(), at(2.0));
    assert_eq!(machine.on(Event::Peers(vec![peer(WREN, "1")]), at(2.1)), []);
    assert_eq!(machine.phase(), CallPhase::OnCall);
    assert_eq!(machine.on(Event::Tick, at(60.0)), []);
}

#[test]
fn a_peer_that_returns_late_to_a_restarted_hub_keeps_its_connection() {
    let mut machine = states().swap_remove(5).1;
    machine.on(welcomed(), at(2.0));
    assert_eq!(machine.on(Event::Peers(vec![]), at(2.1)), []);
    assert_eq!(machine.phase(), CallPhase::OnCall);
    let mut patient = machine.clone();
    assert_eq!(patient.on(Event::Peers(vec![peer(WREN, "1")]), at(5.0)), []);
    assert_eq!(patient.on(Event::Tick, at(60.0)), []);
    // One that has really gone is noticed by its media, or when the patience is over.
    let gone = [close("a"), Action::Tell(Told::Lost)];
    let mut left = machine.clone();
    assert_eq!(left.on(transport("a", Transport::Disconnected), at(6.0)), gone);
    assert_eq!(machine.on(Event::Tick, at(17.5)), gone);
}

#[test]
fn the_call_is_lost_with_the_last_peer_only_and_comes_back_on_hold() {
    let of = |peer, session: &str, state| Event::Transport { peer, session: session.to_owned(), state };
    let mut machine = after([
        welcomed(),
        Event::Peers(vec![peer(WREN, "1"), peer(MOSS, "1")]),
        offered("a"),
        Event::Offered { from: MOSS, session: "m".to_owned() },
        transport("a", Transport::Connected),
    ]);
    let mut told = |event, seconds| -> Vec<Told> {
        let told = |action| if let Action::Tell(told) = action { Some(told) } else { None };
        machine.on(event, at(seconds)).into_iter().filter_map(told).collect()
    };
    assert_eq!(told(of(MOSS, "m", Transport::Connected), 1.0), []);
    assert_eq!(told(of(MOSS, "m", Transport::Disconnected), 2.0), []);
    assert_eq!(told(Event::Hold(true), 3.0), [Told::Held]);
    assert_eq!(told(transport("a", Transport::Disconnected), 4.0), [Told::Lost]);
    assert_eq!(told(of(MOSS, "m", Transport::Connected), 5.0), [Told::Connected, Told::Held]);
    assert_eq!(told(Event::Peers(vec![peer(MOSS, "1")]), 20.0), []);
    assert_eq!(told(Event::Hold(false), 21.0), [Told::Resumed]);
}

#[test]
fn each_end_has_its_reason() {
    let over = |why| Event::Stepped(Step::Over { why });
    for (event, why) in [
        (Event::HungUp, EndReason::HungUp),
        (Event::Refused, EndReason::Refused),
        (over(OverReason::Finished), EndReason::VisitOver),
        (over(OverReason::Cancelled), EndReason::VisitOver),
        (over(OverReason::Removed), EndReason::Removed),
        (over(OverReason::Replaced), EndReason::Replaced),
        (over(OverReason::Left), EndReason::HungUp),
    ] {
        let mut machine = states().swap_remove(3).1;
        let actions = machine.on(event, at(1.0));
        assert!(actions.contains(&close("a")) && actions.contains(&Action::Tell(Told::Ended(why))), "{actions:?}");
        assert_eq!(machine.phase(), CallPhase::Ended { why });
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let id = prop_oneof![Just(WREN), Just(MOSS)];
    let session = prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(str::to_owned);
    let state = prop_oneof![Just(Transport::Connected), Just(Transport::Disconnected), Just(Transport::Failed)];
    let peers = prop::collection::btree_map(id.clone(), (prop_oneof![Just("1"), Just("2")], any::<bool>()), 0..3)
        .prop_map(|list| {
            Event::Peers(
                list.into_iter()
                    .map(|(id, (incarnation, present))| Peer { present, ..peer(id, incarnation) })
                    .collect(),
            )
        });
    let step = prop_oneof![Just(Step::Waiting), Just(Step::Call)];
    prop_oneof![
        4 => (id.clone(), session.clone()).prop_map(|(from, session)| Event::Offered { from, session }),
        6 => (id.clone(), session.clone(), state).prop_map(|(peer, session, state)| Event::Transport { peer, session, state }),
        2 => (id, session).prop_map(|(from, session)| Event::PeerClosed { from, session }),
        4 => peers,
        2 => step.clone().prop_map(|step| Event::Welcomed { step }),
        1 => step.prop_map(Event::Stepped),
        1 => Just(Event::HubLost),
        1 => Just(Event::NetworkChanged),
        1 => any::<bool>().prop_map(Event::Microphone),
        1 => any::<bool>().prop_map(Event::Camera),
        1 => any::<bool>().prop_map(Event::Hold),
        6 => Just(Event::Tick),
        1 => prop_oneof![Just(Event::Stepped(Step::Over { why: OverReason::Finished })), Just(Event::HungUp)],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// What the driver would have open, if it did what the machine says.
    #[test]
    fn no_walk_breaks_the_rules(walk in prop::collection::vec((any_event(), 0u64..5_000), 1..120)) {
        let mut machine = Machine::new(true, false);
        let mut wished = machine.intent();
        let mut open: BTreeMap<ParticipantId, String> = BTreeMap::new();
        let mut present: Vec<ParticipantId> = Vec::new();
        let (mut flows, mut held) = (false, false);
        let mut millis = 0;
        for (event, wait) in walk {
            millis += wait;
            let now = at(millis as f64 / 1_000.0);
            let ended_before = machine.ended();
            match &event {
                Event::Microphone(on) if ended_before.is_none() => wished.microphone = *on,
                Event::Camera(on) if ended_before.is_none() => wished.camera = *on,
                Event::Hold(on) if ended_before.is_none() => wished.hold = *on,
                Event::Peers(peers) => present = peers.iter().map(|peer| peer.participant).collect(),
                _ => {}
            }
            let actions = machine.on(event, now);
            if ended_before.is_some() {
                prop_assert_eq!(machine.ended(), ended_before, "ended is final");
                prop_assert!(actions.is_empty(), "nothing is done after the end");
            }
            for action in &actions {
                match action {
                    Action::Build { peer, session } => {
                        prop_assert!(open.insert(*peer, session.clone()).is_none(), "at most one live session a peer");
                    }
                    Action::Close { peer, session } => {
                        let closed = open.remove(peer);
                        prop_assert_eq!(closed.as_ref(), Some(session), "only what is open is closed");
                    }
                    Action::Renegotiate { peer, session } => prop_assert_eq!(open.get(peer), Some(session)),
                    Action::Media(intent) => prop_assert_eq!(*intent, wished, "only the person changes what is sent"),
                    Action::Tell(Told::Connected) => {
                        prop_assert!(!open.is_empty());
                        prop_assert!(!std::mem::replace(&mut flows, true), "told once");
                        held = false;
                    }
                    Action::Tell(Told::Lost) => {
                        prop_assert!(std::mem::replace(&mut flows, false), "only what was there is lost");
                    }
                    Action::Tell(Told::Held) => held = true,
                    Action::Tell(Told::Resumed) => held = false,
                    Action::Ask { peer, .. } => prop_assert!(present.contains(peer), "nobody is asked who is not there"),
                    Action::Tell(Told::Ended(_)) | Action::Leave => {}
                }
            }
            prop_assert_eq!(machine.intent(), wished);
            for (peer, session) in &open {
                prop_assert!(machine.links().get(peer).is_some_and(|link| link.session.as_ref() == Some(session)), "no connection outlives its link");
                let late = machine.returning_until.is_some_and(|until| now.since_start < until);
                prop_assert!(late || present.contains(peer), "no link outlives its peer");
            }
            for link in machine.links().values() {
                prop_assert!(link.state != LinkState::Connected || link.session.is_some(), "connected without a connection");
            }
            if machine.ended().is_none() {
                let any = machine.links().values().any(|link| link.state == LinkState::Connected);
                prop_assert_eq!(flows, any, "what is told is the whole call's");
                prop_assert!(!flows || held == wished.hold, "a record that is connected knows of the hold");
            } else {
                prop_assert!(open.is_empty() && machine.links().is_empty());
            }
        }
    }
}
