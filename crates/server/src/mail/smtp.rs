//! The mail server: what its URL says, and one conversation with it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands;
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use url::Url;

use super::failure::{Failure, Step};

/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(15);

/// How long to wait for the answer to QUIT.
const GOODBYE: Duration = Duration::from_secs(2);

/// A mail server as `QRSTUDIO_SMTP_URL` names it. Reading the URL is our own, since lettre's overlooks parameters that
/// it does not know and a user without a password.
#[derive(Clone)]
pub(super) struct Server {
    host: String,
    port: u16,
    security: Security,
    login: Option<Credentials>,
    hello: Option<ClientId>,
}

/// How a connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// `smtp://`: not at all.
    None,
    /// `smtp://…?tls=opportunistic`: by STARTTLS where the server offers it.
    Opportunistic,
    /// `smtp://…?tls=required`: by STARTTLS.
    Required,
    /// `smtps://`: TLS from the first byte.
    Wrapped,
}

const FORMS: &str = "it has the form smtps://user:password@host, or smtp://user:password@host?tls=required";

impl Server {
    /// Reads the URL.
    ///
    /// # Errors
    /// What is wrong with it, without its password.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let url = Url::parse(url.trim()).map_err(|error| format!("{error}; {FORMS}"))?;
        let mut tls = None;
        for (name, value) in url.query_pairs() {
            match &*name {
                "tls" => tls = Some(value.into_owned()),
                other => return Err(format!("there is no parameter {other:?}, only tls; {FORMS}")),
            }
        }
        let (security, port) = match (url.scheme(), tls.as_deref()) {
            ("smtps", None) => (Security::Wrapped, 465),
            ("smtps", Some(_)) => {
                return Err("smtps:// is encrypted from the first byte; tls= belongs to smtp://".to_owned());
            }
            ("smtp", None) => (Security::None, 25),
            ("smtp", Some("required")) => (Security::Required, 587),
            ("smtp", Some("opportunistic")) => (Security::Opportunistic, 587),
            ("smtp", Some(other)) => {
                return Err(format!("tls={other:?} is neither required nor opportunistic"));
            }
            (other, _) => return Err(format!("{other}:// is no mail server; {FORMS}")),
        };
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(format!("the host is missing; {FORMS}"));
        }
        if host.contains('%') {
            return Err("write the host's name in ASCII (xn--...)".to_owned());
        }
        let decode = |text: &str| {
            let text = percent_decode_str(text).decode_utf8();
            text.map(String::from)
                .map_err(|_| "user and password must be UTF-8, percent-encoded".to_owned())
        };
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (_, None) => return Err(format!("a user is given without a password; {FORMS}")),
            (user, Some(password)) => Some(Credentials::new(decode(user)?, decode(password)?)),
        };
        let hello = match url.path().trim_matches('/') {
            "" => None,
            name if is_hello(name) => Some(ClientId::Domain(name.to_owned())),
            name => return Err(format!("{name:?} is no name to say EHLO with")),
        };
        let server = Self {
            host,
            port: url.port().unwrap_or(port),
            security,
            login,
            hello,
        };
        let may_be_clear = matches!(security, Security::None | Security::Opportunistic);
        if server.login.is_some() && may_be_clear && !server.is_near() {
            return Err(format!("the password would leave unencrypted; {FORMS}"));
        }
        Ok(server)
    }

    /// The name to greet the mail server with, unless the URL has one.
    pub(super) fn greet_as(&mut self, name: &str) {
        if self.hello.is_none() && is_hello(name) && name.parse::<IpAddr>().is_err() && name.contains('.') {
            self.hello = Some(ClientId::Domain(name.to_owned()));
        }
    }

    /// Whether the connection does not leave this machine.
    fn is_near(&self) -> bool {
        self.host == "localhost"
            || self
                .host
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback())
    }

    /// Whether letters may cross a network in the clear.
    pub(super) fn is_exposed(&self) -> bool {
        !self.is_near() && matches!(self.security, Security::None | Security::Opportunistic)
    }

    /// Host and port, as a person reads them.
    pub(super) fn name(&self) -> String {
        match self.host.parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]:{}", self.port),
            Err(_) => format!("{}:{}", self.host, self.port),
        }
    }

    /// Makes ready to connect: reads the system's certificate authorities (or those of `SSL_CERT_FILE`).
    pub(super) fn prepare(self) -> Result<Line, Failure> {
        let tls = match self.security {
            Security::None => None,
            _ => {
                let made = TlsParameters::new(self.host.clone());
                Some(made.map_err(|error| Failure::of(Step::Tls, &error))?)
            }
        };
        Ok(Line { server: self, tls })
    }
}

