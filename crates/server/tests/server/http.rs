//! What the server answers over HTTP: its health, the join page and its files, the network probe.

use serde_json::{Value, json};

use crate::client::{Answer, get, request};
use crate::stage::Stage;

/// Headers that every answer carries.
fn guarded(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    assert!(answer.header("cache-control").is_some());
}

#[tokio::test]
async fn health_tells_whether_there_is_a_practice() {
    let stage = Stage::empty().await;
    let answer = get(stage.address(), "/healthz").await;
    guarded(&answer);
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body, json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "practice": false }));
    stage.rounds.create_sample().await.unwrap();
    let body: Value = serde_json::from_slice(&get(stage.address(), "/healthz").await.body).unwrap();
    assert_eq!(body["practice"], true);
}

/// The page, where this program was built with it. Without it the server says so with a 500.
async fn page(stage: &Stage, token: &str) -> Option<Answer> {
    let answer = get(stage.address(), &format!("/join/{token}")).await;
    guarded(&answer);
    assert_eq!(answer.header("cache-control"), Some("no-store"), "a page whose address is a key is never stored");
    if answer.status == 500 {
        assert_eq!(answer.text(), "The page is missing from this server.");
        return None;
    }
    assert_eq!(answer.status, 200);
    Some(answer)
}

#[tokio::test]
async fn the_join_page_runs_nothing_but_its_own_and_tells_nobody() {
    let stage = Stage::sample().await;
    let token = stage.visit("Ostrander").await.token;
    let Some(good) = page(&stage, &token).await else { return };
    let policy = good.header("content-security-policy").expect("a policy");
    for rule in
        ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
    {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let permissions = good.header("permissions-policy").expect("permissions");
    assert!(permissions.contains("camera=(self)") && permissions.contains("microphone=(self)"));
    assert_eq!(good.header("content-type"), Some("text/html; charset=utf-8"));
    let forged = page(&stage, "forged").await.expect("the page was there just now");
    assert_eq!(good.body, forged.body, "the page does not tell whether a link is good");
    let html = good.text();
    assert!(
        !html.contains(&token) && !html.contains("<style") && !html.contains(" style=") && !html.contains(" onload=")
    );
    let scripts = html.matches("<script").count();
    assert!(
        scripts > 0 && scripts == html.matches(" src=\"/join-assets/").count(),
        "no script stands in the page itself: {html}"
    );
    for path in html.split('"').filter(|word| word.starts_with("/join-assets/")) {
        let file = get(stage.address(), path).await;
        guarded(&file);
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
        let expected = match path.rsplit_once('.').expect("an ending").1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            other => panic!("what is .{other}?"),
        };
        assert_eq!(file.header("content-type"), Some(expected), "{path}");
    }
}

#[tokio::test]
async fn only_the_pages_own_files_are_served() {
    let stage = Stage::empty().await;
    for name in [
        "",
        "x.js",
        "../Cargo.toml",
        "..%2fCargo.toml",
        "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "..%5c..%5cCargo.toml",
        "%2e%2e%2f%2e%2e%2fCargo.toml",
        "....//....//Cargo.toml",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "C:%5cWindows%5cwin.ini",
        "%00",
        "join.html%00.js",
        "a%0d%0aset-cookie:x",
        "CON",
    ] {
        let answer = get(stage.address(), &format!("/join-assets/{name}")).await;
        guarded(&answer);
        assert_eq!(answer.status, 404, "{name}");
        assert!(answer.header("set-cookie").is_none());
    }
    let long = get(stage.address(), &format!("/join-assets/{}", "x".repeat(5_000))).await;
    assert_eq!(long.status, 404);
    let bad = get(stage.address(), "/join-assets/%ff%fe").await;
    assert!(matches!(bad.status, 400 | 404), "{}", bad.status);
}

#[tokio::test]
async fn there_is_nothing_else() {
    let stage = Stage::sample().await;
    for path in ["/", "/join", "/join/", "/join/a/b", "/rounds.db", "/files/", "/api/queue", "//healthz", "/healthz/"] {
        let answer = get(stage.address(), path).await;
        guarded(&answer);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains(stage.folder.path().to_str().unwrap()));
    }
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let bytes = format!("{method} /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(request(stage.address(), bytes.as_bytes()).await.status, 405, "{method}");
    }
    let upgrade = get(stage.address(), "/signal").await;
    assert!((400..500).contains(&upgrade.status), "signalling is for sockets: {}", upgrade.status);
    let garbage = request(stage.address(), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n").await;
    assert_eq!(garbage.status, 400);
    let long = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(1024 * 1024));
    assert!((400..500).contains(&request(stage.address(), long.as_bytes()).await.status));
    assert_eq!(get(stage.address(), "/healthz").await.status, 200, "none of it did harm");
}

fn upload(length: usize) -> Vec<u8> {
    let mut bytes = format!("POST /probe HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
        .into_bytes();
    bytes.resize(bytes.len() + length, b'x');
    bytes
}

#[tokio::test]
async fn the_probe_gives_and_takes_up_to_a_megabyte() {
    const MEGABYTE: usize = 1024 * 1024;
    let stage = Stage::empty().await;
    for (query, length) in
        [("", 0), ("?bytes=1000", 1000), ("?bytes=1048576", MEGABYTE), ("?bytes=99999999999", MEGABYTE)]
    {
        let answer = get(stage.address(), &format!("/probe{query}")).await;
        guarded(&answer);
        assert_eq!((answer.status, answer.body.len()), (200, length), "{query}");
    }
    for query in ["?bytes=-1", "?bytes=x", "?bytes=1e3", "?bytes=99999999999999999999999"] {
        assert_eq!(get(stage.address(), &format!("/probe{query}")).await.status, 400, "{query}");
    }
    for (length, status) in [(0, 204), (1, 204), (MEGABYTE, 204), (MEGABYTE + 1, 413)] {
        assert_eq!(request(stage.address(), &upload(length)).await.status, status, "{length}");
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_counted_as_it_comes() {
    let stage = Stage::empty().await;
    let chunked = |chunks: usize| {
        let mut bytes =
            b"POST /probe HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        for _ in 0..chunks {
            bytes.extend(b"10000\r\n");
            bytes.resize(bytes.len() + 0x10000, b'x');
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
        bytes
    };
    assert_eq!(request(stage.address(), &chunked(16)).await.status, 204);
    assert_eq!(request(stage.address(), &chunked(17)).await.status, 413);
    let broken = b"POST /probe HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";
    assert_eq!(request(stage.address(), broken).await.status, 400);
}
