//! A real relay that speaks over TCP only.

use std::net::{IpAddr, UdpSocket};
use std::process::{Child, Command, Stdio};

/// A running coturn.
pub struct Relay {
    child: Child,
    /// Where it is reached.
    pub url: String,
    _directory: tempfile::TempDir,
}

impl Relay {
    /// User and password of all tests.
    pub const USER: &str = "rounds";
    /// See [`Self::USER`].
    pub const PASSWORD: &str = "rounds-secret";

    /// Starts on a free port of the interface that leads outside.
    pub fn start() -> Self {
        let program = "/usr/bin/turnserver";
        assert!(
            std::path::Path::new(program).exists(),
            "coturn is needed for this test and is not installed: run the project's set-up (cargo xtask setup), or apt-get install coturn"
        );
        let ip = own_address();
        let port = std::net::TcpListener::bind((ip, 0)).and_then(|free| free.local_addr()).expect("a free port").port();
        let directory = tempfile::tempdir().expect("a directory");
        let child = Command::new(program)
            .args([
                "-n",
                "--no-udp",
                "--no-tls",
                "--no-dtls",
                "--no-cli",
                "--lt-cred-mech",
                "--realm=rounds",
                "--log-file=/dev/null",
            ])
            .arg(format!("--user={}:{}", Self::USER, Self::PASSWORD))
            .arg(format!("--listening-ip={ip}"))
            .arg(format!("--relay-ip={ip}"))
            .arg(format!("--listening-port={port}"))
            .arg(format!("--pidfile={}", directory.path().join("pid").display()))
            .current_dir(directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("coturn starts");
        Self { child, url: format!("turn:{ip}:{port}?transport=tcp"), _directory: directory }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address from which the outside would be reached; nothing is sent.
fn own_address() -> IpAddr {
    let socket = UdpSocket::bind("0.0.0.0:0").expect("a socket");
    socket.connect("198.51.100.1:9").expect("a way outside");
    socket.local_addr().expect("bound").ip()
}
