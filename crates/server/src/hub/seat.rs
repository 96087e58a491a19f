//! A seat: one participant who is or was connected to a visit.

use std::collections::BTreeMap;

use app::{Guest, Place};
use call::signal::{FromHub, Peer, Step};
use domain::Phi;
use domain::id::ParticipantId;
use domain::participant::ParticipantRole;

use super::words::Words;

/// One participant's seat.
pub struct Seat {
    /// Which socket holds it.
    pub socket: u64,
    words: Option<Words>,
    role: ParticipantRole,
    name: Phi<String>,
    engine: bool,
    incarnation: String,
    step: Step,
    place: Option<Place>,
    microphone: bool,
    camera: bool,
    hold: bool,
    told_peers: Option<Vec<Peer>>,
}

impl Seat {
    /// A seat for a guest who has just said hello.
    pub fn new(socket: u64, words: Words, guest: &Guest, incarnation: String) -> Self {
        Self {
            socket,
            words: Some(words),
            role: guest.role,
            name: guest.name.clone(),
            engine: guest.engine,
            incarnation,
            step: guest.step,
            place: None,
            microphone: true,
            camera: true,
            hold: false,
            told_peers: None,
        }
    }

    /// Says a word, if the socket still listens.
    pub fn say(&self, word: FromHub) {
        if let Some(words) = &self.words {
            words.say(word);
        }
    }

    fn peer(&self, participant: ParticipantId) -> Peer {
        Peer {
            participant,
            role: self.role,
            name: self.name.clone(),
            incarnation: self.incarnation.clone(),
            engine: self.engine,
            microphone: self.microphone,
            camera: self.camera,
            hold: self.hold,
            present: self.words.is_some(),
        }
    }
}

/// Everyone who sits in one visit.
#[derive(Default)]
pub struct Visit {
    seats: BTreeMap<ParticipantId, Seat>,
}

impl Visit {
    /// Who sits here.
    pub fn participants(&self) -> impl Iterator<Item = ParticipantId> + '_ {
        self.seats.keys().copied()
    }

    /// Whether nobody sits here.
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// Puts a participant on a seat and gives back the one it replaces. Switches are kept over a reconnect of the same
    /// incarnation, so that the others do not see a flicker.
    pub fn sit(&mut self, participant: ParticipantId, mut seat: Seat) -> Option<Seat> {
        let old = self.seats.remove(&participant);
        if let Some(old) = old.as_ref().filter(|old| old.incarnation == seat.incarnation) {
            (seat.microphone, seat.camera, seat.hold) = (old.microphone, old.camera, old.hold);
        }
        self.seats.insert(participant, seat);
        old
    }

    /// The socket of a seat is gone. In the call the seat stays: its media may still flow, and it may come back.
    pub fn lost(&mut self, participant: ParticipantId, socket: u64) -> bool {
        let Some(seat) = self.seats.get_mut(&participant).filter(|seat| seat.socket == socket) else { return false };
        match seat.step {
            Step::Call => {
                seat.words = None;
                self.tell_peers();
            }
            Step::Identify | Step::Prepare | Step::Waiting | Step::Over { .. } => self.stand_up(participant),
        }
        true
    }

    /// The participant goes by the word of this socket. A newer socket of theirs keeps its seat.
    pub fn left(&mut self, participant: ParticipantId, socket: u64) {
        if self.seats.get(&participant).is_some_and(|seat| seat.socket == socket) {
            self.stand_up(participant);
        }
    }

    /// Takes a seat away.
    fn stand_up(&mut self, participant: ParticipantId) {
        self.seats.remove(&participant);
        self.tell_peers();
    }

    /// Tells a participant their step and place where they changed. Nobody sits on where it is over.
    pub fn now_at(&mut self, participant: ParticipantId, step: Step, place: Option<Place>) {
        let Some(seat) = self.seats.get_mut(&participant) else { return };
        let moved = seat.step != step;
        if moved {
            seat.step = step;
            seat.say(FromHub::Step { step });
        }
        if seat.place != place {
            seat.place = place;
            if let Some(Place { ahead, minutes }) = place {
                seat.say(FromHub::Place { ahead, minutes });
            }
        }
        match step {
            Step::Over { .. } => self.stand_up(participant),
            Step::Identify | Step::Prepare | Step::Waiting | Step::Call if moved => self.tell_peers(),
            Step::Identify | Step::Prepare | Step::Waiting | Step::Call => {}
        }
    }

    /// What a participant sends now.
    pub fn switched(&mut self, participant: ParticipantId, microphone: bool, camera: bool, hold: bool) {
        if let Some(seat) = self.seats.get_mut(&participant) {
            (seat.microphone, seat.camera, seat.hold) = (microphone, camera, hold);
            self.tell_peers();
        }
    }

    /// The receiver of a word, when both it and the speaker are in the call.
    pub fn in_call_with(&self, speaker: ParticipantId, receiver: ParticipantId) -> Option<&Seat> {
        let in_call = |participant| self.seats.get(&participant).filter(|seat| seat.step == Step::Call);
        in_call(speaker).and(in_call(receiver)).filter(|_| speaker != receiver)
    }

    /// Whether a participant may say something in the chat: they are in the call or wait for it, so who they are is known.
    pub fn chats(&self, speaker: ParticipantId) -> bool {
        self.seats.get(&speaker).is_some_and(|seat| matches!(seat.step, Step::Call | Step::Waiting))
    }

    /// Everyone else who can read a chat message now: those in the call and those who wait.
    pub fn readers(&self, speaker: ParticipantId) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter_map(move |(participant, seat)| {
            let reads = matches!(seat.step, Step::Call | Step::Waiting) && seat.words.is_some();
            (*participant != speaker && reads).then_some(seat)
        })
    }

    /// Whether this is the patient, whose messages are kept when nobody of the practice reads them.
    pub fn is_patient(&self, participant: ParticipantId) -> bool {
        self.seats.get(&participant).is_some_and(|seat| seat.role == ParticipantRole::Patient)
    }

    /// Whether somebody of the practice can read a chat message now. A relative who waits too is no help.
    pub fn practice_reads(&self, speaker: ParticipantId) -> bool {
        self.readers(speaker).any(|seat| match seat.role {
            ParticipantRole::Clinician | ParticipantRole::Nurse => true,
            ParticipantRole::Patient
            | ParticipantRole::Interpreter
            | ParticipantRole::Relative
            | ParticipantRole::Device => false,
        })
    }

    /// The name a participant goes by here.
    pub fn name(&self, participant: ParticipantId) -> Phi<String> {
        self.seats.get(&participant).map(|seat| seat.name.clone()).unwrap_or_default()
    }

    /// Tells everyone in the call who else is, where that changed for them.
    pub fn tell_peers(&mut self) {
        let all: Vec<Peer> = self
            .seats
            .iter()
            .filter(|(_, seat)| seat.step == Step::Call)
            .map(|(participant, seat)| seat.peer(*participant))
            .collect();
        for (participant, seat) in &mut self.seats {
            if seat.step != Step::Call {
                seat.told_peers = None;
                continue;
            }
            let others: Vec<Peer> = all.iter().filter(|peer| peer.participant != *participant).cloned().collect();
            if seat.told_peers.as_ref() != Some(&others) {
                seat.told_peers = Some(others.clone());
                seat.say(FromHub::Peers { peers: others });
            }
        }
    }
}
