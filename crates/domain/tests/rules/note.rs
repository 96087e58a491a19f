//! Notes: every state with every command, what may be answered, the exact text that is signed, and that it stays.

use domain::Phi;
use domain::note::{Heading, LONGEST, Note, NoteRefusal as R, NoteState as S, sha256_hex};
use domain::template::{Flaw, QuestionKind};
use proptest::prelude::*;

use crate::people::{answers, colleague, me, minute, note, question, signer, tries};
use crate::table::{assert_table, refused, same, table};

const EVERY_STATE_AND_COMMAND: &str = r#"
                         | draft           | signed  | amended | discarded  | incomplete
answer, author           | -               | !signed | !signed | !discarded | -
answer, colleague        | !not_the_author | !signed | !signed | !discarded | !not_the_author
sign, author             | signed          | !signed | !signed | !discarded | !missing
sign, colleague          | !not_the_author | !signed | !signed | !discarded | !not_the_author
sign unseen, author      | !text_changed   | !signed | !signed | !discarded | !missing
amend "More.", author    | !not_signed     | amended | *       | !discarded | !not_signed
amend "More.", colleague | !not_signed     | amended | *       | !discarded | !not_signed
amend " ", author        | !not_signed     | !empty  | !empty  | !discarded | !not_signed
discard, author          | discarded       | !signed | !signed | !discarded | discarded
discard, colleague       | !not_the_author | !signed | !signed | !discarded | !not_the_author
"#;

/// What can be done with a note, as a value that a table can list.
#[derive(Debug, Clone, Copy)]
enum Command {
    Answer { mine: bool },
    Sign { mine: bool, as_shown: bool },
    Amend { mine: bool, text: &'static str },
    Discard { mine: bool },
}

fn run(note: &Note, command: Command, minutes: i64) -> Result<Option<Note>, R> {
    let who = |mine| if mine { me() } else { colleague() };
    match command {
        Command::Answer { mine } => note.check_answer("story", &["Better.".into()], who(mine)).map(|()| None),
        Command::Sign { mine, as_shown } => {
            let shown = sha256_hex(if as_shown { b"the text" } else { b"another" });
            note.sign("the text".into(), &shown, &signer(who(mine)), minute(minutes)).map(Some)
        }
        Command::Amend { mine, text } => note.amend(&text.into(), &signer(who(mine)), minute(minutes)).map(Some),
        Command::Discard { mine } => note.discard(who(mine), minute(minutes)).map(Some),
    }
}

fn commands() -> Vec<Command> {
    let each = |command: fn(bool) -> Command| [command(true), command(false)];
    let mut all = Vec::new();
    all.extend(each(|mine| Command::Answer { mine }));
    all.extend(each(|mine| Command::Sign { mine, as_shown: true }));
    all.push(Command::Sign { mine: true, as_shown: false });
    all.extend(each(|mine| Command::Amend { mine, text: "More." }));
    all.push(Command::Amend { mine: true, text: " " });
    all.extend(each(|mine| Command::Discard { mine }));
    all
}

fn name(command: &Command) -> String {
    let who = |mine: &bool| if *mine { "author" } else { "colleague" };
    match command {
        Command::Answer { mine } => format!("answer, {}", who(mine)),
        Command::Sign { mine, as_shown: true } => format!("sign, {}", who(mine)),
        Command::Sign { mine, as_shown: false } => format!("sign unseen, {}", who(mine)),
        Command::Amend { mine, text } => format!("amend {text:?}, {}", who(mine)),
        Command::Discard { mine } => format!("discard, {}", who(mine)),
    }
}

/// A state in a word. A new state must be added here and to [`states`].
fn word(state: &S) -> &'static str {
    match state {
        S::Draft => "draft",
        S::Signed { .. } => "signed",
        S::Amended { .. } => "amended",
        S::Discarded { .. } => "discarded",
    }
}

