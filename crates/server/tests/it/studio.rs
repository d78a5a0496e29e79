//! A service to ask, and answers that print well.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use qrstudio_server::app::{App, Parts};
use qrstudio_server::clock::Clock;
use qrstudio_server::entropy::Entropy;
use qrstudio_server::mail::Mailer;
use qrstudio_server::scan::{Front, ScanParts, Scans};
use qrstudio_server::{Config, Limits, Peer, SecretKey, Wire, router, webhooks};
use qrstudio_store::{
    Account, CreateAccount, DatabaseUrl, KeyHash, Membership, Millis, NewAccount, NewKey, Options, PlanName,
    Role, Store, UserId, WorkspaceId, WorkspaceRef,
};
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// 2026-11-23 08:00:00 UTC.
pub(crate) const NOW: i64 = 1_795_420_800_000;
/// The e-mail of the account that [`Studio::key`] makes keys for.
const EMAIL: &str = "someone@example.com";

/// The password of people who sign up.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A clock that a test sets.
#[derive(Debug)]
pub(crate) struct StillClock {
    wall: AtomicI64,
    /// How far the wall clock has jumped, which the other one has not.
    jumped: AtomicI64,
}

impl Clock for StillClock {
    fn now_ms(&self) -> i64 {
        self.wall.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> Duration {
        let passed = self.now_ms() - self.jumped.load(Ordering::Relaxed) - NOW;
        Duration::from_millis(passed.try_into().unwrap_or(0))
    }
}

/// Bytes that count up and then go on as if by chance, so that no two draws are equal and every run is.
#[derive(Debug, Default)]
pub(crate) struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            *byte = match u8::try_from(number) {
                Ok(small) => small,
                // The finish of SplitMix64.
                Err(_) => {
                    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                    mixed.to_be_bytes()[0]
                }
            };
        }
    }
}

/// What a test wants of its service; the rest is as `qrstudio serve` has it.
pub(crate) struct Setting {
    pub(crate) config: Config,
    pub(crate) limits: Limits,
    pub(crate) mailer: Mailer,
    pub(crate) secret: &'static str,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            config: Config::default(),
            limits: Limits::default(),
            mailer: Mailer::off(),
            secret: "a secret of the tests, of 39 characters",
        }
    }
}

/// A running service without a socket.
pub(crate) struct Studio {
    pub(crate) app: App,
    pub(crate) store: Store,
    pub(crate) draining: CancellationToken,
    clock: Arc<StillClock>,
    service: Front,
    directory: TempDir,
}

impl Studio {
    /// An empty service.
    pub(crate) async fn new() -> Self {
        Self::with(Setting::default()).await
    }

    /// The same with other bounds.
    pub(crate) async fn with_limits(limits: Limits) -> Self {
        Self::with(Setting {
            limits,
            ..Setting::default()
        })
        .await
    }

    /// The same with other settings of the operator's.
    pub(crate) async fn with_config(config: Config) -> Self {
        Self::with(Setting {
            config,
            ..Setting::default()
        })
        .await
    }

    /// The same with another secret: another service.
    pub(crate) async fn with_secret(secret: &'static str) -> Self {
        Self::with(Setting {
            secret,
            ..Setting::default()
        })
        .await
    }

