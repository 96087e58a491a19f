//! The console's call: joined for a visit, observed for the record.

use call::engine::{EngineRefusal, Join, Told};
use call::view::{CallPhase, EndReason};
use domain::call::{CallEnd, CallObservation, CallState};
use domain::id::EncounterId;
use domain::id::{CallId, IdempotencyKey};
use tokio::sync::broadcast;

use super::{Console, ConsoleEvent, Stage};
use crate::api::Nothing;
use crate::api::device::{ChatRequest, JoinCallRequest, RunningCallView, SwitchRequest};
use crate::api::encounter::EncounterChangeRequest;
use crate::failure::Failure;

type Key = Option<IdempotencyKey>;

impl Console {
    pub(super) async fn join_call(&self, key: Key, request: JoinCallRequest) -> Result<Nothing, Failure> {
        // Nobody signs out, or in, between the ticket and the call.
        let _turn = self.inner.turn.lock().await;
        let (rounds, asked) = self.signed_in(key).await?;
        let id = request.encounter;
        let before = rounds.look(move |reader| reader.calls_of(id)).await?;
        // After the program stopped in the middle of a call the person may not know that they are seen and heard again.
        let interrupted = before
            .last()
            .is_some_and(|call| matches!(call.record.state, CallState::Ended { why: CallEnd::Interrupted, .. }));
        // Who calls again in the same visit begins another call: a record that is still open would be joined, and then
        // ended by the last word of the call before.
        if self.inner.engine.view().is_some_and(|view| view.encounter == id) {
            self.leave_current_call().await;
        }
        let ticket = rounds.open_call(&asked, id).await?;
        self.leave_current_call().await;
        *self.lock_call() = Some(ticket.call);
        let base = self.local_base().await?;
        let join = Join {
            call: ticket.call,
            encounter: id,
            signal_url: format!("{}/signal", base.replacen("http", "ws", 1)),
            token: ticket.token,
            device: rounds.store().device().to_string(),
            microphone: !interrupted,
            camera: !interrupted,
        };
        self.inner.engine.join(join).await;
        // The call itself is told by events alone: an answer could come after one of them and show what is past.
        Ok(Nothing {})
    }

    /// Sends a patient back to the waiting room. The call that this console has with them is over with it.
    pub(super) async fn release(&self, key: Key, request: EncounterChangeRequest) -> Result<Nothing, Failure> {
        let _turn = self.inner.turn.lock().await;
        let (rounds, asked) = self.signed_in(key).await?;
        let encounter = request.encounter;
        rounds.release(&asked, request).await?;
        self.leave_call_of(encounter).await
    }

    /// Interrupts a visit. The call that this console has with the patient is over with it: nobody is watched or heard
    /// who thinks that the visit rests.
    pub(super) async fn pause(&self, key: Key, request: EncounterChangeRequest) -> Result<Nothing, Failure> {
        let _turn = self.inner.turn.lock().await;
        let (rounds, asked) = self.signed_in(key).await?;
        let encounter = request.encounter;
        rounds.pause(&asked, request).await?;
        self.leave_call_of(encounter).await
    }

    /// Leaves the running call where it is one of this visit. The caller holds the turn: no call is joined in between.
    async fn leave_call_of(&self, encounter: EncounterId) -> Result<Nothing, Failure> {
        if self.inner.engine.view().is_some_and(|view| view.encounter == encounter) {
            self.leave_current_call().await;
        }
        Ok(Nothing {})
    }

    pub(super) async fn running_call(&self, _: Key, _: Nothing) -> Result<RunningCallView, Failure> {
        self.signed_in(None).await?;
        Ok(RunningCallView { call: self.inner.engine.view() })
    }

    pub(super) async fn set_microphone(&self, _: Key, request: SwitchRequest) -> Result<Nothing, Failure> {
        self.signed_in(None).await?;
        told(self.inner.engine.set_microphone(request.on))
    }

    pub(super) async fn set_camera(&self, _: Key, request: SwitchRequest) -> Result<Nothing, Failure> {
        self.signed_in(None).await?;
        told(self.inner.engine.set_camera(request.on))
    }