fn signed() -> Note {
    run(&note(), Command::Sign { mine: true, as_shown: true }, 1).unwrap().unwrap()
}

fn states() -> Vec<(&'static str, Note)> {
    let amended = run(&signed(), Command::Amend { mine: false, text: "First." }, 2).unwrap().unwrap();
    let discarded = run(&note(), Command::Discard { mine: true }, 2).unwrap().unwrap();
    let incomplete = Note { answers: answers(&[]), ..note() };
    let named = [note(), signed(), amended, discarded].map(|note| (word(&note.state), note));
    named.into_iter().chain([("incomplete", incomplete)]).collect()
}

#[test]
fn every_state_takes_every_command_as_the_table_says() {
    let commands: Vec<(String, Command)> = commands().into_iter().map(|command| (name(&command), command)).collect();
    let actual = table(&states(), &commands, |before, command| match run(before, *command, 30) {
        Err(refusal) => refused(refusal.code()),
        Ok(Some(next)) if word(&next.state) != word(&before.state) => word(&next.state).into(),
        Ok(next) => same(next.is_some()),
    });
    assert_table(&actual, EVERY_STATE_AND_COMMAND);
}

#[test]
fn an_answer_must_fit_its_question() {
    let long = "x".repeat(LONGEST + 1);
    let longest = "é".repeat(LONGEST);
    let cases: &[(&str, &[&str], Option<&str>)] = &[
        ("line", &["a"], None),
        ("line", &[], None),
        ("line", &["a", "b"], Some("note.wrong_answer")),
        ("story", &["two\nlines"], None),
        ("story", &[&longest], None),
        ("story", &[&long], Some("note.too_long")),
        ("side", &["left"], None),
        ("side", &["LEFT"], Some("note.wrong_answer")),
        ("side", &["left", "right"], Some("note.wrong_answer")),
        ("sides", &["left", "right"], None),
        ("sides", &["left", "up"], Some("note.wrong_answer")),
        ("width", &["abc"], None),
        ("width", &["1", "2"], Some("note.wrong_answer")),
        ("since", &["yest"], None),
        ("seen", &["yester"], None),
        ("seen", &["now", "then"], Some("note.wrong_answer")),
        ("smokes", &["yes"], None),
        ("smokes", &["no"], None),
        ("smokes", &["maybe"], Some("note.wrong_answer")),
        ("smokes", &[], None),
        ("colour", &["red"], Some("note.no_such_question")),
    ];
    for (id, texts, refusal) in cases {
        let value: Vec<Phi<String>> = texts.iter().map(|text| Phi::from(*text)).collect();
        let answer = note().check_answer(id, &value, me());
        assert_eq!(answer.err().map(|refusal| refusal.code()), *refusal, "{id} {}", texts.len());
    }
}

/// Answers by question.
type Given = &'static [(&'static str, &'static [&'static str])];

