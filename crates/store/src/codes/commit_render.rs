//! A render that carries a new code: paid and stored, or neither.

use crate::{
    Charge, ChargeOutcome, Code, Keep, Kept, NewCode, Receipt, Store, StoreError,
    charges::CommitRender,
    codes::{
        Settled,
        create::{insert, settlement},
        settle,
    },
    idempotency::{Outcome, RunKept},
    unit::{Access, Db, Unit},
};

/// What became of a render with a new code.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "the large one is what nearly always comes"
)]
pub enum CodeCharge {
    /// It is paid, durably, and the code is there.
    Charged(CodeReceipt),
    /// Credits and quota do not suffice and overage is not allowed; nothing was taken or stored.
    Refused,
    /// As many codes are active as may be; nothing was taken or stored.
    CapReached,
    /// The workspace is gone; nothing was taken or stored.
    NoWorkspace,
}

/// What was paid, and the code that stands in the symbol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeReceipt {
    /// Where the charge was taken from.
    pub receipt: Receipt,
    /// The code.
    pub code: Code,
}

impl Outcome for CodeCharge {
    type Success = CodeReceipt;

    fn success(&self) -> Option<&CodeReceipt> {
        match self {
            Self::Charged(paid) => Some(paid),
            _ => None,
        }
    }
}

impl Store {
    /// Pays for a render as [`commit_render`](Self::commit_render) does and stores its code as
    /// [`create_code`](Self::create_code) does, in one transaction.
    ///
    /// # Errors
    /// Those of both.
    pub async fn commit_code_render(&self, charge: Charge, code: NewCode) -> Result<CodeCharge, StoreError> {
        self.run(CommitCodeRender { charge, code }).await
    }

    /// The same, and keeps the answer with it: all three, or none.
    ///
    /// # Errors
    /// Those of [`commit_code_render`](Self::commit_code_render).
    pub async fn commit_kept_code_render(
        &self,
        charge: Charge,
        code: NewCode,
        keep: Keep<CodeReceipt>,
    ) -> Result<Kept<CodeCharge>, StoreError> {
        self.run(RunKept::new(CommitCodeRender { charge, code }, keep))
            .await
    }
}

struct CommitCodeRender {
    charge: Charge,
    code: NewCode,
}

impl Unit for CommitCodeRender {
    type Output = CodeCharge;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<CodeCharge, StoreError> {
        let place = settlement(&self.code);
        match settle(db, &place).await? {
            Settled::Done => {}
            Settled::CapReached | Settled::NoCredits => return Ok(CodeCharge::CapReached),
            Settled::NoWorkspace => return Ok(CodeCharge::NoWorkspace),
        }
        match CommitRender(self.charge).run(db).await? {
            ChargeOutcome::Charged(receipt) => {
                let code = insert(db, &self.code).await?;
                Ok(CodeCharge::Charged(CodeReceipt { receipt, code }))
            }
            refused => {
                // The row has been ours since the place was taken, so nobody has seen it.
                settle(db, &place.undone()).await?;
                Ok(match refused {
                    ChargeOutcome::NoWorkspace => CodeCharge::NoWorkspace,
                    _ => CodeCharge::Refused,
                })
            }
        }
    }
}