    pub(super) async fn set_hold(&self, _: Key, request: SwitchRequest) -> Result<Nothing, Failure> {
        self.signed_in(None).await?;
        told(self.inner.engine.set_hold(request.on))
    }

    pub(super) async fn hang_up(&self, _: Key, _: Nothing) -> Result<Nothing, Failure> {
        self.signed_in(None).await?;
        told(self.inner.engine.hang_up())
    }

    pub(super) async fn send_chat(&self, _: Key, request: ChatRequest) -> Result<Nothing, Failure> {
        self.signed_in(None).await?;
        told(self.inner.engine.send_chat(request.text))
    }

    /// The record of the call that the engine is in.
    pub(super) fn current_call(&self) -> Option<CallId> {
        *self.lock_call()
    }

    /// Keeps what happens in calls, and passes the views of call and device check on to the screens.
    pub(super) fn follow_engine(&self) {
        let (console, mut happenings) = (self.clone(), self.inner.engine.events());
        tokio::spawn(async move {
            loop {
                match happenings.recv().await {
                    Ok(event) => console.observe(event.call, seen(event.what)).await,
                    // What was missed is in the view; the record of the call will tell less, and nothing wrong.
                    Err(broadcast::error::RecvError::Lagged(count)) => {
                        tracing::warn!(count, "events of the call were missed");
                    }
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
        let (mut view, events) = (self.inner.engine.watch(), self.inner.events.clone());
        tokio::spawn(async move {
            while view.changed().await.is_ok() {
                let now = view.borrow_and_update().clone();
                let _ = events.send(ConsoleEvent::Call(now));
            }
        });
        let (mut view, events) = (self.inner.engine.preview(), self.inner.events.clone());
        tokio::spawn(async move {
            while view.changed().await.is_ok() {
                let now = view.borrow_and_update().clone();
                let _ = events.send(ConsoleEvent::Preview(now));
            }
        });
    }

    async fn observe(&self, call: CallId, seen: CallObservation) {
        // The guard is not held over the write: a slow disk would keep everybody who signs in waiting.
        let rounds = match &*self.inner.stage.read().await {
            Stage::Open { rounds, .. } => rounds.clone(),
            Stage::Trouble(_) => return,
        };
        if let Err(failure) = rounds.observe_call(call, seen).await {
            failure.report();
        }
    }

    /// A console is in one call at a time: joining another leaves this one, with its end on its own record before the
    /// other record is opened or joined.
    pub(super) async fn leave_current_call(&self) {
        let Some(call) = self.lock_call().take() else { return };
        self.inner.engine.leave().await;
        let why = match self.inner.engine.view().map(|view| view.phase) {
            Some(CallPhase::Ended { why }) => why,
            _ => EndReason::HungUp,
        };
        self.observe(call, seen(Told::Ended(why))).await;
    }

    fn lock_call(&self) -> std::sync::MutexGuard<'_, Option<CallId>> {
        self.inner.call.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// What the record of a call is told.
fn seen(what: Told) -> CallObservation {
    match what {
        Told::Connected => CallObservation::Connected,
        Told::Lost => CallObservation::Lost,
        Told::Held => CallObservation::Held,
        Told::Resumed => CallObservation::Resumed,
        Told::Ended(why) => CallObservation::Ended(match why {
            EndReason::HungUp | EndReason::Replaced => CallEnd::HungUp,
            EndReason::VisitOver => CallEnd::VisitOver,
            EndReason::Removed => CallEnd::Removed,
            EndReason::Refused => CallEnd::Refused,
        }),
    }
}

pub(super) fn told(done: Result<(), EngineRefusal>) -> Result<Nothing, Failure> {
    done.map(|()| Nothing {}).map_err(|refusal| {
        let words = match refusal {
            EngineRefusal::NoCall => "There is no call on this computer now.",
            EngineRefusal::Busy => "The call does not answer. Hang up and join again.",
            EngineRefusal::CallRuns => "A call is running on this computer. Check the devices after it.",
            EngineRefusal::NoPreview => "The device check is not running.",
        };
        Failure::Device(words.to_owned())
    })
}
