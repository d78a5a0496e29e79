//! Requests that are a line and headers, and nothing else, read where they lie. Whatever is unusual in any way is hyper's.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use httparse::{EMPTY_HEADER, Error, Header, Request, Status};

/// Headers of a simple request at most; browsers send about fifteen.
const HEADERS: usize = 32;
/// Headers that announce a body or change what the connection is.
const UNUSUAL: [&str; 4] = ["content-length", "transfer-encoding", "expect", "upgrade"];

/// A `GET` or `HEAD` of HTTP/1.1 without a body.
pub(crate) struct SimpleRequest<'a> {
    is_head: bool,
    path: &'a str,
    headers: &'a [Header<'a>],
}

/// What the bytes of a connection begin with.
pub(super) enum Begins<T> {
    /// A simple request, of which this was made, and how many bytes it has.
    Simple(T, usize),
    /// The beginning of a request.
    Incomplete,
    /// Something else.
    Other,
}

/// Reads the request that `bytes` begin with, by the parser that hyper has; `take` is asked whether a simple one is its.
pub(super) fn read<T>(bytes: &[u8], take: impl FnOnce(&SimpleRequest<'_>) -> Option<T>) -> Begins<T> {
    let mut headers = [EMPTY_HEADER; HEADERS];
    let mut request = Request::new(&mut headers);
    let length = match request.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Begins::Incomplete,
        Err(Error::TooManyHeaders | _) => return Begins::Other,
    };
    let taken = SimpleRequest::of(&request).and_then(|request| take(&request));
    taken.map_or(Begins::Other, |taken| Begins::Simple(taken, length))
}

impl<'a> SimpleRequest<'a> {
    fn of(request: &'a Request<'_, '_>) -> Option<Self> {
        let is_head = match request.method? {
            "GET" => false,
            "HEAD" => true,
            _ => return None,
        };
        let path = request.path?;
        let is_plain = path.starts_with('/') && request.version == Some(1);
        let simple = Self {
            is_head,
            path: path.split('?').next().unwrap_or_default(),
            headers: &*request.headers,
        };
        (is_plain && simple.headers.iter().all(is_usual)).then_some(simple)
    }

    /// Whether only the headers of the answer are wanted.
    pub(crate) fn is_head(&self) -> bool {
        self.is_head
    }

    /// The path, without the query.
    pub(crate) fn path(&self) -> &'a str {
        self.path
    }

    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&'a [u8]> {
        let mut headers = self.headers.iter();
        let found = headers.find(|header| header.name.eq_ignore_ascii_case(name));
        found.map(|header| header.value)
    }

    /// All headers.
    pub(crate) fn header_map(&self) -> HeaderMap {
        let pairs = self.headers.iter().filter_map(|header| {
            let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_bytes(header.value).ok()?))
        });
        let mut map = HeaderMap::with_capacity(HEADERS);
        for (name, value) in pairs {
            map.append(name, value);
        }
        map
    }
}

fn is_usual(header: &Header<'_>) -> bool {
    let is = |name: &str| header.name.eq_ignore_ascii_case(name);
    if is("connection") {
        return header.value.eq_ignore_ascii_case(b"keep-alive");
    }
    !UNUSUAL.into_iter().any(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(bytes: &str) -> &'static str {
        match read(bytes.as_bytes(), |_| Some(())) {
            Begins::Simple((), length) if length == bytes.len() => "simple",
            Begins::Simple((), _) => "simple and more",
            Begins::Incomplete => "incomplete",
            Begins::Other => "other",
        }
    }

    #[test]
    fn only_what_has_no_body_and_changes_nothing_is_simple() {
        let many = "X-Many: x\r\n".repeat(HEADERS);
        for (request, expected) in [
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "simple"),
            (
                "HEAD /q/a/?b=c HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n",
                "simple",
            ),
            ("GET / HTTP/1.1\r\n\r\nGET", "simple and more"),
            ("", "incomplete"),
            ("GET / HTTP/1.1\r\nHost: x\r\n", "incomplete"),
            ("POST / HTTP/1.1\r\n\r\n", "other"),
            ("GET / HTTP/1.0\r\n\r\n", "other"),
            ("GET http://x/ HTTP/1.1\r\n\r\n", "other"),
            ("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "other"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", "other"),
            ("GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n", "other"),
            ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "other"),
            (
                "GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\n\r\n",
                "other",
            ),
            (
                "GET / HTTP/1.1\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
                "other",
            ),
            ("GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n", "other"),
            ("\u{16}\u{3}\u{1}", "other"),
            (&format!("GET / HTTP/1.1\r\n{many}X: x\r\n\r\n"), "other"),
        ] {
            assert_eq!(begins(request), expected, "{request:?}");
        }
    }
}
