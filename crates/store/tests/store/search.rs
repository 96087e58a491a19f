//! Search: what is typed, and who is found.

use domain::patient::{HumanName, Patient};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::world::*;

fn people() -> World {
    let world = World::new();
    let person = |number, given: &str, family, born: &str, phone: Option<&str>| Patient {
        name: HumanName { given: given.split(' ').map(Into::into).collect(), family: Into::into(family) },
        birth_date: domain::Phi::new(born.parse().unwrap()),
        phone: phone.map(Into::into),
        ..patient(number)
    };
    for patient in [
        person(1, "Zoë Maria", "Núñez", "1984-03-05", Some("+1 (555) 010-4477")),
        person(2, "Sean", "O'Brien", "1990-12-01", Some("555-0142")),
        person(3, "Ana", "Østgård-Lund", "2001-01-31", None),
        person(4, "Ma", "Ng", "1955-10-10", None),
        person(5, "Łukasz", "Straße", "1984-11-22", None),
    ] {
        world.put(patient);
    }
    world
}

fn found(world: &World, typed: &str) -> Vec<u128> {
    let mut ids: Vec<u128> = world
        .read(|reader| reader.search_patients(typed, 50).unwrap())
        .iter()
        .map(|patient| patient.id.to_u128())
        .collect();
    ids.sort();
    ids
}

#[test]
fn what_is_typed_finds_whom_it_means() {
    let world = people();
    let cases: &[(&str, &[u128])] = &[
        // Names: beginnings of words, in any order, whatever the case and accents.
        ("nunez", &[1]),
        ("NÚÑ", &[1]),
        ("Nu\u{301}n\u{303}ez", &[1]),
        ("zoe nun", &[1]),
        ("Nunez, Zoe", &[1]),
        ("mar", &[1]),
        ("unez", &[]),
        ("nunez smith", &[]),
        ("o'brien", &[2]),
        ("O\u{2019}Brien", &[2]),
        ("obrien", &[2]),
        ("OBR", &[2]),
        ("øst", &[3]),
        ("lund", &[3]),
        ("Østgård-Lund", &[3]),
        ("straße", &[5]),
        ("łuk", &[5]),
        // One or two letters begin a family name.
        ("n", &[1, 4]),
        ("ng", &[4]),
        ("ma", &[]),
        // Birth dates, in three forms and cut short.
        ("1984-03-05", &[1]),
        ("1984/3/5", &[1]),
        ("5.3.1984", &[1]),
        ("05.03.1984", &[1]),
        ("03/05/1984", &[1]),
        ("1984", &[1, 5]),
        ("198403", &[1]),
        ("nunez 1984-03-05", &[1]),
        ("nunez 1990-12-01", &[]),
        // Record numbers.
        ("MR-00002", &[2]),
        ("mr 00002", &[2]),
        ("00002", &[2]),
        ("mr-0000", &[1, 2, 3, 4, 5]),
        // Telephone numbers, as digits and as they are written.
        ("15550104477", &[1]),
        ("1555010", &[1]),
        ("+1 (555) 010-4477", &[1]),
        ("4477", &[1]),
        ("5550142", &[2]),
        ("555-0142", &[2]),
        ("0142", &[2]),
        // Nothing that is typed is a part of the query language.
        ("", &[1, 2, 3, 4, 5]),
        (" \t", &[1, 2, 3, 4, 5]),
        ("*", &[1, 2, 3, 4, 5]),
        ("\"", &[1, 2, 3, 4, 5]),
        ("nunez OR obrien", &[]),
        ("nunez NOT maria", &[]),
        ("NEAR(nunez zoe)", &[]),
        ("words:nunez", &[]),
        ("nun*", &[1]),
        ("\"nunez\"", &[1]),
        ("^nunez", &[1]),
        ("nunez'; DROP TABLE patient; --", &[]),
        ("%", &[1, 2, 3, 4, 5]),
        ("nun%", &[1]),
        ("nunez\0", &[1]),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .map(|(typed, expected)| (typed, expected, found(&world, typed)))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(typed, expected, found)| format!("{typed:?}: expected {expected:?}, found {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_changed_patient_is_found_by_the_new_name_only() {
    let world = people();
    world.put(patient_named(1, "Marriedname"));
    assert_eq!(found(&world, "nunez"), []);
    assert_eq!(found(&world, "marriedname"), [1]);
    let refused = world.write(|tx| {
        put(tx, &patient_named(1, "Takenback"))?;
        Err::<(), _>(domain::refusal::Refusal::Stale.into())
    });
    assert!(refused.is_err());
    assert_eq!((found(&world, "takenback"), found(&world, "marriedname")), (vec![], vec![1]));
}

#[test]
fn lists_are_sorted_and_end_where_they_are_told() {
    let world = World::new();
    for (number, family) in [(1, "Berg"), (2, "Álvarez"), (3, "Bergman"), (4, "ålund")] {
        world.put(patient_named(number, family));
    }
    let order = |typed: &str, limit| -> Vec<u128> {
        let patients = world.read(|reader| reader.search_patients(typed, limit).unwrap());
        patients.iter().map(|patient| patient.id.to_u128()).collect()
    };
    assert_eq!(order("mr", 10), [] as [u128; 0], "two letters begin a family name");
    assert_eq!(order("ada", 10), [4, 2, 1, 3], "by folded family name");
    assert_eq!(order("ada", 2), [4, 2]);
    assert_eq!(order("be", 10), [1, 3]);
    assert_eq!(order("", 3), [4, 3, 2], "the newest first");
}

#[test]
fn a_number_is_taken_by_another_active_patient_only() {
    use domain::patient::PatientStatus;
    let world = people();
    let number = |id: u128| patient(id).mrn.into_exposed();
    let taken = |id: u128, by: u128| world.read(|reader| reader.mrn_taken(&number(id), patient(by).id).unwrap());
    assert!(taken(1, 9) && !taken(1, 1) && !taken(9, 1));
    world.put(Patient { status: PatientStatus::Deactivated, ..patient(1) });
    assert!(!taken(1, 9));
    world.put(Patient { mrn: patient(1).mrn, ..patient(9) });
}

#[test]
fn no_typed_text_is_an_error() {
    let world = people();
    let mut runner = TestRunner::new(tries(400));
    let hard = "[\"'*^:(){}+\\-, \0\u{301}\u{2019}aZé中²½ﬁ٣\u{1F600}]{0,12}";
    let typed = prop_oneof![any::<String>(), hard.prop_map(|text| text)];
    runner
        .run(&typed, |typed| {
            let answer = world.store.read_now(|reader| reader.search_patients(&typed, 10));
            prop_assert!(answer.is_ok(), "{typed:?}: {answer:?}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_stored_name_is_found_by_itself() {
    let world = World::new();
    let mut runner = TestRunner::new(tries(40));
    runner
        .run(&"[a-zA-ZÀ-ÿĀ-ſḀ-ỿА-яא-ת一-三']{3,12}", |family| {
            world.put(patient_named(1, &family));
            prop_assert_eq!(found(&world, &family), vec![1], "{:?}", family);
            Ok(())
        })
        .unwrap();
}
