//! Patients: made with a record number of their own, refused when the record could not be right, found as one types.

use app::Asked;
use app::api::patient::{
    PatientDetails, PatientRequest, PatientSearchRequest, PatientSearchView, UpdatePatientRequest,
};
use chrono::{Days, NaiveDate};
use domain::Phi;
use domain::id::PatientId;
use domain::priority::Priority;

use crate::support::{Stage, new_patient, refusal};

async fn search(stage: &Stage, by: &Asked, text: &str, limit: u32) -> PatientSearchView {
    let request = PatientSearchRequest { text: text.into(), limit };
    stage.rounds.search_patients(by, request).await.expect("any text can be searched for")
}

async fn create(stage: &Stage, by: &Asked, change: impl FnOnce(&mut PatientDetails)) -> Result<(), app::Failure> {
    let mut request = new_patient("Ostrander");
    change(&mut request);
    stage.rounds.create_patient(by, request).await.map(|_| ())
}

#[tokio::test]
async fn a_record_number_is_given_and_no_two_active_patients_share_one() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let first = stage.patient(&me, "Ostrander").await;
    assert_eq!(first.mrn.as_str(), "RD-000013", "it counts on from the twelve of the sample");
    create(&stage, &me, |request| request.mrn = Some(" RD-000015 ".into())).await.unwrap();
    let next = stage.patient(&me, "Pell").await;
    assert_eq!(next.mrn.as_str(), "RD-000016", "a number that is taken is passed over");
    for taken in ["RD-000013", " RD-000013 ", "MR-749911"] {
        let result = create(&stage, &me, |request| request.mrn = Some(taken.into())).await;
        assert_eq!(refusal(result), "patient.mrn_taken");
    }
    create(&stage, &me, |request| request.mrn = Some("  ".into())).await.expect("an empty number is none");
    assert_eq!(search(&stage, &me, "", 1).await.total, 16);
}

#[tokio::test]
async fn details_are_changed_where_nobody_else_changed_them_meanwhile() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let patient = stage.patient(&me, "Ostrander").await;
    let seen = stage.rounds.patient(&me, PatientRequest { patient: patient.id }).await.unwrap();
    let update = async |version, change: fn(&mut PatientDetails)| {
        let mut details = new_patient("Ostrander");
        change(&mut details);
        stage.rounds.update_patient(&me, UpdatePatientRequest { patient: patient.id, version, details }).await
    };
    let married = update(seen.version, |details| details.name.family = "Pell".into()).await.unwrap();
    assert_eq!(married.name.as_str(), "Pell, Ada Maria");
    assert_eq!(married.mrn, patient.mrn, "a record keeps its number where none is given");
    assert_eq!(refusal(update(seen.version, |_| {}).await), "stale", "what somebody else saved is not written over");
    let now = stage.rounds.patient(&me, PatientRequest { patient: patient.id }).await.unwrap();
    let refused = [
        (update(now.version, |details| details.name.family = " ".into()).await, "patient.no_family_name"),
        (update(now.version, |details| details.mrn = Some("MR-749911".into())).await, "patient.mrn_taken"),
        (update(now.version, |details| details.email = Some("ada".into())).await, "patient.email"),
    ];
    for (result, code) in refused {
        assert_eq!(refusal(result), code);
    }
    assert_eq!(search(&stage, &me, "pell ada", 9).await.patients, std::slice::from_ref(&married), "the search follows");
    let visit = stage.visit_of(&me, &married, Priority::Routine).await;
    let corrected = update(now.version, |details| details.name.family = "Pell-Ostrander".into()).await.unwrap();
    let participants = stage.workspace(&me, &visit).await.participants;
    assert_eq!(participants[0].name.as_str(), "Ada Maria Pell-Ostrander", "the name on the picture is the record's");
    assert_eq!(search(&stage, &me, "ostrander ada", 9).await.patients, [corrected]);
    let nobody = UpdatePatientRequest { patient: PatientId::new(), version: 1, details: new_patient("Nobody") };
    assert_eq!(refusal(stage.rounds.update_patient(&me, nobody).await), "not_found");
}