/// Whether a name may stand behind EHLO; whatever stands there ends up in the first line that we send.
fn is_hello(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

/// The way to a mail server.
#[derive(Clone)]
pub(super) struct Line {
    server: Server,
    tls: Option<TlsParameters>,
}

impl Line {
    /// Hands one letter over, within `time`.
    pub(super) async fn carry(
        &self,
        envelope: &Envelope,
        letter: &[u8],
        time: Duration,
    ) -> Result<(), Failure> {
        let sending = async {
            let mut connection = self.connect(time).await?;
            // After a failure lettre has hung up already.
            within(time, Step::Letter, connection.send(envelope, letter)).await?;
            Ok(connection)
        };
        let mut connection = tokio::time::timeout(time, sending)
            .await
            .unwrap_or_else(|_| Err(Failure::late(Step::Letter)))?;
        // The letter is the server's now; whatever it answers to QUIT must not have the letter sent again.
        let _ = tokio::time::timeout(GOODBYE, connection.abort()).await;
        Ok(())
    }

    /// Does all that comes before a letter, and nothing more; `time` is for each step.
    pub(super) async fn try_out(&self, from: &Address, time: Duration) -> Result<(), Failure> {
        let mut connection = self.connect(time).await?;
        let sender = commands::Mail::new(Some(from.clone()), Vec::new());
        let accepted = within(time, Step::Sender, connection.command(sender)).await;
        let _ = tokio::time::timeout(GOODBYE, connection.abort()).await;
        accepted.map(drop)
    }

    /// Connects, encrypts and signs in, as far as the URL says so; `time` is for each step.
    async fn connect(&self, time: Duration) -> Result<AsyncSmtpConnection, Failure> {
        let Server {
            host,
            port,
            security,
            login,
            hello,
        } = &self.server;
        let hello = hello.clone().unwrap_or(ClientId::Ipv4(Ipv4Addr::LOCALHOST));
        let wrapped = self.tls.clone().filter(|_| *security == Security::Wrapped);
        let address = (host.as_str(), *port);
        let connecting = AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), &hello, wrapped, None);
        let mut connection = within(time, Step::Connect, connecting).await?;
        let upgrade = match security {
            Security::Required => true,
            Security::Opportunistic => connection.can_starttls(),
            Security::None | Security::Wrapped => false,
        };
        if let Some(tls) = self.tls.clone().filter(|_| upgrade) {
            within(time, Step::Tls, connection.starttls(tls, &hello)).await?;
        }
        if let Some(login) = login {
            within(time, Step::Login, connection.auth(DEFAULT_MECHANISMS, login)).await?;
        }
        Ok(connection)
    }
}

/// Does one step of a conversation.
async fn within<T>(
    time: Duration,
    step: Step,
    doing: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(time, doing).await {
        Ok(done) => done.map_err(|error| Failure::of(step, &error)),
        Err(_) => Err(Failure::late(step)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_what_they_mean() {
        for (url, name, security, exposed) in [
            (
                "smtps://u:p@mail.example",
                "mail.example:465",
                Security::Wrapped,
                false,
            ),
            (
                "smtps://u:p@mail.example:4650/",
                "mail.example:4650",
                Security::Wrapped,
                false,
            ),
            (
                "smtp://u:p@mail.example?tls=required",
                "mail.example:587",
                Security::Required,
                false,
            ),
            (
                "smtp://mail.example?tls=opportunistic",
                "mail.example:587",
                Security::Opportunistic,
                true,
            ),
            ("smtp://mail.example", "mail.example:25", Security::None, true),
            ("smtp://localhost:1025", "localhost:1025", Security::None, false),
            ("smtp://u:p@127.0.0.1", "127.0.0.1:25", Security::None, false),
            ("smtp://[::1]:2525", "[::1]:2525", Security::None, false),
        ] {
            let server = Server::parse(url).unwrap();
            assert_eq!(
                (server.name().as_str(), server.security, server.is_exposed()),
                (name, security, exposed),
                "{url}"
            );
        }
    }

    #[test]
    fn logins_are_decoded() {
        let server = Server::parse("smtps://ada%40qr.example:p%3A%2Fw%C3%A9@mail.example").unwrap();
        let login = Credentials::new("ada@qr.example".to_owned(), "p:/wé".to_owned());
        assert!(server.login == Some(login));
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said_without_its_password() {
        for (url, words) in [
            ("mail.example", "relative URL without a base"),
            ("smtp:///", "host"),
            ("https://u:geheim@mail.example", "https:// is no mail server"),
            ("smtp://u:geheim@mail.example", "would leave unencrypted"),
            (
                "smtp://u:geheim@mail.example?tls=opportunistic",
                "would leave unencrypted",
            ),
            (
                "smtp://mail.example?tls=yes",
                "neither required nor opportunistic",
            ),
            (
                "smtps://mail.example?tls=required",
                "encrypted from the first byte",
            ),
            ("smtps://mail.example?pool=3", "there is no parameter \"pool\""),
            ("smtps://u@mail.example", "without a password"),
            ("smtps://u:%ffgeheim@mail.example", "percent-encoded"),
            ("smtps://u:geheim@m%C3%A9l.example", "ASCII"),
            ("smtp://localhost/a%0d%0ab", "no name to say EHLO"),
        ] {
            let problem = Server::parse(url).err().unwrap();
            assert!(
                problem.contains(words) && !problem.contains("geheim"),
                "{url}: {problem}"
            );
        }
    }

    #[test]
    fn the_service_greets_by_its_own_name() {
        let greeting = |url: &str, name: &str| {
            let mut server = Server::parse(url).unwrap();
            server.greet_as(name);
            server.hello.map(|hello| hello.to_string())
        };
        let named = |name: &str| Some(name.to_owned());
        assert_eq!(greeting("smtp://localhost", "qr.example"), named("qr.example"));
        assert_eq!(
            greeting("smtp://localhost/mx.example", "qr.example"),
            named("mx.example")
        );
        for name in ["localhost", "127.0.0.1", "::1", "qr.exämple", "a.b\r\nRCPT"] {
            assert_eq!(greeting("smtp://localhost", name), None, "{name}");
        }
    }
}
