//! What the area speaks of. The store never sees a key, a body or an answer: only their hashes and ciphertexts.

use std::{fmt, sync::Arc};

use crate::{ChargeOutcome, Millis, Receipt, WorkspaceId};

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
    Bytes(Vec<u8>),
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

/// Makes status and headers of an answer, encrypted, from what was charged for it.
pub type MakeHead = dyn Fn(&Receipt) -> Option<Vec<u8>> + Send + Sync;

/// An answer to be kept in the transaction that pays for it.
#[derive(Clone)]
pub struct Keep {
    /// The claim that was answered [`Claimed::First`].
    pub claim: Claim,
    /// The body.
    pub body: KeptBody,
    /// Makes the head, which may tell what the receipt says; called inside the transaction, perhaps again when the
    /// engine had to begin anew. `None` undoes everything.
    pub head: Arc<MakeHead>,
}

impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keep({:?}, {:?})", self.claim, self.body)
    }
}

/// What became of a charge whose answer is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeptCharge {
    /// As without a key. The answer is kept where it was charged.
    Done(ChargeOutcome),
    /// The claim was taken over: nothing was charged or kept.
    TakenOver,
}