#[test]
fn what_is_missing_is_named_in_order() {
    let cases: &[(Given, &[&str])] = &[
        (&[], &["story", "width"]),
        (&[("story", &[]), ("width", &[""])], &["story", "width"]),
        (&[("story", &["  \n"]), ("width", &["12"])], &["story"]),
        (&[("story", &["Well."]), ("width", &["12"])], &[]),
        (&[("story", &["Well."]), ("width", &[" 12.5 "])], &[]),
        (&[("story", &["Well."]), ("width", &["-3e2"])], &[]),
        (&[("story", &["Well."]), ("width", &["twelve"])], &["width"]),
        (&[("story", &["Well."]), ("width", &["NaN"])], &["width"]),
        (&[("story", &["Well."]), ("width", &["inf"])], &["width"]),
        (&[("story", &["Well."]), ("width", &["1e999"])], &["width"]),
        (&[("story", &["Well."]), ("width", &["1"]), ("since", &["2026-02-30"])], &["since"]),
        (&[("story", &["Well."]), ("width", &["1"]), ("since", &["yesterday"])], &["since"]),
        (&[("story", &["Well."]), ("width", &["1"]), ("since", &["2026-02-28"])], &[]),
        (&[("story", &["Well."]), ("width", &["1"]), ("since", &[" "])], &[]),
        (&[("story", &["Well."]), ("width", &["-300"])], &[]),
        (&[("story", &["Well."]), ("width", &["-300.5"])], &["width"]),
        (&[("story", &["Well."]), ("width", &["501"])], &["width"]),
        (&[("story", &["Well."]), ("width", &["1"]), ("seen", &["2026-03-05 04:30 -05:00"])], &[]),
        (&[("story", &["Well."]), ("width", &["1"]), ("seen", &["2026-03-05 10:09 +00:00"])], &[]),
        (&[("story", &["Well."]), ("width", &["1"]), ("seen", &["2026-03-05 22:15 +00:00"])], &["seen"]),
        (&[("story", &["Well."]), ("width", &["1"]), ("seen", &["0206-03-05 09:30 +00:00"])], &["seen"]),
        (&[("story", &["Well."]), ("width", &["1"]), ("seen", &["2026-03-14 09:30"])], &["seen"]),
        (&[("story", &["Well."]), ("width", &["1"]), ("seen", &["2026-02-31 10:00 -05:00"])], &["seen"]),
        (&[("story", &["Well."]), ("width", &["1"]), ("seen", &["2026-03-14 24:30 +00:00"])], &["seen"]),
        (&[("story", &["Well."]), ("width", &["1"]), ("seen", &["yesterday"])], &["seen"]),
    ];
    for (given, missing) in cases {
        let note = Note { answers: answers(given), ..note() };
        let found = note.missing(minute(0));
        assert_eq!(found.iter().map(|one| &*one.question).collect::<Vec<_>>(), *missing, "{given:?}");
        let text = Phi::from("the text");
        let signing = note.sign(text, &sha256_hex(b"the text"), &signer(me()), minute(1));
        assert_eq!(signing.err(), (!missing.is_empty()).then_some(R::Missing { count: missing.len() }));
    }
    let flawed = Note { answers: answers(&[("width", &["999"]), ("since", &["soon"])]), ..note() }.missing(minute(0));
    let flaws: Vec<_> = flawed.iter().map(|one| (&*one.section, &*one.name, one.flaw)).collect();
    let out_of_range = Flaw::OutOfRange { min: Some(-300), max: Some(500) };
    assert_eq!(
        flaws,
        [
            ("Findings", "The story", Flaw::Missing),
            ("Measured", "The width", out_of_range),
            ("Measured", "The since", Flaw::Unreadable),
        ]
    );
}

#[test]
fn newer_answers_lie_over_older_ones() {
    let note = note().with_answers(answers(&[("story", &["Worse."]), ("side", &["left"])]));
    assert_eq!(note.answers, answers(&[("story", &["Worse."]), ("side", &["left"]), ("width", &["12"])]));
}

fn heading() -> Heading {
    Heading {
        practice: "Harbour Clinic".into(),
        patient_name: "Zoë Núñez".into(),
        birth_date: Phi::new("1984-03-05".parse().unwrap()),
        mrn: "MR-1042".into(),
        visit_on: minute(0),
    }
}

#[test]
fn the_signed_text_is_exactly_this() {
    let given = answers(&[
        ("story", &["  First line.\nSecond line.  "]),
        ("sides", &["left", "right"]),
        ("width", &["12"]),
        ("smokes", &["no"]),
        ("line", &["  "]),
    ]);
    let note = Note { answers: given, ..note() };
    let text = note.canonical_text(&heading());
    let expected = "\
General
Harbour Clinic
Patient: Zoë Núñez
Date of birth: 05 Mar 1984
Record number: MR-1042
Visit: 05 Mar 2026 10:00 UTC

Findings
The story: First line.
Second line.
The sides: left, right

Measured
The width: 12 mm
The smokes: no
";
    assert_eq!(text.expose(), expected);
    assert_eq!(sha256_hex(text.as_bytes()), sha256_hex(expected.as_bytes()));
    let empty = Note { answers: answers(&[]), ..note }.canonical_text(&heading());
    assert!(empty.ends_with("10:00 UTC\n"), "a section without answers has no heading");
}

