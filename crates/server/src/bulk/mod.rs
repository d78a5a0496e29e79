//! Batches: hundreds or thousands of renders that are checked, drawn and paid together, and answered as one archive.
//!
//! 1. [`body`] finds the items in the body, one by one.
//! 2. [`judge`] checks all of them on all cores; what is wrong with any is told at once.
//! 3. [`remote`] fetches the pictures that they name, each once.
//! 4. [`draw`] draws them into a file of the spool, in their order, equal ones once.
//! 5. [`pay`] charges all of them and stores their dynamic codes in one transaction.
//!
//! Nothing stays of a batch that fails at any step.

pub(crate) mod body;
pub(crate) mod draw;
pub(crate) mod estimate;
pub(crate) mod judge;
pub(crate) mod lanes;
pub(crate) mod pay;
pub(crate) mod remote;
mod short_ids;

pub(crate) use self::lanes::Lanes;
pub(crate) use self::short_ids::Seed;

use qrstudio_store::{KeyAccess, RequestId, WorkspaceId};

use crate::charge::Payer;
use crate::plans::{self, Plan, Plans};

/// Whose batch it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Customer {
    pub(crate) payer: Payer,
    /// The plan of the key that asks: it rules what an item may look like.
    pub(crate) plan: Plan,
}

impl Customer {
    /// The customer behind a key.
    pub(crate) fn of(access: &KeyAccess, request: Option<RequestId>, table: &Plans) -> Self {
        Self {
            payer: Payer {
                workspace: access.workspace_id,
                key: access.key_id,
                plan: table.of_workspace(access.workspace_plan, access.negotiated_renders),
                request,
            },
            plan: *table.get(plans::lower(access.key_plan, access.workspace_plan)),
        }
    }

    pub(crate) fn workspace(&self) -> WorkspaceId {
        self.payer.workspace
    }
}
