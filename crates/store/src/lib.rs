//! What QR Studio keeps, in SQLite or PostgreSQL.
//!
//! One method of [`Store`] is one atomic unit: it happens whole or not at all, and when it has returned it is durable.
//! No transaction crosses the crate's boundary. Time is passed in.
//!
//! ```
//! use qrstudio_store::{
//!     Allowance, Charge, ChargeOutcome, DatabaseUrl, KeyHash, Millis, NewAccount, NewKey, Options, PlanName, Store,
//! };
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! # let directory = tempfile::tempdir().unwrap();
//! let url = DatabaseUrl::sqlite(directory.path().join("qrstudio.db"));
//! let store = Store::open(&url, Options::default()).await?;
//! store.migrate().await?;
//!
//! let at = Millis(1_793_491_200_000);
//! let hash = KeyHash::of("smk_this-is-36-characters-in-real-life");
//! let key = NewKey { name: "first".into(), prefix: "smk_this-is-".into(), hash, plan: None, at };
//! let account = NewAccount {
//!     email: "owner@example.com".into(),
//!     name: "Owner".into(),
//!     password_hash: "$argon2id$…".into(),
//!     workspace: "local".into(),
//!     plan: PlanName::Free,
//!     key: Some(key),
//!     at,
//! };
//! store.bootstrap(account).await?.expect("an empty store takes its first account");
//!
//! let access = store.key_by_hash(&hash).await?.expect("the key works");
//! let allowance = Allowance { quota: Some(5), overage: false };
//! let charge = Charge { workspace: access.workspace_id, key: access.key_id, cost: 5, allowance, at, request: None };
//! assert!(matches!(store.commit_render(charge).await?, ChargeOutcome::Charged(receipt) if receipt.used == 5));
//! assert_eq!(store.commit_render(charge).await?, ChargeOutcome::Refused);
//! store.close().await;
//! # Ok::<(), qrstudio_store::StoreError>(())
//! # }).unwrap();
//! ```
//!
//! A method is a *unit*: written once, in the folder of its area (`accounts`, `keys`, `charges`, `codes`, `scans`, `events`, `hooks`, `sessions`, `tokens`, `idempotency`, `jobs`), against the few things
//! that both engines can do (`unit::Db`). `Store::run` is the one place where the engine is chosen.

mod accounts;
mod charges;
mod codes;
mod error;
mod events;
mod hooks;
mod id;
mod idempotency;
mod jobs;
mod keys;
mod migrations;
mod options;
mod plan;
mod postgres;
mod request_id;
mod scans;
mod sessions;
mod sqlite;
mod store;
mod time;
mod tokens;
mod unit;
mod url;

pub use self::{
    accounts::{
        Account, AccountSummary, ChangeProfile, CreateAccount, Credentials, Membership, NewAccount,
        ProfileChange, Role, SignUp, SignedUp, SigningUp, UnknownRole, WorkspaceRef,
    },
    charges::{Allowance, Charge, ChargeOutcome, DayRenders, Receipt, Usage},
    codes::{
        AsOf, Batch, BatchCharge, BlockedPatterns, ChangeCode, Code, CodeChange, CodeCharge, CodeField,
        CodeOrder, CodePage, CodeReceipt, CodeState, CreateCode, DescribeCode, InvalidShortId, ListCodes,
        NewCode, ServedCode, ShortId, Variant,
    },
    error::StoreError,
    events::{Event, EventKind, UnknownEvent},
    hooks::{
        Backlog, ClaimDeliveries, ClaimedDelivery, CreateSubscription, Delivery, DeliveryPage, DeliveryState,
        DescribeScan, Disabling, DueSubscriptions, Finished, FinishedDelivery, Lease, LeasedDelivery,
        ListDeliveries, NewSubscription, ScanEvents, SecretRotation, Subscription, SubscriptionChange,
        SubscriptionStatus, ToldScan, UnknownStatus,
    },
    id::{CodeId, DeliveryId, EventId, KeyId, SessionId, SubscriptionId, UserId, WorkspaceId},
    idempotency::{Claim, Claimed, Keep, Kept, KeptAnswer, KeptBody, MakeAnswer},
    jobs::{ClaimedJob, CreateJob, FinishJob, Job, JobId, JobStatus, NewJob, UnknownJob, UnknownJobStatus},
    keys::{Key, KeyAccess, KeyHash, KeyUsage, NewKey},
    migrations::{Migrated, SchemaState},
    options::Options,
    plan::{PlanName, UnknownPlan},
    request_id::RequestId,
    scans::{
        DayVisitors, Device, Dimension, JournalPosition, QuarterScans, RecordScans, Recorded, Scan,
        ScanCount, ScanKind, ScanRange, Told, ValueScans, Visitor,
    },
    sessions::{NewSession, OpenedSession, Refresh, Rotation, SessionAccess, TokenHash},
    store::{Store, WriteCounters},
    time::{Millis, Month},
    tokens::{EmailVerified, NewToken, PasswordReset, Purpose, UnknownPurpose, VerifyEmail},
    url::DatabaseUrl,
};