#[test]
fn a_signature_names_signer_time_and_text() {
    let S::Signed { signature } = signed().state else { panic!("not signed") };
    assert_eq!((signature.by, &*signature.signer, signature.at), (me(), "A. Clinician, MD", minute(1)));
    assert_eq!(signature.text.expose(), "the text");
    assert_eq!(signature.sha256, "41a1f654dc79a9ac645afa553c31d51fd115eca8dd1cb9e6c67ae03e52718e8b");
}

#[test]
fn an_addendum_is_trimmed_and_has_a_limit() {
    let amend = |text: String| signed().amend(&Phi::new(text), &signer(colleague()), minute(2));
    let S::Amended { addenda, .. } = amend("  More. \n".into()).unwrap().state else { panic!("not amended") };
    let [addendum] = addenda.as_slice() else { panic!("not one addendum") };
    assert_eq!((addendum.text.as_str(), addendum.by, addendum.at), ("More.", colleague(), minute(2)));
    assert_eq!(addendum.sha256, sha256_hex(b"More."));
    assert!(amend("é".repeat(LONGEST)).is_ok());
    assert_eq!(amend("é".repeat(LONGEST + 1)), Err(R::TooLong));
}

#[test]
fn a_later_template_does_not_change_what_is_missing() {
    let mut note = note();
    assert!(note.missing(minute(0)).is_empty());
    note.template.sections[1].questions.push(question("colour", QuestionKind::Text, true));
    assert_eq!(note.missing(minute(0)).len(), 1, "the note's own template decides");
}

proptest! {
    #![proptest_config(tries(256))]

    #[test]
    fn a_signed_text_never_changes_and_addenda_only_grow(
        walk in prop::collection::vec((prop::sample::select(commands()), 0i64..600), 0..40),
    ) {
        let mut before = note();
        for (command, at) in walk {
            let Ok(Some(after)) = run(&before, command, at) else { continue };
            prop_assert_eq!(&before.answers, &after.answers);
            prop_assert_eq!(&before.template, &after.template);
            let parts = |note: &Note| match &note.state {
                S::Draft | S::Discarded { .. } => (None, Vec::new()),
                S::Signed { signature } => (Some(signature.clone()), Vec::new()),
                S::Amended { signature, addenda } => (Some(signature.clone()), addenda.clone()),
            };
            let ((old, earlier), (new, later)) = (parts(&before), parts(&after));
            prop_assert!(old.is_none() || old == new, "{command:?} changed what was signed");
            prop_assert!(later.starts_with(&earlier), "{command:?} changed an addendum");
            prop_assert!(!matches!(before.state, S::Discarded { .. }), "a discarded note was changed");
            for (text, sha256) in new.iter().map(|s| (&s.text, &s.sha256)).chain(later.iter().map(|a| (&a.text, &a.sha256))) {
                prop_assert_eq!(&sha256_hex(text.as_bytes()), sha256);
            }
            let text = serde_json::to_string(&after).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Note>(&text).unwrap(), &after);
            before = after;
        }
    }

    #[test]
    fn the_text_depends_on_nothing_but_the_note(story in ".{0,200}", width in any::<f64>()) {
        let note = Note { answers: answers(&[("story", &[&story]), ("width", &[&width.to_string()])]), ..note() };
        let copy: Note = serde_json::from_str(&serde_json::to_string(&note).unwrap()).unwrap();
        prop_assert_eq!(note.canonical_text(&heading()), copy.canonical_text(&heading()));
    }
}
