//! `qrstudio serve` as a process, and `admin` beside it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::shell::Shell;

/// A running service, ended with the value.
struct Service {
    child: Child,
    address: String,
    log: BufReader<std::process::ChildStderr>,
}

impl Service {
    fn start(shell: &Shell) -> Self {
        let mut child = shell
            .command()
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "the service ended");
            assert!(!line.contains("smk_"), "no key in the log: {line}");
            let event: Value = serde_json::from_str(&line).unwrap();
            if let Some(address) = event["address"].as_str() {
                break address.to_owned();
            }
        };
        Self { child, address, log }
    }

    /// The status line and the body of an answer.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str, key: &str) -> String {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Api-Key: {key}\r\n\r\n"
        ))
    }

    /// Asks the service to stop, and returns its exit code, stdout and the rest of its log.
    fn stop(mut self) -> (i32, String, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        let (mut stdout, mut log) = (String::new(), String::new());
        self.log.read_to_string(&mut log).unwrap();
        self.child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut stdout)
            .unwrap();
        (self.child.wait().unwrap().code().unwrap(), stdout, log)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn admin_works_beside_a_running_service() {
    let shell = Shell::new();
    let service = Service::start(&shell);
    assert!(service.get("/api/health/", "").starts_with("HTTP/1.1 200"));
    let made = shell
        .run([
            "admin",
            "create-user",
            "ada@example.com",
            "--plan",
            "starter",
            "--json",
        ])
        .json();
    let key = made["raw_key"].as_str().unwrap();

    let usage = service.get("/api/v1/usage/", key);
    assert!(
        usage.starts_with("HTTP/1.1 200") && usage.contains(r#""plan":"starter""#),
        "{usage}"
    );
    shell
        .run(["admin", "set-plan", "ada@example.com", "pro", "--json"])
        .json();
    let usage = service.get("/api/v1/usage/", key);
    assert!(usage.contains(r#""plan":"pro""#), "{usage}");
    shell
        .run(["admin", "add-credits", "ada@example.com", "7", "--json"])
        .json();
    assert!(
        service
            .get("/api/v1/usage/", key)
            .contains(r#""credits_remaining":7"#)
    );
    shell.run(["admin", "revoke-key", &key[..12], "--json"]).json();
    assert!(service.get("/api/v1/usage/", key).starts_with("HTTP/1.1 401"));

    let (code, stdout, log) = service.stop();
    assert_eq!(code, 0, "{log}");
    assert_eq!(stdout, "", "nobody watches");
    assert!(!log.contains(key));
}

#[test]
fn a_picture_from_the_service_equals_one_from_the_shell() {
    let shell = Shell::new();
    let service = Service::start(&shell);
    let key = shell
        .run(["admin", "create-user", "ada@example.com", "--json"])
        .json()["raw_key"]
        .clone();
    let body = r#"{"data": "https://example.com", "size_inches": 2, "format": "svg"}"#;
    let answer = service.ask(&format!(
        "POST /api/v1/generate/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Api-Key: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        key.as_str().unwrap(),
        body.len(),
    ));
    let drawn = shell.run(["render", "https://example.com", "--format", "svg"]);
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with(drawn.text()),
        "{answer}"
    );
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let shell = Shell::new();
    shell
        .run(["serve", "--listen", &address])
        .failed(1, &[&address, "QRSTUDIO_LISTEN"]);
    assert!(
        !shell.path().join("data").exists(),
        "a second start by mistake touches nothing"
    );
    let done = shell.run(["check", "--listen", &address]);
    assert!(
        done.text().contains("warning  QRSTUDIO_LISTEN"),
        "{}",
        done.text()
    );
}

#[test]
fn the_first_start_shows_its_account_once_and_to_a_terminal_only() {
    let shell = Shell::new();
    let first = on_a_terminal(&shell);
    for word in [
        "QR Studio",
        "API key",
        "smk_",
        "owner@localhost",
        "plan enterprise",
        "curl http://127.0.0.1:",
        "-o qr.png",
    ] {
        assert!(first.contains(word), "no {word} in\n{first}");
    }
    let second = on_a_terminal(&shell);
    assert!(
        second.contains("QR Studio") && !second.contains("smk_") && !second.contains("Password"),
        "{second}"
    );
}

/// What a person sees from the start of the service to its last line of greeting.
fn on_a_terminal(shell: &Shell) -> String {
    let program = env!("CARGO_BIN_EXE_qrstudio");
    let mut script = Command::new("script");
    script.args([
        "-qec",
        &format!("echo $$; exec '{program}' serve --listen 127.0.0.1:0 --log off"),
        "/dev/null",
    ]);
    let mut child = shell
        .prepared(script)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut pid, mut seen) = (String::new(), String::new());
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut pid).unwrap();
    while !seen.contains("Ctrl-C") {
        assert_ne!(
            output.read_line(&mut seen).unwrap(),
            0,
            "the service ended:\n{seen}"
        );
    }
    // It outlives its terminal: SIGHUP is how certificates are read again.
    assert!(Command::new("kill").arg(pid.trim()).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    seen
}
