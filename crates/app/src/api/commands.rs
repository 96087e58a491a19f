//! The list of all commands of a console: name, what is asked, what is answered.
//!
//! [`crate::for_each_command`] is the one list. The rpc dispatcher, the TypeScript map and the coverage tests are made
//! from it, so a command cannot exist in one of them only.

/// Hands the list to a macro: `"noun.verb": handler(Request) -> Answer;` for each command.
#[macro_export]
macro_rules! for_each_command {
    ($receiver:ident) => {
        $receiver! {
            "app.start": start(Nothing) -> StartView;
            "practice.create": create_practice(CreatePracticeRequest) -> StartView;
            "practice.explore_sample": explore_sample(Nothing) -> StartView;
            "session.sign_in": sign_in(SignInRequest) -> StartView;
            "session.sign_out": sign_out(Nothing) -> StartView;
            "queue.list": queue(QueueRequest) -> QueueView;
            "encounter.get": encounter(EncounterRequest) -> EncounterView;
            "encounter.create": create_encounter(CreateEncounterRequest) -> LinkView;
            "encounter.triage": triage(EncounterChangeRequest) -> Nothing;
            "encounter.admit": admit(EncounterChangeRequest) -> Nothing;
            "encounter.release": release(EncounterChangeRequest) -> Nothing;
            "encounter.wrap_up": wrap_up(EncounterChangeRequest) -> Nothing;
            "encounter.pause": pause(EncounterChangeRequest) -> Nothing;
            "encounter.finish": finish(FinishRequest) -> Nothing;
            "encounter.cancel": cancel(CancelRequest) -> Nothing;
            "encounter.set_priority": set_priority(PriorityRequest) -> Nothing;
            "encounter.check_identity": check_identity(EncounterRequest) -> Nothing;
            "encounter.link": link(LinkRequest) -> LinkView;
            "encounter.invite": invite(InviteRequest) -> LinkView;
            "participant.remove": remove_participant(ParticipantRequest) -> Nothing;
            "patient.search": search_patients(PatientSearchRequest) -> PatientSearchView;
            "patient.get": patient(PatientRequest) -> PatientView;
            "patient.create": create_patient(PatientDetails) -> PatientBrief;
            "patient.update": update_patient(UpdatePatientRequest) -> PatientBrief;
            "template.list": templates(Nothing) -> TemplatesView;
            "note.start": start_note(StartNoteRequest) -> NoteView;
            "note.get": note(NoteRequest) -> NoteView;
            "note.answer": answer(AnswerRequest) -> SavedView;
            "note.put_aside": put_note_aside(NoteRequest) -> Nothing;
            "note.settle_recovered": settle_recovered(RecoveredRequest) -> NoteView;
            "note.preview": preview_note(NoteRequest) -> SignPreview;
            "note.sign": sign_note(SignRequest) -> NoteView;
            "note.addend": addend(AddendRequest) -> NoteView;
            "note.discard": discard_note(NoteRequest) -> Nothing;
            "snapshot.delete": delete_snapshot(DeleteSnapshotRequest) -> Nothing;
            "device.list": devices(Nothing) -> MediaDevices;
            "device.choose": choose_device(ChooseDeviceRequest) -> MediaDevices;
            "preview.start": start_preview(Nothing) -> PreviewView;
            "preview.get": preview(Nothing) -> PreviewView;
            "preview.stop": stop_preview(Nothing) -> Nothing;
            "preview.record": record(Nothing) -> Nothing;
            "preview.play": play_recording(Nothing) -> Nothing;
            "preview.chime": chime(Nothing) -> Nothing;
            "network.probe": probe_network(Nothing) -> NetworkView;
            "check.save": save_check(SaveCheckRequest) -> LastCheckView;
            "check.last": last_check(Nothing) -> LastCheckView;
            "call.join": join_call(JoinCallRequest) -> Nothing;
            "call.get": running_call(Nothing) -> RunningCallView;
            "call.set_microphone": set_microphone(SwitchRequest) -> Nothing;
            "call.set_camera": set_camera(SwitchRequest) -> Nothing;
            "call.set_hold": set_hold(SwitchRequest) -> Nothing;
            "call.hang_up": hang_up(Nothing) -> Nothing;
            "call.send_chat": send_chat(ChatRequest) -> Nothing;
        }
    };
}

/// Everything the list names.
pub mod prelude {
    pub use super::super::Nothing;
    pub use super::super::device::*;
    pub use super::super::encounter::*;
    pub use super::super::note::*;
    pub use super::super::patient::*;
    pub use super::super::queue::*;
    pub use super::super::start::*;
    pub use call::view::{MediaDevices, PreviewView};
}
