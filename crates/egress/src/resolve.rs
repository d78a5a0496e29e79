//! Names to addresses.

use std::io;
use std::net::IpAddr;

use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

/// Finds the addresses of names. Literal addresses never get here.
pub trait Resolve: Send + Sync {
    /// Every address of `host`, IPv4 and IPv6.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// Look-ups at once; each holds a thread of the runtime until the system's resolver gives up.
const AT_ONCE: usize = 32;

/// The resolver of the operating system, `/etc/hosts` included.
#[derive(Debug)]
pub struct SystemResolver(Semaphore);

impl Default for SystemResolver {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let _turn = self.0.acquire().await.map_err(io::Error::other)?;
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|socket| socket.ip()).collect())
        })
    }
}
