//! What the area speaks of. The store never sees a key, a body or an answer: only their hashes and ciphertexts.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use crate::{Millis, WorkspaceId};

/// A request that wants to be the one that is carried out under its key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Whose key it is.
    pub workspace: WorkspaceId,
    /// A keyed hash of the path and the key.
    pub key: [u8; 32],
    /// A keyed hash of the body.
    pub body: [u8; 32],
    /// Drawn at random: tells this try from every other.
    pub holder: [u8; 16],
    /// Now.
    pub at: Millis,
    /// When another try may take over if no answer was kept by then.
    pub free_at: Millis,
    /// When key and answer are forgotten.
    pub expires_at: Millis,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claim({:?})", self.workspace)
    }
}

/// What became of a [`Claim`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claimed {
    /// The caller carries the request out, and keeps its answer or releases the key.
    First,
    /// Another try with the same body is at it.
    InFlight,
    /// The key came with another body before.
    OtherBody,
    /// It was carried out; this was the answer.
    Kept(KeptAnswer),
}

/// An answer as it is stored: encrypted by the caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptAnswer {
    /// Status and headers.
    pub head: Vec<u8>,
    /// The body.
    pub body: KeptBody,
}

/// Where the body of a kept answer is.
#[derive(Clone, PartialEq, Eq)]
pub enum KeptBody {
    /// Here.
    Bytes(Bytes),
    /// In the caller's file of that name.
    File(String),
}

impl fmt::Debug for KeptBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::File(name) => write!(f, "File({name})"),
        }
    }
}

/// Makes the answer to what was done.
pub type MakeAnswer<T> = dyn Fn(&T) -> Option<KeptAnswer> + Send + Sync;

/// An answer to be kept in the transaction that it tells of.
pub struct Keep<T> {
    /// The claim that was answered [`Claimed::First`].
    pub claim: Claim,
    /// Makes the answer, which may tell what the transaction has learnt; called inside it, perhaps again when the engine
    /// had to begin anew. `None` undoes everything.
    pub answer: Arc<MakeAnswer<T>>,
}

impl<T> fmt::Debug for Keep<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keep({:?})", self.claim)
    }
}

/// What became of something whose answer was to be kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kept<T> {
    /// The same as without a key. The answer is kept where it was a success.
    Done(T),
    /// The claim was taken over: nothing was done or kept.
    TakenOver,
}
