//! Letters against a mail server that says what a test has it say.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::*;
use crate::Config;
use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;
use crate::mail::{Language, Letter, MailError, Mailer};

/// The answers of one connection, for what comes before them; whatever is not named is answered well.
type Script = Vec<(&'static str, &'static str)>;

/// A mail server on loopback.
struct Server {
    url: String,
    /// Everything that it received as a letter.
    letters: mpsc::UnboundedReceiver<String>,
    /// How many connections there were.
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Answers the first connection by the first script, and so on; those beyond the last well.
    async fn start(scripts: Vec<Script>) -> Self {
        Self::with_gate(scripts, watch::channel(true).1).await
    }

    /// The same, but takes letters only once the gate is open.
    async fn with_gate(scripts: Vec<Script>, gate: watch::Receiver<bool>) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", socket.local_addr().unwrap());
        let (received, letters) = mpsc::unbounded_channel();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        TaskTracker::new().spawn(async move {
            let mut scripts = scripts.into_iter();
            while let Ok((stream, _)) = socket.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let script = scripts.next().unwrap_or_default();
                TaskTracker::new().spawn(talk(stream, script, received.clone(), gate.clone()));
            }
        });
        Self {
            url,
            letters,
            connections,
        }
    }

    async fn letter(&mut self) -> String {
        self.letters.recv().await.unwrap()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn talk(
    stream: TcpStream,
    script: Script,
    received: mpsc::UnboundedSender<String>,
    mut gate: watch::Receiver<bool>,
) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut line = "greeting".to_owned();
    let mut letter: Option<String> = None;
    loop {
        let scripted = script.iter().find(|(command, _)| line.starts_with(command));
        let answer = match (&mut letter, scripted) {
            (Some(letter), _) if line != "." => {
                letter.push_str(&line);
                letter.push('\n');
                None
            }
            (finished @ Some(_), scripted) => {
                let text = finished.take().unwrap_or_default();
                let _ = gate.wait_for(|open| *open).await;
                if scripted.is_none() {
                    received.send(text).unwrap();
                }
                Some(scripted.map_or("250 taken", |(_, answer)| *answer))
            }
            (None, Some((_, "close"))) => return,
            (None, Some((_, answer))) => Some(*answer),
            (None, None) => Some(match line.split(' ').next() {
                Some("greeting") => "220 mail.test",
                Some("EHLO") => "250-mail.test\r\n250 AUTH PLAIN LOGIN",
                Some("DATA") => {
                    letter = Some(String::new());
                    "354 go on"
                }
                Some("AUTH") => "235 welcome",
                Some("QUIT") => "221 bye",
                _ => "250 fine",
            }),
        };
        if let Some(answer) = answer
            && writer
                .write_all(format!("{answer}\r\n").as_bytes())
                .await
                .is_err()
        {
            return;
        }
        match lines.next_line().await {
            Ok(Some(next)) => line = next,
            _ => return,
        }
    }
}

const NO_PAUSES: &[Duration] = &[Duration::ZERO; 3];
const LONG_PAUSES: &[Duration] = &[Duration::from_secs(86_400); 3];

fn config(url: &str) -> Config {
    Config {
        smtp_url: Some(url.to_owned().into()),
        mail_from: Some("no-reply@qr.example".to_owned()),
        ..Config::default()
    }
}

fn mailer(url: &str, limits: MailLimits, draining: &CancellationToken) -> Mailer {
    let service = Service {
        url: "https://qr.example".to_owned(),
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
        draining: draining.clone(),
        limits,
    };
    let settings = MailSettings::of(&config(url), "https://qr.example").unwrap();
    Mailer::start(settings, service).unwrap()
}

fn quick() -> MailLimits {
    MailLimits {
        pauses: NO_PAUSES,
        ..MailLimits::default()
    }
}

fn mail(to: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        language: Language::English,
        letter: Letter::verify_email("https://qr.example", "t0ken", Duration::from_secs(3600)),
    }
}

