//! The program `rounds-server`, started as anybody would.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::client::{Heard, Socket, get};
use crate::stage::DEVICE;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rounds-server"));
    for name in ["ROUNDS_LOG", "ROUNDS_STUN", "ROUNDS_TURN", "ROUNDS_TURN_SECRET"] {
        command.env_remove(name);
    }
    command
}

fn run(order: &str, data: &Path, more: &[&str]) -> Output {
    program().arg(order).arg("--data").arg(data).args(more).output().expect("the program starts")
}

/// What the program says to people when it fails: its last line, in plain words.
fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "nothing but results goes to the standard output");
    let all = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = all.lines().last().expect("it says why").to_owned();
    assert!(line.starts_with("rounds-server: "), "{all}");
    line
}

fn sample(data: &Path) -> Value {
    let output = run("init", data, &["--sample", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("exactly one JSON object")
}

/// A served practice. It is killed when the test is over, however it ends.
struct Served {
    child: Child,
    address: SocketAddr,
    stdout: BufReader<ChildStdout>,
}

impl Served {
    fn start(data: &Path) -> Self {
        let mut child = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("it says where it listens");
        let address =
            line.trim_end().strip_prefix("listening on http://").expect("in these words").parse().expect("an address");
        Self { child, address, stdout }
    }

    #[cfg(unix)]
    fn ask_to_end(&self, signal: &str) {
        let asked = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(asked.expect("kill starts").success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already, as a test wished.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn init_prints_one_object_with_users_and_links() {
    let folder = tempfile::tempdir().unwrap();
    let made = sample(folder.path());
    let users = made["users"].as_array().unwrap();
    assert_eq!(users.len(), 7);
    for user in users {
        assert!(user["name"].is_string() && user["password"].as_str().unwrap().len() >= 10);
        assert!(["clinician", "nurse", "scheduler", "administrator"].contains(&user["role"].as_str().unwrap()));
    }
    let join = made["join"].as_array().unwrap();
    assert_eq!(join.len(), 9, "one for each visit that is open");
    assert!(join.iter().all(|url| url.as_str().unwrap().starts_with("http://127.0.0.1:8470/join/")));

    let other = tempfile::tempdir().unwrap();
    let output = run("init", other.path(), &["--sample", "--json", "--url", "https://clinic.example/"]);
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(made["join"][0].as_str().unwrap().starts_with("https://clinic.example/join/"));
    assert_ne!(made["users"][0]["password"], users[0]["password"], "passwords are new each time");
}

#[test]
fn init_never_touches_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path());
    let content = || {
        let mut rows = 0;
        let rounds = store::StoreKey::read(&folder.path().join("store.key")).unwrap().expect("the key");
        let opened = store::Store::open(folder.path(), &rounds).unwrap();
        let bodies = opened.read_now(|reader| {
            rows = reader.journal_after(0, u32::MAX)?.len();
            store::Kind::ALL.into_iter().map(|kind| reader.bodies(kind)).collect::<Result<Vec<_>, _>>()
        });
        opened.close();
        (rows, bodies.unwrap())
    };
    let before = content();
    let words = complaint(&run("init", folder.path(), &["--sample", "--json"]));
    assert!(words.contains("There is a practice in") && words.contains("Nothing was changed"), "{words}");
    assert_eq!(content(), before);
    let empty = folder.path().join("empty");
    assert!(complaint(&run("init", &empty, &[])).contains("add --sample"));
    assert!(!empty.exists(), "what is refused leaves nothing behind");
}

#[test]
fn serving_needs_a_practice() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("mistyped");
    assert!(complaint(&run("serve", &nowhere, &[])).contains("rounds-server init"));
    assert!(!nowhere.exists(), "a mistyped folder is not made");
    assert!(complaint(&run("serve", folder.path(), &[])).contains("There is no practice in"));
    let fault = run("serve", folder.path(), &["--listen", "nonsense"]);
    assert!(!fault.status.success() && fault.stdout.is_empty());
}

#[tokio::test]
async fn a_served_practice_takes_the_printed_links() {
    let folder = tempfile::tempdir().unwrap();
    let made = sample(folder.path());
    let served = Served::start(folder.path());
    let health: Value = serde_json::from_slice(&get(served.address, "/healthz").await.body).unwrap();
    assert_eq!((&health["status"], &health["practice"]), (&json!("ok"), &json!(true)));
    for (at, url) in made["join"].as_array().unwrap().iter().enumerate() {
        let token = url.as_str().unwrap().rsplit_once('/').unwrap().1;
        let mut patient = Socket::hello(served.address, token, DEVICE, "page-1").await;
        assert_eq!(patient.next("welcome").await["step"]["at"], "identify");
        let visit = &made["visits"][at];
        patient.say(json!({ "type": "identify", "name": visit["name"], "birth_date": visit["birth_date"] })).await;
        assert_eq!(patient.next("step").await["step"]["at"], "prepare");
    }
}

#[test]
fn two_programs_on_one_folder_are_one_too_many() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path());
    let served = Served::start(folder.path());
    let words = complaint(&run("serve", folder.path(), &["--listen", "127.0.0.1:0"]));
    assert!(words.contains("already running with this data"), "{words}");
    assert!(complaint(&run("init", folder.path(), &["--sample"])).contains("already running with this data"));
    let taken = tempfile::tempdir().unwrap();
    sample(taken.path());
    let words = complaint(&run("serve", taken.path(), &["--listen", &served.address.to_string()]));
    assert!(words.contains("cannot be listened on"), "{words}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_it_ends_in_order_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let made = sample(folder.path());
    let token = made["join"][0].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    for signal in ["-TERM", "-INT"] {
        let mut served = Served::start(folder.path());
        let mut patient = Socket::hello(served.address, &token, DEVICE, "page-1").await;
        patient.next("welcome").await;
        served.ask_to_end(signal);
        assert_eq!(patient.hear().await, Heard::End(true), "sockets are closed with a word");
        let mut rest = String::new();
        served.stdout.read_to_string(&mut rest).unwrap();
        assert!(served.child.wait().unwrap().success(), "{signal}");
        assert_eq!(rest, "", "it had nothing more to print");
        assert!(!folder.path().join("rounds.db-wal").exists(), "the database was closed in order");
    }
}

#[tokio::test]
async fn killed_in_the_middle_it_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let made = sample(folder.path());
    let token = made["join"][0].as_str().unwrap().rsplit_once('/').unwrap().1;
    let visit = &made["visits"][0];
    let mut served = Served::start(folder.path());
    let mut patient = Socket::hello(served.address, token, DEVICE, "page-1").await;
    patient.say(json!({ "type": "identify", "name": visit["name"], "birth_date": visit["birth_date"] })).await;
    patient.say(json!({ "type": "consent", "given": true })).await;
    patient.say(json!({ "type": "wait" })).await;
    patient.until(|word| word["step"]["at"] == "waiting").await;
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    let again = Served::start(folder.path());
    let mut patient = Socket::hello(again.address, token, DEVICE, "page-1").await;
    assert_eq!(patient.next("welcome").await["step"]["at"], "waiting", "what was said is kept");
}