    /// The same with all that a test wants.
    pub(crate) async fn with(setting: Setting) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(directory.path().join("qrstudio.db"));
        let store = Store::open(
            &url,
            Options {
                readers: 1,
                ..Options::default()
            },
        )
        .await
        .unwrap();
        store.migrate().await.unwrap();
        let clock = Arc::new(StillClock {
            wall: AtomicI64::new(NOW),
            jumped: AtomicI64::new(0),
        });
        let draining = CancellationToken::new();
        let mut config = setting.config;
        config.data_dir = directory.path().to_owned();
        let base = "http://127.0.0.1:8080";
        let scans = Scans::open(ScanParts {
            config: &config,
            base: config.scan_base(base).unwrap(),
            limits: setting.limits.scans,
            events: webhooks::scan_events(&config, &setting.limits.webhooks),
            store: store.clone(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(CountingEntropy::default()),
        });
        let app = App::new(Parts {
            scans: scans.unwrap(),
            scan_base: config.scan_base(base).unwrap(),
            config,
            secret: SecretKey::new(setting.secret).unwrap(),
            store: store.clone(),
            url: base.to_owned(),
            limits: setting.limits,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(CountingEntropy::default()),
            mailer: setting.mailer,
            draining: draining.clone(),
        });
        let service = router::service(app.clone());
        Self {
            app,
            store,
            draining,
            clock,
            service,
            directory,
        }
    }

    /// Where the service keeps everything.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A workspace on `plan`.
    pub(crate) async fn account(&self, plan: PlanName) -> Account {
        let account = NewAccount {
            email: EMAIL.to_owned(),
            name: String::new(),
            password_hash: "$argon2id$".to_owned(),
            workspace: "test".to_owned(),
            plan,
            key: None,
            at: Millis(NOW),
        };
        match self.store.create_account(account).await.unwrap() {
            CreateAccount::Created(account) => account,
            CreateAccount::EmailTaken => panic!("one account a studio"),
        }
    }

    /// A key of the account; `name` has to be new, `plan` holds the key down.
    pub(crate) async fn another_key(&self, name: &str, plan: Option<PlanName>) -> String {
        let raw = format!("smk_{name:-<36}");
        let key = NewKey {
            name: name.to_owned(),
            prefix: raw[..12].to_owned(),
            hash: KeyHash::of(&raw),
            plan,
            at: Millis(NOW),
        };
        self.store
            .create_key(WorkspaceRef::OwnedBy(EMAIL.to_owned()), key)
            .await
            .unwrap()
            .unwrap();
        raw
    }

    /// A key of a new account on `plan`.
    pub(crate) async fn key(&self, plan: PlanName) -> String {
        self.account(plan).await;
        self.another_key("test", None).await
    }

    /// Sets the clock.
    pub(crate) fn set_time(&self, milliseconds: i64) {
        self.clock.wall.store(milliseconds, Ordering::Relaxed);
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, milliseconds: i64) {
        self.clock.wall.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Sets the wall clock forward, or back, without any time passing.
    pub(crate) fn jump(&self, milliseconds: i64) {
        self.clock.jumped.fetch_add(milliseconds, Ordering::Relaxed);
        self.clock.wall.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Gives the account credits.
    pub(crate) async fn add_credits(&self, credits: u32) {
        self.store.add_credits(EMAIL, credits).await.unwrap().unwrap();
    }

    /// Gives the account a monthly quota of its own.
    pub(crate) async fn agree_on(&self, renders: u64) {
        let found = self.store.negotiate_renders(EMAIL, Some(renders)).await.unwrap();
        assert!(found.is_some());
    }

    /// The service itself.
    pub(crate) fn service(&self) -> Front {
        self.service.clone()
    }

    /// Asks from this machine itself, unless the request has another peer.
    pub(crate) async fn call(&self, mut request: Request<Body>) -> Answer {
        if request.extensions().get::<Peer>().is_none() {
            let here = "127.0.0.1:50000".parse().unwrap();
            request.extensions_mut().insert(Peer::new(here, Wire::Plain));
        }
        Answer::of(self.service().oneshot(request).await.unwrap()).await
    }

    /// Asks for a path.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Asks with a method, an access token and a JSON body, each if there is one.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        access: Option<&str>,
        body: Option<serde_json::Value>,
    ) -> Answer {
        self.call(request(method, path, access, body)).await
    }

    /// Posts JSON without any credentials.
    pub(crate) async fn tell(&self, path: &str, body: serde_json::Value) -> Answer {
        self.send("POST", path, None, Some(body)).await
    }

    /// Signs somebody up, with the password [`PASSWORD`].
    pub(crate) async fn sign_up(&self, email: &str) -> SignedUp {
        let body = json!({"email": email, "password": PASSWORD, "name": "Ada"});
        let answer = self.tell("/api/auth/signup/", body).await;
        assert_eq!(answer.status, 201, "{}", answer.line());
        SignedUp::of(&answer)
    }

    /// Signs in.
    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        self.tell("/api/auth/login/", body).await
    }

