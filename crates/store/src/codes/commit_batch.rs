//! A batch of renders and the codes that it carries: paid and stored whole, or not at all.

use crate::{
    Charge, ChargeOutcome, Keep, Kept, NewCode, Receipt, Store, StoreError,
    charges::CommitRender,
    codes::{Settled, Settlement, create::insert_all, settle},
    idempotency::{Outcome, RunKept},
    unit::{Access, Db, Unit},
};

/// A batch that is drawn and is to be paid.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What all of it costs.
    pub charge: Charge,
    /// The new codes among its items, all of the charge's workspace and under one cap.
    pub codes: Vec<NewCode>,
}

/// What became of a [`Batch`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BatchCharge {
    /// It is paid, durably, and its codes are there.
    Charged(Receipt),
    /// Credits and quota do not suffice for all of it and overage is not allowed; nothing was taken or stored.
    Refused,
    /// The cap has no room for all of its codes; nothing was taken or stored.
    CapReached,
    /// The workspace is gone; nothing was taken or stored.
    NoWorkspace,
}

impl Outcome for BatchCharge {
    type Success = Receipt;

    fn success(&self) -> Option<&Receipt> {
        match self {
            Self::Charged(receipt) => Some(receipt),
            _ => None,
        }
    }
}

impl Store {
    /// Pays for a batch as [`commit_render`](Self::commit_render) does and stores its codes as
    /// [`create_code`](Self::create_code) does, in one transaction.
    ///
    /// # Errors
    /// Those of both.
    pub async fn commit_batch(&self, batch: Batch) -> Result<BatchCharge, StoreError> {
        self.run(CommitBatch(batch)).await
    }

    /// The same, and keeps the answer with it: all three, or none.
    ///
    /// # Errors
    /// Those of [`commit_batch`](Self::commit_batch).
    pub async fn commit_kept_batch(
        &self,
        batch: Batch,
        keep: Keep<Receipt>,
    ) -> Result<Kept<BatchCharge>, StoreError> {
        self.run(RunKept::new(CommitBatch(batch), keep)).await
    }
}

pub(crate) struct CommitBatch(pub(crate) Batch);

impl Unit for CommitBatch {
    type Output = BatchCharge;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<BatchCharge, StoreError> {
        let Batch { charge, codes } = &self.0;
        let place = settlement(codes);
        if let Some(place) = &place {
            match settle(db, place).await? {
                Settled::Done => {}
                Settled::CapReached | Settled::NoCredits => return Ok(BatchCharge::CapReached),
                Settled::NoWorkspace => return Ok(BatchCharge::NoWorkspace),
            }
        }
        let refused = match CommitRender(*charge).run(db).await? {
            ChargeOutcome::Charged(receipt) => {
                insert_all(db, codes).await?;
                return Ok(BatchCharge::Charged(receipt));
            }
            ChargeOutcome::NoWorkspace => BatchCharge::NoWorkspace,
            ChargeOutcome::Refused => BatchCharge::Refused,
        };
        if let Some(place) = place {
            // The row has been ours since the places were taken, so nobody has seen it.
            settle(db, &place.undone()).await?;
        }
        Ok(refused)
    }
}

/// The places that all of the codes take together.
fn settlement(codes: &[NewCode]) -> Option<Settlement> {
    let first = codes.first()?;
    Some(Settlement {
        workspace: first.workspace,
        active: codes.iter().map(|code| i64::from(code.is_active)).sum(),
        active_cap: first.active_cap,
        credits: 0,
    })
}