#[tokio::test]
async fn a_record_that_could_not_be_right_is_refused() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let today = app::clock::local_date(stage.rounds.now());
    let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
    for (born, fits) in [
        (today, true),
        (today + Days::new(1), false),
        (day("1870-01-01"), true),
        (day("1869-12-31"), false),
        (NaiveDate::MIN, false),
        (NaiveDate::MAX, false),
    ] {
        let result = create(&stage, &me, |request| request.birth_date = Phi::new(born)).await;
        if fits { result.expect("a real date") } else { assert_eq!(refusal(result), "patient.birth_date", "{born}") }
    }
    for (email, fits) in [
        ("ada@example.org", true),
        ("ada@localhost", true),
        ("", true),
        ("ada", false),
        ("@example.org", false),
        ("ada@", false),
        ("a@b@c", false),
        ("ada @example.org", false),
    ] {
        let result = create(&stage, &me, |request| request.email = Some(email.into())).await;
        if fits { result.expect("an address") } else { assert_eq!(refusal(result), "patient.email", "{email}") }
    }
    let long = |count: usize| Phi::new("Ł".repeat(count));
    create(&stage, &me, |request| request.name.family = long(200)).await.expect("a long name is a name");
    assert_eq!(refusal(create(&stage, &me, |request| request.name.family = long(201)).await), "patient.too_long");
    assert_eq!(refusal(create(&stage, &me, |request| request.name.given = vec![long(201)]).await), "patient.too_long");
    assert_eq!(refusal(create(&stage, &me, |request| request.phone = Some(long(201))).await), "patient.too_long");
    assert_eq!(refusal(create(&stage, &me, |request| request.mrn = Some(long(201))).await), "patient.too_long");
    assert_eq!(
        refusal(create(&stage, &me, |request| request.name.family = " ".into()).await),
        "patient.no_family_name"
    );
    create(&stage, &me, |request| request.name.given = Vec::new()).await.expect("some people have one name");
}

#[tokio::test]
async fn patients_are_found_as_one_types() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let odd = |request: &mut PatientDetails| {
        request.name.family = "Østgård-Núñez".into();
        request.phone = Some("+1 (555) 010-9988".into());
    };
    create(&stage, &me, odd).await.unwrap();
    let names = async |text: &str| {
        let found = search(&stage, &me, text, 100).await.patients;
        found.into_iter().map(|patient| patient.name.into_exposed()).collect::<Vec<_>>()
    };
    let ours = ["Østgård-Núñez, Ada Maria"];
    for typed in ["nunez", "NÚÑ ada", "maria øst", "1984-03-05", "5.3.1984 nunez", "RD-000013", "15550109988"] {
        assert_eq!(names(typed).await, ours, "{typed}");
    }
    assert_eq!(names("o'keefe").await, ["O'Keefe, Karena"]);
    assert_eq!(names("okeefe kar").await, ["O'Keefe, Karena"]);
    assert_eq!(names("sch").await, ["Schmitt, Denis Lincoln", "Schumm, Gladys"]);
    assert_eq!(names("s").await, ["Schmitt, Denis Lincoln", "Schumm, Gladys", "Shanahan, Kasandra", "Streich, Rocky"]);
    for nobody in ["zzz", "Upton Cole", "\"; DROP TABLE patient --", "NEAR(a b)", "* OR *"] {
        assert_eq!(names(nobody).await, Vec::<String>::new(), "{nobody}");
    }
}

#[tokio::test]
async fn a_search_tells_whether_there_is_more() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let found = search(&stage, &me, "", 5).await;
    assert_eq!((found.patients.len(), found.more, found.total), (5, true, 12));
    let found = search(&stage, &me, "", 12).await;
    assert_eq!((found.patients.len(), found.more), (12, false));
    assert_eq!(search(&stage, &me, "", 0).await.patients.len(), 1, "a limit that makes no sense is made to");
    assert_eq!(search(&stage, &me, "", u32::MAX).await.patients.len(), 12);
    let long: String = (0..20_000).map(|word| format!("w{word} ")).collect();
    assert!(search(&stage, &me, &long, 10).await.patients.is_empty());
}

#[tokio::test]
async fn a_chart_shows_what_came_with_the_patient_and_what_happened_here() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let upton = search(&stage, &me, "upton", 1).await.patients.remove(0);
    let view = stage.rounds.patient(&me, PatientRequest { patient: upton.id }).await.unwrap();
    assert_eq!(view.brief, upton);
    assert!(!view.chart.problems.is_empty() && !view.chart.past_visits.is_empty());
    assert_eq!(view.visits.len(), 1);
    assert!(view.address.is_some());
    let nobody = PatientRequest { patient: PatientId::new() };
    assert_eq!(refusal(stage.rounds.patient(&me, nobody).await), "not_found");
}
