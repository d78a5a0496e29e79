//! Names to addresses.

use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

/// Finds the addresses of names. Literal addresses never get here.
pub trait Resolve: Send + Sync {
    /// Every address of `host`, IPv4 and IPv6.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// Look-ups at once; each holds a thread of the runtime until the system's resolver gives up, whether or not somebody still
/// waits for it.
const AT_ONCE: usize = 32;

/// The resolver of the operating system, `/etc/hosts` included.
#[derive(Debug)]
pub struct SystemResolver(Arc<Semaphore>);

impl Default for SystemResolver {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let turn = Arc::clone(&self.0)
                .acquire_owned()
                .await
                .map_err(io::Error::other)?;
            let host = host.to_owned();
            let looked = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                let found = (host.as_str(), 0).to_socket_addrs()?;
                Ok(found.map(|socket| socket.ip()).collect())
            });
            looked.await.map_err(io::Error::other)?
        })
    }
}