/// Longer than any test takes, shorter than anybody's patience with one that hangs.
const A_MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_letter_arrives() {
    let mut server = Server::start(vec![]).await;
    let mailer = mailer(&server.url, quick(), &CancellationToken::new());
    assert!(mailer.is_on());
    mailer.post(mail("ada@example.com"));
    let letter = server.letter().await;
    assert!(letter.contains("\nTo: ada@example.com\n"), "{letter}");
    assert!(
        letter.contains("\nhttps://qr.example/account/verify/#t0ken\n"),
        "{letter}"
    );
    mailer.drain(A_MINUTE).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn temporary_failures_are_tried_again() {
    for script in [
        vec![("greeting", "421 later")],
        vec![("greeting", "close")],
        vec![("EHLO", "close")],
        vec![("EHLO", "what?")],
        vec![("MAIL", "451 4.3.0 later")],
        vec![("RCPT", "450 4.7.1 greylisted")],
        vec![("DATA", "452 full")],
        vec![(".", "451 4.3.0 later")],
    ] {
        let mut server = Server::start(vec![script.clone(), script.clone()]).await;
        let mailer = mailer(&server.url, quick(), &CancellationToken::new());
        mailer.post(mail("ada@example.com"));
        server.letter().await;
        mailer.drain(A_MINUTE).await;
        assert_eq!(server.connections(), 3, "{script:?}");
        assert!(server.letters.try_recv().is_err(), "sent twice: {script:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_final() {
    for script in [
        vec![("greeting", "554 go away")],
        vec![("MAIL", "550 5.7.1 not you")],
        vec![("RCPT", "550 5.1.1 <ada@example.com>: nobody here")],
        vec![(".", "554 5.7.1 spam")],
    ] {
        let server = Server::start(vec![script.clone()]).await;
        let mailer = mailer(&server.url, quick(), &CancellationToken::new());
        mailer.post(mail("ada@example.com"));
        mailer.drain(A_MINUTE).await;
        assert_eq!(server.connections(), 1, "{script:?}");
    }
}

#[tokio::test]
async fn tries_are_counted() {
    let script = vec![("RCPT", "450 later")];
    let server = Server::start(vec![script; 9]).await;
    let mailer = mailer(&server.url, quick(), &CancellationToken::new());
    mailer.post(mail("ada@example.com"));
    mailer.drain(A_MINUTE).await;
    assert_eq!(server.connections(), 1 + NO_PAUSES.len());
}

#[tokio::test]
async fn a_letter_is_not_sent_twice_for_a_silent_goodbye() {
    let mut server = Server::start(vec![vec![("QUIT", "close")]]).await;
    let mailer = mailer(&server.url, quick(), &CancellationToken::new());
    mailer.post(mail("ada@example.com"));
    server.letter().await;
    mailer.drain(A_MINUTE).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn told_to_stop_the_next_try_is_now_and_the_last() {
    let again = vec![("RCPT", "450 later")];
    for (scripts, arrives) in [(vec![again.clone()], true), (vec![again; 3], false)] {
        let mut server = Server::start(scripts).await;
        let draining = CancellationToken::new();
        let limits = MailLimits {
            pauses: LONG_PAUSES,
            ..MailLimits::default()
        };
        let mailer = mailer(&server.url, limits, &draining);
        mailer.post(mail("ada@example.com"));
        while server.connections() == 0 {
            tokio::task::yield_now().await;
        }
        draining.cancel();
        mailer.drain(A_MINUTE).await;
        assert_eq!(server.letters.try_recv().is_ok(), arrives);
        assert!((1..=2).contains(&server.connections()));
    }
}

#[tokio::test]
async fn no_more_letters_wait_than_there_is_room_for() {
    let (open, gate) = watch::channel(false);
    let mut server = Server::with_gate(vec![], gate).await;
    let limits = MailLimits {
        letters: 3,
        connections: 2,
        ..quick()
    };
    let mailer = mailer(&server.url, limits, &CancellationToken::new());
    for _ in 0..10 {
        mailer.post(mail("ada@example.com"));
    }
    open.send(true).unwrap();
    mailer.drain(A_MINUTE).await;
    let mut letters = 0;
    while server.letters.try_recv().is_ok() {
        letters += 1;
    }
    assert_eq!((letters, server.connections()), (3, 3));
}

#[tokio::test]
async fn a_drain_ends_although_the_mail_server_sleeps() {
    let (_open, gate) = watch::channel(false);
    let server = Server::with_gate(vec![], gate).await;
    let settings = MailSettings::of(&config(&server.url), "https://qr.example").unwrap();
    let service = Service {
        url: String::new(),
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
        draining: CancellationToken::new(),
        limits: quick(),
    };
    let office = Arc::new(Office::open(settings.unwrap(), service).unwrap());
    office.take(mail("ada@example.com"));
    assert_eq!(office.drain(Duration::ZERO).await, 1);
}

#[tokio::test]
async fn a_login_is_used() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let log = Arc::clone(&seen);
    TaskTracker::new().spawn(async move {
        let (stream, _) = socket.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 mail.test\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let answer: &[u8] = match line.split(' ').next() {
                Some("EHLO") => b"250-mail.test\r\n250 AUTH PLAIN\r\n",
                Some("AUTH") => b"235 welcome\r\n",
                _ => b"250 fine\r\n",
            };
            log.lock().unwrap().push(line);
            writer.write_all(answer).await.unwrap();
        }
    });
    let url = format!("smtp://ada:geheim@127.0.0.1:{port}");
    assert_eq!(tried(&url).await, Ok(None));
    let seen = seen.lock().unwrap();
    // "\0ada\0geheim"
    assert_eq!(seen[..2], ["EHLO qr.example", "AUTH PLAIN AGFkYQBnZWhlaW0="]);
    assert_eq!(seen[2], "MAIL FROM:<no-reply@qr.example>");
    assert_eq!(seen.len(), 4, "{seen:?}");
}

#[tokio::test]
async fn a_server_that_does_not_greet_may_wait_for_tls() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", socket.local_addr().unwrap());
    let settings = MailSettings::of(&config(&url), "https://qr.example")
        .unwrap()
        .unwrap();
    let line = settings.server.prepare().unwrap();
    let failure = line
        .try_out(&settings.from.email, Duration::from_millis(50))
        .await
        .unwrap_err();
    assert!(failure.is_temporary());
    assert!(failure.advice("mail").contains("wants smtps://"));
    assert_eq!(failure.to_string(), "connecting: no answer in time");
}

async fn tried(url: &str) -> Result<Option<String>, MailError> {
    let settings = MailSettings::of(&config(url), "https://qr.example")?;
    settings.unwrap().try_out().await
}

#[tokio::test]
async fn a_trial_says_in_words_what_is_wrong() {
    for (script, query, setting, words) in [
        (
            vec![("greeting", "554 not from there")],
            "",
            "smtp_url",
            "554 not from there",
        ),
        (
            vec![("greeting", "SSH-2.0-OpenSSH")],
            "",
            "smtp_url",
            "is no mail server",
        ),
        (vec![], "?tls=required", "smtp_url", "does not offer STARTTLS"),
        (
            vec![("AUTH", "535 5.7.8 wrong login")],
            "login",
            "smtp_url",
            "refuses the login: 535 5.7.8 wrong login",
        ),
        (
            vec![("EHLO", "250 mail.test")],
            "login",
            "smtp_url",
            "takes no login by PLAIN or LOGIN",
        ),
        (
            vec![("MAIL", "550 5.7.1 no such sender")],
            "",
            "mail_from",
            "refuses QRSTUDIO_MAIL_FROM as a sender: 550 5.7.1 no such sender",
        ),
    ] {
        let server = Server::start(vec![script]).await;
        let url = match query {
            "login" => server.url.replace("smtp://", "smtp://ada:geheim@"),
            query => format!("{}{query}", server.url),
        };
        let error = tried(&url).await.unwrap_err();
        assert_eq!(error.setting, setting);
        assert!(
            error.problem.contains(words) && !error.problem.contains("geheim"),
            "{error}"
        );
    }
    let error = tried("smtp://127.0.0.1:1").await.unwrap_err();
    assert!(
        error
            .problem
            .starts_with("cannot connect to 127.0.0.1:1: Connection refused"),
        "{error}"
    );
    let server = Server::start(vec![]).await;
    let error = tried(&server.url.replace("smtp:", "smtps:")).await.unwrap_err();
    assert!(error.problem.contains("does not begin with TLS"), "{error}");
}