    /// Whether an access token works.
    pub(crate) async fn lives(&self, access: &str) -> bool {
        let answer = self.send("GET", "/api/auth/me/", Some(access), None).await;
        match answer.status.as_u16() {
            200 => true,
            401 => false,
            _ => panic!("{}", answer.line()),
        }
    }

    /// Gives a member of a workspace another role.
    pub(crate) async fn set_role(&self, workspace: i64, user: i64, role: Role) {
        let member = Membership {
            workspace: WorkspaceId(workspace),
            user: UserId(user),
            role,
        };
        self.store.put_member(member, Millis(NOW)).await.unwrap();
    }

    /// The clock's time.
    pub(crate) fn time(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Asks for a path with a key.
    pub(crate) async fn get_with(&self, key: &str, path: &str) -> Answer {
        self.call(
            Request::get(path)
                .header("X-Api-Key", key)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// Asks for a render.
    pub(crate) async fn generate(&self, key: &str, fields: serde_json::Value) -> Answer {
        self.post(key, "application/json", fields.to_string()).await
    }

    /// Asks for a render with any body.
    pub(crate) async fn post(&self, key: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        self.post_to("/api/v1/generate/", key, content_type, body).await
    }

    /// Posts any body anywhere.
    pub(crate) async fn post_to(
        &self,
        path: &str,
        key: &str,
        content_type: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = Request::post(path)
            .header("X-Api-Key", key)
            .header("Content-Type", content_type)
            .body(body.into())
            .unwrap();
        self.call(request).await
    }
}

/// A request with a method, an access token and a JSON body, each if there is one.
pub(crate) fn request(
    method: &str,
    path: &str,
    access: Option<&str>,
    body: Option<serde_json::Value>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(access) = access {
        request = request.header("Authorization", format!("Bearer {access}"));
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    request
        .header("Content-Type", "application/json")
        .body(body)
        .unwrap()
}

/// Tokens of a session.
#[derive(Debug, Clone)]
pub(crate) struct SignedUp {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl SignedUp {
    /// The tokens of an answer.
    pub(crate) fn of(answer: &Answer) -> Self {
        let body = answer.json();
        let token = |name: &str| body.get(name).unwrap().as_str().unwrap().to_owned();
        Self {
            access: token("access"),
            refresh: token("refresh"),
        }
    }
}

/// An answer in memory.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn of(response: axum::response::Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and body on one line.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.status.as_u16(), self.text())
    }
}

/// Status, sorted headers and body, without what painters decide: the picture and its hash.
impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.status)?;
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        headers.sort_unstable();
        for (name, value) in headers {
            match name {
                "content-length" if !self.body.starts_with(b"{") => writeln!(formatter, "{name}: [length]")?,
                "etag" => writeln!(formatter, "etag: [hash of {} characters]", value.len())?,
                _ => writeln!(formatter, "{name}: {value}")?,
            }
        }
        match std::str::from_utf8(&self.body) {
            Ok(text) if !text.starts_with('<') => write!(formatter, "\n{text}"),
            Ok(text) => write!(formatter, "\n[{}…]", text.chars().take(4).collect::<String>()),
            Err(_) if self.body.starts_with(b"\x89PNG\r\n\x1a\n") => write!(formatter, "\n[PNG]"),
            Err(_) => write!(formatter, "\n[bytes]"),
        }
    }
}
