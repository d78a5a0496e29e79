//! The one check of roles.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use qrstudio_store::Role;

use super::session::Session;
use crate::app::App;
use crate::error::Error;

/// A role as a type, so that a handler's signature says which one it wants.
pub(crate) trait Rank: Send + Sync + 'static {
    const ROLE: Role;
}

/// Whoever belongs to the workspace.
#[derive(Debug, Clone)]
pub(crate) enum Viewer {}

impl Rank for Viewer {
    const ROLE: Role = Role::Viewer;
}

/// Who works in the workspace.
#[derive(Debug, Clone)]
pub(crate) enum Member {}

impl Rank for Member {
    const ROLE: Role = Role::Member;
}

/// Who looks after the workspace for its owner.
#[derive(Debug, Clone)]
pub(crate) enum Admin {}

impl Rank for Admin {
    const ROLE: Role = Role::Admin;
}

/// Who owns the workspace.
#[derive(Debug, Clone)]
pub(crate) enum Owner {}

impl Rank for Owner {
    const ROLE: Role = Role::Owner;
}

/// The session of a request whose user has at least this role: the way to a session.
#[derive(Debug, Clone)]
pub(crate) struct AtLeast<R>(Session, PhantomData<R>);

impl<R> Deref for AtLeast<R> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

impl<R> AtLeast<R> {
    /// The same for something that only some requests to one path ask for.
    pub(crate) fn require<M: Rank>(&self) -> Result<(), Error> {
        check(&self.0, M::ROLE)
    }
}

impl<R: Rank> FromRequestParts<App> for AtLeast<R> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let session = Session::of_request(parts, app).await?;
        check(&session, R::ROLE)?;
        Ok(Self(session, PhantomData))
    }
}

fn check(session: &Session, wanted: Role) -> Result<(), Error> {
    if session.role() >= wanted {
        Ok(())
    } else {
        Err(Error::RoleTooLow)
    }
}
