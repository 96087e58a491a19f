//! Drafts: what is being typed is kept, and what another run has left is known as recovered.

use domain::id::NoteId;
use domain::phi::Phi;
use store::{Draft, RunId};

use crate::world::*;

fn save(world: &World, question: &'static str, text: &'static str, at: i64, run: &RunId) {
    let run = run.clone();
    let value = vec![Phi::from(text)];
    world.write(move |tx| Ok(tx.save_draft(NoteId::from_u128(1), question, &value, second(at), &run)?)).unwrap();
}

fn load(world: &World, run: &RunId) -> Option<Draft> {
    world.read(|reader| reader.draft(NoteId::from_u128(1), run).unwrap())
}

#[test]
fn typed_text_is_kept_by_question_and_not_journalled() {
    let (world, run) = (World::new(), RunId::new());
    assert_eq!(load(&world, &run), None);
    save(&world, "story", "W", 1, &run);
    save(&world, "plan", "Rest.", 2, &run);
    save(&world, "story", "Well.", 3, &run);
    let draft = load(&world, &run).unwrap();
    let texts: Vec<_> = draft.answers.iter().map(|(id, texts)| (id.as_str(), texts[0].as_str())).collect();
    assert_eq!(texts, [("plan", "Rest."), ("story", "Well.")]);
    assert_eq!((draft.saved_at, draft.recovered), (second(3), None));
    assert_eq!(world.read(|reader| reader.journal_after(0, 10).unwrap()), []);
}

#[test]
fn the_text_of_another_run_is_recovered_text() {
    let (world, run) = (World::new(), RunId::new());
    save(&world, "story", "Well.", 1, &run);
    save(&world, "plan", "Rest.", 2, &run);
    let folder = world.close();
    let world = World { store: open(folder.path(), &KEY).unwrap(), folder };
    let next = RunId::new();
    let recovered = load(&world, &next).unwrap().recovered;
    assert_eq!(recovered, Some((second(2), vec!["story".to_owned(), "plan".to_owned()])));
    save(&world, "plan", "Rest. Water.", 3, &next);
    let draft = load(&world, &next).unwrap();
    assert_eq!(draft.recovered, Some((second(1), vec!["story".to_owned()])), "what is typed on is one's own");
    assert_eq!(draft.saved_at, second(3));
    assert_eq!(world.read(|reader| reader.notes_being_typed(&next).unwrap()), [NoteId::from_u128(1)]);
    assert_eq!(world.read(|reader| reader.notes_being_typed(&RunId::new()).unwrap()), []);
}

#[test]
fn what_was_put_aside_is_forgotten() {
    let (world, run) = (World::new(), RunId::new());
    for question in ["a", "b", "c"] {
        save(&world, question, "text", 1, &run);
    }
    let some = vec!["a".to_owned(), "unknown".to_owned()];
    world.write(move |tx| Ok(tx.clear_draft(NoteId::from_u128(1), Some(&some))?)).unwrap();
    assert_eq!(load(&world, &run).unwrap().answers.keys().collect::<Vec<_>>(), ["b", "c"]);
    world.write(|tx| Ok(tx.clear_draft(NoteId::from_u128(1), None)?)).unwrap();
    assert_eq!(load(&world, &run), None);
}
