//! The one entrance for the screens' commands.

use domain::id::IdempotencyKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Console;
use crate::api::commands::prelude::*;
use crate::api::error::ApiError;
use crate::failure::Failure;
use crate::for_each_command;

type Key = Option<IdempotencyKey>;

impl Console {
    /// Carries one command out. A panic inside is caught here: it becomes an answer, and the rest of the program goes on.
    pub async fn rpc(&self, command: &str, payload: Value, key: Key) -> Result<Value, ApiError> {
        let (console, name) = (self.clone(), command.to_owned());
        // A task of its own: whoever asked may go away (a window that is closed), the command is carried out all the same.
        let done = tokio::spawn(async move { console.dispatch(&name, payload, key).await }).await;
        // The panic's place is in the log already, by the hook of [`crate::panics`].
        done.unwrap_or(Err(Failure::Bug)).map_err(Failure::told)
    }
}

fn read<T: DeserializeOwned>(payload: Value) -> Result<T, Failure> {
    serde_json::from_value(payload).map_err(|error| {
        // The error may quote the value, so only its kind is logged.
        tracing::info!(kind = ?error.classify(), "a command's payload could not be read");
        Failure::BadRequest
    })
}

fn written(answer: impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(answer).map_err(|_| Failure::Bug)
}

macro_rules! dispatcher {
    ($($name:literal: $handler:ident($request:ty) -> $answer:ty;)*) => {
        impl Console {
            async fn dispatch(&self, command: &str, payload: Value, key: Key) -> Result<Value, Failure> {
                match command {
                    $($name => {
                        let answer: $answer = self.$handler(key, read::<$request>(payload)?).await?;
                        written(answer)
                    })*
                    _ => Err(Failure::BadRequest),
                }
            }
        }

        /// The names of all commands.
        pub const COMMANDS: &[&str] = &[$($name),*];
    };
}

for_each_command!(dispatcher);

/// Commands that the practice carries out for whoever is signed in.
macro_rules! of_the_practice {
    ($($handler:ident($request:ty) -> $answer:ty;)*) => {
        impl Console {
            $(async fn $handler(&self, key: Key, request: $request) -> Result<$answer, Failure> {
                let (rounds, asked) = self.signed_in(key).await?;
                rounds.$handler(&asked, request).await
            })*
        }
    };
}

of_the_practice! {
    queue(QueueRequest) -> QueueView;
    encounter(EncounterRequest) -> EncounterView;
    create_encounter(CreateEncounterRequest) -> LinkView;
    triage(EncounterChangeRequest) -> Nothing;
    admit(EncounterChangeRequest) -> Nothing;
    wrap_up(EncounterChangeRequest) -> Nothing;
    finish(FinishRequest) -> Nothing;
    cancel(CancelRequest) -> Nothing;
    set_priority(PriorityRequest) -> Nothing;
    check_identity(EncounterRequest) -> Nothing;
    link(LinkRequest) -> LinkView;
    invite(InviteRequest) -> LinkView;
    remove_participant(ParticipantRequest) -> Nothing;
    search_patients(PatientSearchRequest) -> PatientSearchView;
    patient(PatientRequest) -> PatientView;
    create_patient(PatientDetails) -> PatientBrief;
    update_patient(UpdatePatientRequest) -> PatientBrief;
    templates(Nothing) -> TemplatesView;
    start_note(StartNoteRequest) -> NoteView;
    note(NoteRequest) -> NoteView;
    answer(AnswerRequest) -> SavedView;
    put_note_aside(NoteRequest) -> Nothing;
    settle_recovered(RecoveredRequest) -> NoteView;
    preview_note(NoteRequest) -> SignPreview;
    sign_note(SignRequest) -> NoteView;
    addend(AddendRequest) -> NoteView;
    discard_note(NoteRequest) -> Nothing;
    delete_snapshot(DeleteSnapshotRequest) -> Nothing;
}
